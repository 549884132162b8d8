"""Circumstances with their days, and how the insured relationship ends by them (W9, W10, Art. 13)."""

import datetime
from typing import Any
from unittest import mock

import pytest

from enrollment.registration import selectors, services
from enrollment.registration.data import CircumstanceData
from enrollment.registration.facts import hukou_entry
from enrollment.registration.models import Circumstance, Enrollment, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import LowIncome, MovedFrom, OtherScheme, StudentKind
from tests import factories as make

from .makers import TODAY, Chain, other_community

pytestmark = pytest.mark.django_db
D = datetime.date
DAY = datetime.timedelta(days=1)


@pytest.fixture
def resident() -> Resident:
    """Enrolled since the beginning."""
    person = make.resident()
    Enrollment.objects.create(number="E2008-1", resident=person, starts=D(2008, 8, 1))
    return person


@pytest.fixture
def clerk() -> Actor:
    return make.actor(Role.COMMUNITY)


def add(
    by: Actor, resident: Resident, kind: str, value: str, starts: D, ends: D | None = None, **more: Any
) -> Circumstance:
    with clock.on_day(TODAY):
        return services.add_circumstance(
            resident_number=resident.number, circumstance=CircumstanceData(kind, value, starts, ends, **more), by=by
        )


def end(by: Actor, row: Circumstance, day: D) -> Circumstance:
    with clock.on_day(TODAY):
        return services.end_circumstance(circumstance_id=row.pk, ends=day, by=by)


def void(by: Actor, row: Circumstance, reason: str = "wrong person") -> Circumstance:
    with clock.on_day(TODAY):
        return services.void_circumstance(circumstance_id=row.pk, reason=reason, by=by)


def lapse(resident: Resident, on: D) -> None:
    services.lapse(enrollment=resident.enrollments.get(), on=on, by=Actor.job("lapse"))


def ended(resident: Resident) -> tuple[D | None, str]:
    row = resident.enrollments.get()
    return row.ends, row.end_reason


@pytest.mark.parametrize(
    ("kind", "value", "last", "reason"),
    [
        ("death", "died", D(2009, 9, 15), "death"),
        ("scheme", "employee", D(2009, 9, 14), "other_scheme"),
        ("scheme", "rural", D(2009, 9, 14), "other_scheme"),
    ],
)
def test_the_last_covered_day(resident: Resident, clerk: Actor, kind: str, value: str, last: D, reason: str) -> None:
    """W9: the day of death; the day before the other scheme's first."""
    row = add(clerk, resident, kind, value, D(2009, 9, 15))
    assert ended(resident) == (last, reason)
    void(clerk, row)
    assert ended(resident) == (None, "")


def test_a_hukou_that_ends_has_moved_away(resident: Resident, clerk: Actor) -> None:
    row = resident.circumstances.get(kind="hukou")
    end(clerk, row, D(2009, 9, 15))
    assert ended(resident) == (D(2009, 9, 15), "moved_away")
    end(clerk, row, D(2009, 9, 20))
    assert ended(resident) == (D(2009, 9, 20), "moved_away")
    void(clerk, row)
    assert ended(resident) == (None, "")


def test_a_bar_is_the_agencys_and_ends_it_before_the_decision(resident: Resident, clerk: Actor) -> None:
    """S1: benefits stop on the day of the decision."""
    with pytest.raises(NotAllowed):
        add(clerk, resident, "bar", "misuse", TODAY)
    agency = make.actor(Role.AGENCY_CLERK)
    row = add(agency, resident, "bar", "misuse", TODAY, D(2011, 10, 11))
    assert ended(resident) == (TODAY - DAY, "barred")
    with pytest.raises(NotAllowed):
        void(clerk, row)


def test_an_earlier_end_stays_and_a_later_one_gives_way(resident: Resident, clerk: Actor) -> None:
    lapse(resident, D(2009, 6, 30))
    add(clerk, resident, "scheme", "employee", D(2009, 9, 1))
    assert ended(resident) == (D(2009, 6, 30), "lapsed")
    add(clerk, resident, "death", "died", D(2009, 6, 1))
    assert ended(resident) == (D(2009, 6, 1), "death")


def test_cover_that_was_over_before_leaves_the_relationship(resident: Resident, clerk: Actor) -> None:
    add(clerk, resident, "scheme", "employee", D(2007, 1, 1), D(2008, 6, 30))
    assert ended(resident) == (None, "")


def test_what_is_new_of_a_kind_ends_what_held(resident: Resident, clerk: Actor) -> None:
    first = add(clerk, resident, "low_income", "low_income", D(2009, 1, 1))
    add(clerk, resident, "low_income", "low_income_edge", D(2009, 9, 1))
    first.refresh_from_db()
    assert first.ends == D(2009, 8, 31)


@pytest.mark.parametrize(
    ("kind", "value", "starts", "ends", "code"),
    [
        ("low_income", "rich", D(2009, 1, 1), None, "unknown_value"),
        ("luck", "good", D(2009, 1, 1), None, "unknown_value"),
        ("disability", "1", D(2009, 2, 1), D(2009, 1, 1), "days"),
        ("disability", "1", D(1930, 1, 1), None, "before_birth"),
        ("death", "died", TODAY + DAY, None, "future"),
    ],
)
def test_what_cannot_be(
    resident: Resident, clerk: Actor, kind: str, value: str, starts: D, ends: D | None, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        add(clerk, resident, kind, value, starts, ends)
    assert caught.value.code == code


def test_a_school_is_a_school(resident: Resident, clerk: Actor) -> None:
    with pytest.raises(Invalid) as caught:
        add(clerk, resident, "student", "school", D(2009, 9, 1), school=make.community())
    assert caught.value.code == "no_school"


def test_the_same_again_is_told(resident: Resident, clerk: Actor) -> None:
    add(clerk, resident, "disability", "2", D(2009, 1, 1))
    with pytest.raises(Conflict) as caught:
        add(clerk, resident, "disability", "2", D(2009, 3, 1))
    assert caught.value.code == "already_on_record"


def test_an_end_that_cannot_be(resident: Resident, clerk: Actor) -> None:
    row = add(clerk, resident, "low_income", "low_income", D(2009, 1, 1))
    with pytest.raises(Invalid) as caught:
        end(clerk, row, D(2008, 12, 31))
    assert caught.value.code == "days"
    add(clerk, resident, "low_income", "low_income_edge", D(2009, 9, 1))
    with pytest.raises(Invalid) as caught:
        end(clerk, row, D(2009, 9, 1))
    assert caught.value.code == "overlap"
    dead = add(clerk, resident, "death", "died", D(2009, 9, 15))
    with pytest.raises(Invalid) as caught:
        end(clerk, dead, D(2009, 9, 20))
    assert caught.value.code == "death_ends"


def test_a_void_needs_a_reason_and_happens_once(resident: Resident, clerk: Actor) -> None:
    row = add(clerk, resident, "disability", "2", D(2009, 1, 1))
    with pytest.raises(Invalid):
        void(clerk, row, " ")
    void(clerk, row)
    row.refresh_from_db()
    assert row.voided
    assert not row.holds_on(TODAY)
    with pytest.raises(Conflict):
        void(clerk, row)
    with pytest.raises(Conflict):
        end(clerk, row, TODAY)
    assert AuditEntry.objects.get(verb="circumstances.void").note == "wrong person"
    # What was void makes room.
    add(clerk, resident, "disability", "1", D(2009, 1, 1))


def test_other_offices_may_not(resident: Resident) -> None:
    row = resident.circumstances.get()
    stranger = make.actor(Role.COMMUNITY, other_community())
    attempts: list[Any] = [lambda: add(stranger, resident, "work", "working", TODAY), lambda: void(stranger, row)]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()
    with pytest.raises(NotAllowed):
        end(make.actor(Role.SUPERVISOR), row, TODAY)
    with pytest.raises(NotAllowed), clock.on_day(TODAY):
        services.end_circumstance(circumstance_id=0, ends=TODAY, by=make.actor(Role.COMMUNITY))


def test_a_failure_leaves_nothing(resident: Resident, clerk: Actor) -> None:
    broken = mock.patch(
        "enrollment.registration.services.circumstances.settle_ends", side_effect=RuntimeError("the disk is full")
    )
    with broken, pytest.raises(RuntimeError):
        add(clerk, resident, "death", "died", D(2009, 9, 15))
    assert not resident.circumstances.filter(kind="death").exists()
    assert not AuditEntry.objects.exists()


def test_an_enrollment_lapses_once(resident: Resident) -> None:
    lapse(resident, D(2009, 12, 31))
    with pytest.raises(Conflict):
        lapse(resident, D(2009, 12, 31))
    assert AuditEntry.objects.get().changes == {"ends": [None, "2009-12-31"], "reason": "lapsed"}


def test_what_is_taken_back_leaves_the_next_end(resident: Resident, clerk: Actor) -> None:
    """The earliest end holds, and each that is taken back gives way to the one behind it."""
    lapse(resident, D(2009, 12, 31))
    scheme = add(clerk, resident, "scheme", "employee", D(2009, 9, 20))
    dead = add(clerk, resident, "death", "died", D(2009, 9, 1))
    assert ended(resident) == (D(2009, 9, 1), "death")
    void(clerk, dead)
    assert ended(resident) == (D(2009, 9, 19), "other_scheme")
    void(clerk, scheme)
    assert ended(resident) == (D(2009, 12, 31), "lapsed")
    services.undo_lapse(enrollment=resident.enrollments.get(), resident=resident, by=clerk)
    assert ended(resident) == (None, "")


def test_one_that_is_followed_by_another_stays_ended(resident: Resident, clerk: Actor) -> None:
    lapse(resident, D(2009, 12, 31))
    later = Enrollment.objects.create(number="E2009-2", resident=resident, starts=D(2009, 9, 1))
    dead = add(clerk, resident, "death", "died", D(2009, 10, 1))
    assert set(resident.enrollments.values_list("ends", "end_reason")) == {(D(2009, 10, 1), "death")}
    void(clerk, dead)
    assert list(resident.enrollments.order_by("starts").values_list("ends", "end_reason")) == [
        (D(2009, 12, 31), "lapsed"),
        (None, ""),
    ]
    later.delete()
    Enrollment.objects.update(lapsed_on=None, ends=None, end_reason="")
    scheme = add(clerk, resident, "scheme", "rural", D(2009, 3, 1), D(2009, 3, 31))
    Enrollment.objects.create(number="E2009-3", resident=resident, starts=D(2009, 4, 1))
    void(clerk, scheme)
    assert list(resident.enrollments.order_by("starts").values_list("ends", "end_reason")) == [
        (D(2009, 2, 28), "other_scheme"),
        (None, ""),
    ]


# --- what is read of them ------------------------------------------------------------------------------------------


def test_the_facts_of_a_day(resident: Resident) -> None:
    school = make.school()
    make.circumstance(resident, "student", "school", starts=D(2008, 9, 1), ends=D(2009, 6, 30), school=school)
    make.circumstance(resident, "low_income", "low_income", starts=D(2009, 3, 1))
    make.circumstance(resident, "disability", "2", starts=D(2009, 1, 1), voided=True)
    make.circumstance(resident, "scheme", "rural", starts=D(2009, 5, 1), ends=D(2009, 5, 31))
    early = selectors.facts_on(resident, D(2009, 2, 1))
    assert (early.student, early.low_income, early.disability_grade) == (StudentKind.SCHOOL, LowIncome.NONE, 0)
    may = selectors.facts_on(resident, D(2009, 5, 31))
    assert (may.low_income, may.other_scheme, may.local_hukou) == (LowIncome.LOW_INCOME, OtherScheme.RURAL, True)
    assert selectors.facts_on(resident, D(2009, 6, 1)).other_scheme is OtherScheme.NONE
    days = [day for day, _facts in selectors.facts_history(resident).segments]
    assert days == [
        resident.birth_date,
        D(2008, 9, 1),
        D(2009, 3, 1),
        D(2009, 5, 1),
        D(2009, 6, 1),
        D(2009, 7, 1),
    ]


def test_eligible_since_the_other_cover_ended(resident: Resident) -> None:
    """B1."""
    assert selectors.eligible_since(resident, TODAY) == make.LAW
    make.circumstance(resident, "scheme", "rural", starts=D(2009, 5, 1), ends=D(2009, 5, 31))
    assert selectors.eligible_since(resident, TODAY) == D(2009, 6, 1)
    make.circumstance(resident, "pension", "elsewhere", starts=D(2009, 8, 1))
    with pytest.raises(Refused):
        selectors.eligible_since(resident, TODAY)


def test_where_the_hukou_came_from() -> None:
    assert hukou_entry(selectors.circumstances_of(make.resident())) == (None, MovedFrom.NONE)
    entered = make.resident(hukou="outside", hukou_since=D(2009, 3, 1))
    assert hukou_entry(selectors.circumstances_of(entered)) == (D(2009, 3, 1), MovedFrom.OUTSIDE)
    assert hukou_entry(selectors.circumstances_of(make.resident(hukou=""))) == (None, MovedFrom.NONE)


# --- who sees whom -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [
        (Role.COMMUNITY, True, False),
        (Role.SUBDISTRICT, True, False),
        (Role.DISTRICT, True, False),
        (Role.SCHOOL, True, False),
        (Role.AGENCY_CLERK, True, True),
        (Role.AGENCY_REVIEWER, True, True),
        (Role.SUPERVISOR, True, True),
        (Role.CITY_FINANCE, False, False),
        (Role.DISTRICT_FINANCE, False, False),
        (Role.ADMINISTRATOR, False, False),
    ],
)
def test_each_role_sees_its_own_part(role: Role, own: bool, other: bool) -> None:
    mine, theirs = make.resident(), make.resident(home=other_community())
    by = make.actor(role)
    make.circumstance(mine, "student", "school", starts=D(2005, 9, 1), ends=D(2009, 6, 30), school=make.school())
    make.circumstance(theirs, "student", "school", starts=D(2005, 9, 1), school=make.school("SCH009"))
    seen = set(selectors.residents_visible_to(by))
    assert (mine in seen, theirs in seen) == (own, other)


def test_a_job_sees_everybody() -> None:
    make.resident()
    assert selectors.residents_visible_to(Actor.job("x")).count() == 1


def test_registrations_are_seen_by_the_offices_on_the_way(chain: Chain) -> None:
    registration = chain.at("at_district")
    for by in (chain.community, chain.subdistrict, chain.district, chain.clerk, make.actor(Role.SUPERVISOR)):
        assert registration in selectors.registrations_visible_to(by)
    for role in (Role.SCHOOL, Role.ADMINISTRATOR, Role.CITY_FINANCE):
        assert registration not in selectors.registrations_visible_to(make.actor(role))
    assert registration not in selectors.registrations_visible_to(make.actor(Role.COMMUNITY, other_community()))
