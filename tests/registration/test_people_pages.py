"""What is written of a resident, on its pages (W9)."""

import datetime

import pytest
from django.urls import reverse

from enrollment.registration.models import Circumstance, Enrollment, Registration
from tests import factories as make

from .makers import Chain, other_community
from .pages import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
S = Registration.Status


def test_a_death_is_put_on_record_and_ends_the_enrollment(chain: Chain) -> None:
    registration = chain.at(S.RECORDED)
    client = signed_in(chain.community)
    address = reverse("circumstance-new", args=[registration.resident.number])
    assert client.get(address).status_code == 200
    response = client.post(address, {"holds": "death:died", "starts": "2009-10-10"})
    assert response.headers["Location"] == reverse("resident", args=[registration.resident.number])
    enrollment = Enrollment.objects.get()
    assert (enrollment.ends, enrollment.end_reason) == (datetime.date(2009, 10, 10), "death")


def test_a_circumstance_is_ended_and_voided_with_a_reason(chain: Chain) -> None:
    resident = make.resident()
    row = make.circumstance(resident, "low_income", "low_income", starts=datetime.date(2009, 2, 1))
    client = signed_in(chain.community)
    end = reverse("circumstance-end", args=[resident.number, row.pk])
    assert client.get(end).status_code == 200
    assert client.post(end, {"ends": "2009-01-01"}).status_code == 422
    client.post(end, {"ends": "2009-09-30"})
    void = reverse("circumstance-void", args=[resident.number, row.pk])
    assert client.get(void).status_code == 200
    assert client.post(void, {"reason": ""}).status_code == 422
    client.post(void, {"reason": "wrong person"})
    row.refresh_from_db()
    assert (row.ends, row.voided) == (datetime.date(2009, 9, 30), True)
    assert client.get(void).status_code == 404


def test_an_overlap_stands_at_the_field(chain: Chain) -> None:
    resident = make.resident()
    make.circumstance(resident, "disability", "1", starts=datetime.date(2009, 2, 1))
    client = signed_in(chain.community)
    address = reverse("circumstance-new", args=[resident.number])
    response = client.post(address, {"holds": "disability:2", "starts": "2009-01-01"})
    assert 'href="#id_starts"' in response.content.decode()
    assert Circumstance.objects.filter(kind="disability").count() == 1


def test_the_details_of_a_resident_are_changed(chain: Chain) -> None:
    resident = make.resident()
    client = signed_in(chain.community)
    address = reverse("resident-edit", args=[resident.number])
    page = client.get(address)
    assert page.status_code == 200
    values = {"version": 1, "name": "单雄信", "community": make.community().pk, "phone": "1", "address": ""}
    assert client.post(address, values).headers["Location"] == reverse("resident", args=[resident.number])
    resident.refresh_from_db()
    assert (resident.name, resident.pinyin) == ("单雄信", "shan xiong xin")
    assert client.post(address, values).status_code == 422
    moved = values | {"version": resident.version, "community": other_community().pk}
    assert client.post(address, moved).headers["Location"] == reverse("home")


def test_a_newborn_gets_its_number(chain: Chain) -> None:
    born = datetime.date(2009, 9, 1)
    baby = make.resident(birth=born, sex="F", id_number=None)
    client = signed_in(chain.community)
    address = reverse("resident-edit", args=[baby.number])
    values = {"version": 1, "name": baby.name, "community": make.community().pk}
    wrong = client.post(address, values | {"id_number": make.id_number(born, "M")})
    assert 'href="#id_id_number"' in wrong.content.decode()
    taken = make.resident(birth=born, sex="F").id_number
    assert "Another resident has this ID number" in text(client.post(address, values | {"id_number": taken}))
    number = make.id_number(born, "F")
    client.post(address, values | {"id_number": number})
    baby.refresh_from_db()
    assert (baby.id_number, baby.version) == (number, 2)
    assert "id_number" not in client.get(address).content.decode()


def test_pages_of_other_communities_residents_are_not_found(chain: Chain) -> None:
    theirs = make.resident(home=other_community())
    row = theirs.circumstances.get()
    client = signed_in(chain.community)
    for address in (
        reverse("resident-edit", args=[theirs.number]),
        reverse("circumstance-new", args=[theirs.number]),
        reverse("circumstance-end", args=[theirs.number, row.pk]),
        reverse("circumstance-void", args=[theirs.number, row.pk]),
    ):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
