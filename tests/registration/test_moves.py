"""Moves within the pooling area, with their days (W9, C3, F3)."""

import datetime
from typing import Any

import pytest

from enrollment.registration import selectors, services
from enrollment.registration.data import PersonData
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Sex
from tests import factories as make

from .makers import TODAY, other_community

pytestmark = pytest.mark.django_db
D = datetime.date
JOB = Actor.job("moves")


def move(resident: Resident, community: Office, moved_on: D | None = None, **stated: Any) -> Resident:
    resident.refresh_from_db()
    person = PersonData(resident.name, resident.birth_date, Sex(resident.sex), community, resident.id_number, **stated)
    with clock.on_day(TODAY):
        return services.change_resident(
            number=resident.number, version=resident.version, person=person, moved_on=moved_on, by=JOB
        )


def homes(resident: Resident, *days: D) -> list[str]:
    found = Resident.objects.get(pk=resident.pk)
    return [selectors.community_on(found, day).code[-3:] for day in days]


@pytest.fixture
def places() -> list[Office]:
    """Three communities, 001 to 003, of three districts."""
    return [make.community(f"21100{place + 1}001{place:03d}") for place in (1, 2, 3)]


def test_community_and_district_of_each_day(places: list[Office]) -> None:
    resident = make.resident(home=places[0])
    move(resident, places[1], D(2009, 3, 10))
    move(resident, places[2], D(2009, 9, 1))
    days = (D(2009, 3, 9), D(2009, 3, 10), D(2009, 8, 31), D(2009, 9, 1), TODAY)
    assert homes(resident, *days) == ["001", "002", "002", "003", "003"]
    found = Resident.objects.get(pk=resident.pk)
    assert found.moved_on == D(2009, 9, 1)
    assert [selectors.district_of(found, day).code for day in days[::2]] == ["211002", "211003", "211004"]
    assert selectors.district_of(found).code == "211004"
    changes = AuditEntry.objects.filter(verb="residents.change").order_by("id").values_list("changes", flat=True)[0]
    assert changes == {
        "fields": ["community"],
        "community": [places[0].code, places[1].code],
        "moved_on": "2009-03-10",
    }


def test_a_move_of_an_earlier_day_replaces_what_came_after(places: list[Office]) -> None:
    resident = make.resident(home=places[0])
    move(resident, places[1], D(2009, 3, 10))
    move(resident, places[2], D(2009, 2, 1))
    assert homes(resident, D(2009, 1, 31), D(2009, 2, 1), D(2009, 3, 10)) == ["001", "003", "003"]
    assert list(resident.moves.order_by("id").values_list("voided", flat=True)) == [True, False]
    # Back where they came from on that very day: they never moved.
    move(resident, places[0], D(2009, 2, 1))
    assert homes(resident, D(2009, 1, 31), TODAY) == ["001", "001"]
    assert not resident.moves.filter(voided=False).exists()
    assert Resident.objects.get(pk=resident.pk).moved_on is None


def test_the_day_of_a_move_is_corrected(places: list[Office]) -> None:
    resident = make.resident(home=places[0])
    move(resident, places[1], D(2009, 3, 10))
    move(resident, places[1], D(2009, 5, 20))
    assert homes(resident, D(2009, 3, 10), D(2009, 5, 20)) == ["001", "002"]
    move(resident, places[1], D(2009, 1, 5))
    assert homes(resident, D(2009, 1, 4), D(2009, 1, 5)) == ["001", "002"]
    assert resident.moves.filter(voided=False).count() == 1


def test_without_a_day_it_is_today(places: list[Office]) -> None:
    resident = make.resident(home=places[0])
    move(resident, places[1], address="民主路8号")
    assert homes(resident, TODAY - datetime.timedelta(days=1), TODAY) == ["001", "002"]
    found = Resident.objects.get(pk=resident.pk)
    assert (found.address, found.moved_on) == ("民主路8号", TODAY)


@pytest.mark.parametrize(
    ("place", "day", "field"),
    [
        (1, TODAY + datetime.timedelta(days=1), "moved_on"),
        (1, D(1940, 5, 5), "moved_on"),
        (0, D(2009, 3, 10), "community"),
    ],
)
def test_what_cannot_be(places: list[Office], place: int, day: D, field: str) -> None:
    """In the future, before the birth, and to where they always lived."""
    resident = make.resident(home=places[0], birth=D(1940, 5, 6))
    with pytest.raises(Invalid) as caught:
        move(resident, places[place], day)
    assert caught.value.field == field
    assert not resident.moves.exists()
    assert not AuditEntry.objects.exists()


def test_who_registers_in_another_community_has_moved(places: list[Office]) -> None:
    resident = make.resident(home=other_community())
    person = PersonData(
        resident.name, resident.birth_date, Sex(resident.sex), places[0], resident.id_number, address="", phone=""
    )
    with clock.on_day(TODAY):
        services.people.put_on_record(person, on=TODAY, by=JOB)
    assert resident.moves.get().moved_on == TODAY
    assert homes(resident, TODAY) == ["001"]
