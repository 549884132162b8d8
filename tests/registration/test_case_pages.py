"""The page of a registration, its steps and papers (U8, U14, U19)."""

import pytest
from django.urls import reverse

from enrollment.registration.models import Registration
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

from .makers import Chain, other_community, school_registration
from .pages import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
S = Registration.Status


WAY: list[tuple[str, str, dict[str, str], str]] = [
    ("registration-forward", "community", {}, S.AT_SUBDISTRICT),
    ("registration-forward", "subdistrict", {}, S.AT_DISTRICT),
    ("registration-approve", "district", {}, S.AT_AGENCY),
]


def test_the_chain_by_buttons(chain: Chain) -> None:
    registration = chain.at(S.ACCEPTED)
    for name, who, values, status in WAY:
        client = signed_in(getattr(chain, who))
        page = reverse("registration", args=[registration.number])
        address = reverse(name, args=[registration.number])
        assert address in client.get(page).content.decode()
        registration.refresh_from_db()
        response = client.post(address, values | {"version": registration.version})
        assert response.headers["Location"] == page
        registration.refresh_from_db()
        assert registration.status == status
    html = signed_in(chain.clerk).get(reverse("registration", args=[registration.number])).content.decode()
    assert f"/registrations/{registration.number}/record/" in html


def test_a_reason_that_is_missing_stands_at_its_field(chain: Chain) -> None:
    registration = chain.at(S.AT_DISTRICT)
    client = signed_in(chain.district)
    address = reverse("registration-return", args=[registration.number])
    response = client.post(address, {"return-version": registration.version, "return-reason": ""})
    assert response.status_code == 422
    assert 'href="#return-reason"' in response.content.decode()
    client.post(address, {"return-version": registration.version, "return-reason": "photo missing"})
    registration.refresh_from_db()
    assert registration.status == S.RETURNED
    # The office that puts it right is told why, by whom, above everything else.
    page = text(signed_in(chain.community).get(reverse("registration", args=[registration.number])))
    assert "Sent back photo missing" in page


def test_refusing_by_the_form_needs_a_remark_only_without_reasons(chain: Chain) -> None:
    registration = chain.at(S.AT_DISTRICT)
    client = signed_in(chain.district)
    address = reverse("registration-refuse", args=[registration.number])
    values = {"refuse-version": registration.version, "refuse-remark": ""}
    assert 'href="#refuse-remark"' in client.post(address, values).content.decode()
    client.post(address, values | {"refuse-remark": "伪造证件"})
    paper = text(client.get(reverse("registration-refusal-notice", args=[registration.number])))
    assert "伪造证件 Art. 9" in paper


def test_the_second_clerk_is_told_who_changed_what(chain: Chain) -> None:
    """U19."""
    registration = chain.at(S.AT_DISTRICT)
    seen = registration.version
    chain.do("send_back", registration, chain.district, reason="photo missing")
    client = signed_in(make.actor(Role.DISTRICT))
    response = client.post(reverse("registration-approve", args=[registration.number]), {"version": seen})
    assert response.status_code == 409
    told = text(response)
    assert chain.district.name in told
    assert "photo missing" in told
    assert reverse("registration", args=[registration.number]) in response.content.decode()


def test_who_entered_it_is_told_that_another_reviews(chain: Chain) -> None:
    school = make.actor(Role.SCHOOL)
    registration = school_registration(school)
    chain.do("forward", registration, school)
    Registration.objects.filter(pk=registration.pk).update(made_by=chain.clerk.user_id)
    html = signed_in(chain.clerk).get(reverse("registration", args=[registration.number])).content.decode()
    assert "You entered this registration yourself" in html
    assert "/record/" not in html


def test_pages_of_other_offices_are_not_found(chain: Chain) -> None:
    registration = chain.at(S.AT_DISTRICT)
    client = signed_in(make.actor(Role.COMMUNITY, other_community()))
    for name in ("registration", "registration-receipt", "registration-refusal-notice", "registration-materials"):
        assert client.get(reverse(name, args=[registration.number])).status_code == 404
    for name in ("registration-forward", "registration-withdraw", "registration-refuse"):
        assert client.post(reverse(name, args=[registration.number])).status_code == 404


def test_the_receipt_says_number_next_step_term_and_amount(chain: Chain) -> None:
    registration = chain.at(S.ACCEPTED)
    paper = text(signed_in(chain.community).get(reverse("registration-receipt", args=[registration.number])))
    for said in (registration.number, "forwards it to the sub-district", "贰佰元整", "Art. 9"):
        assert said in paper
