"""Referrals (D6, D7): who issues and approves them, and when they count."""

from decimal import Decimal

import pytest
from django.urls import reverse

from claims import services
from claims.models import Referral
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from tests import factories
from tests.claims import makers
from tests.claims.test_pages import browser, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    makers.institution("H3")
    makers.institution("H2", may_refer=False, grade="grade2")
    makers.institution("P1", designated=False)
    makers.institution("OUT", out_of_city=True, may_refer=False)
    makers.diagnosis()
    return makers.insured(years=(2009, 2010))


def request(person, by, *, to="OUT", sender="H3", issued_on="2010-06-30", until="2010-07-30", **values) -> Referral:
    values = {"diagnosis": "J18.9", "reason": "surgery", **values}
    return services.request_referral(
        resident_number=person.number,
        from_institution=sender,
        to_institution=to,
        issued_on=makers.day(issued_on),
        valid_until=makers.day(until),
        by=by,
        **values,
    )


def test_an_approved_transfer_out_of_the_city_is_paid_with_five_points_less(person, settings):
    referral = request(person, makers.hospital())
    services.approve_referral(number=referral.number, by=makers.reviewer())
    settings.BUSINESS_DATE = "2010-07-05"
    stay = makers.discharged(
        person, makers.clerk(), ("10700.00",), on="2010-07-01", until="2010-07-04", institution="OUT"
    )
    settlement = makers.through_the_desk(stay)
    assert (settlement.deductible, settlement.ratio, settlement.fund) == (
        Decimal("700.00"),
        Decimal("0.40"),
        Decimal("4000.00"),
    )
    settings.BUSINESS_DATE = "2010-06-30"


def test_a_transfer_that_is_not_approved_by_the_day_of_admission_does_not_count(person, settings):
    waiting = request(person, makers.clerk(), issued_on="2010-06-01")
    stay = makers.discharged(person, makers.clerk(), on="2010-06-20", until="2010-06-25", institution="OUT")
    services.approve_referral(number=waiting.number, by=makers.reviewer())
    settlement = makers.through_the_desk(stay)
    assert settlement.reasons == ["not_designated", "transfer_not_approved"]


def test_the_reviewer_who_entered_it_does_not_approve_it_and_a_decision_is_final(person):
    referral = request(person, makers.clerk())
    reviewer = makers.reviewer()
    Referral.objects.update(made_by=reviewer.user_id)
    for verb in (
        lambda: services.approve_referral(number=referral.number, by=reviewer),
        lambda: services.deny_referral(number=referral.number, reason="x", by=reviewer),
    ):
        with pytest.raises(Refused) as error:
            verb()
        assert error.value.code == "own_entry"
    other = makers.reviewer()
    with pytest.raises(Invalid):
        services.deny_referral(number=referral.number, reason=" ", by=other)
    denied = services.deny_referral(number=referral.number, reason="can be treated here", by=other)
    assert (denied.status, denied.denial, denied.approved_on) == ("denied", "can be treated here", None)
    with pytest.raises(Conflict):
        services.approve_referral(number=referral.number, by=other)
    assert AuditEntry.objects.get(verb="referrals.deny").note == "can be treated here"


def test_who_may_refer_where(person):
    with pytest.raises(Refused) as error:
        request(person, makers.clerk(), sender="H2")
    assert error.value.code == "may_not_refer"
    with pytest.raises(Refused) as error:
        request(person, makers.clerk(), to="P1")
    assert error.value.code == "not_designated"
    assert request(person, makers.clerk(), to="H2").to_institution.code == "H2"
    with pytest.raises(NotAllowed):
        request(person, makers.hospital("H2"))
    with pytest.raises(NotAllowed):
        request(person, makers.reviewer())
    with pytest.raises(NotAllowed):
        services.approve_referral(number=Referral.objects.get().number, by=makers.clerk())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"to": "H3"}, "to_institution"),
        ({"to": "NONE"}, "to_institution"),
        ({"issued_on": "2010-07-01"}, "issued_on"),
        ({"until": "2010-06-29"}, "valid_until"),
        ({"reason": " "}, "reason"),
        ({"diagnosis": "X"}, "diagnosis"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(person, values, field):
    with pytest.raises(Invalid) as error:
        request(person, makers.clerk(), **values)
    assert error.value.field == field
    assert not Referral.objects.exists()


def test_the_same_referral_sent_twice_is_one(person):
    first = request(person, makers.hospital())
    assert request(person, makers.hospital()) == first
    services.deny_referral(number=first.number, reason="treated here", by=makers.reviewer())
    assert request(person, makers.hospital()) != first
    assert AuditEntry.objects.filter(verb="referrals.request").count() == Referral.objects.count() == 2


def test_a_referral_that_ran_out_is_not_approved(person):
    referral = request(person, makers.clerk(), issued_on="2010-05-01", until="2010-06-29")
    with pytest.raises(Refused) as error:
        services.approve_referral(number=referral.number, by=makers.reviewer())
    assert error.value.code == "ran_out"


def test_an_approval_whose_record_fails_did_not_happen(person, monkeypatch):
    referral = request(person, makers.clerk())

    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr("claims.services.referrals.audit.record", broken)
    with pytest.raises(RuntimeError):
        services.approve_referral(number=referral.number, by=makers.reviewer())
    assert Referral.objects.get().status == "requested"


def test_a_hospital_asks_and_the_reviewer_decides_on_the_pages(person):
    client = browser(makers.hospital())
    fields = {
        "resident": person.number,
        "to_institution": "OUT",
        "diagnosis": "J18.9",
        "reason": "surgery",
        "issued_on": "2010-06-30",
        "valid_until": "2010-07-30",
    }
    assert "Nobody with this number" in text_of(client.post(reverse("referral-new"), fields | {"resident": "P0"}))
    response = client.post(reverse("referral-new"), fields)
    referral = Referral.objects.get()
    assert response.url == reverse("referral", args=[referral.number])
    assert "Approve from today on" not in text_of(client.get(response.url))
    assert browser(makers.hospital("H2")).get(response.url).status_code == 404
    assert browser(makers.hospital("OUT")).get(response.url).status_code == 200
    reviewer = browser(makers.reviewer())
    assert referral.number in text_of(reviewer.get(reverse("referrals")))
    assert "Approve from today on" in text_of(reviewer.get(response.url))
    assert "Fill this in." in text_of(reviewer.post(reverse("referral-deny", args=[referral.number]), {"reason": ""}))
    assert reviewer.post(reverse("referral-approve", args=[referral.number])).status_code == 302
    assert reviewer.post(reverse("referral-approve", args=[referral.number])).status_code == 409
    assert reviewer.get(reverse("referral-deny", args=[referral.number])).status_code == 302
    assert Referral.objects.get().approved_on.isoformat() == "2010-06-30"
    assert referral.number in text_of(reviewer.get(reverse("referrals"), {"status": "approved", "q": person.number}))
    assert browser(factories.actor("community")).get(response.url).status_code == 403
