"""Faults in residents, registrations and enrollments."""

import datetime

from enrollment.life.models import Merge
from enrollment.registration.models import Circumstance, Enrollment, Registration, Resident
from tests.portal.sound_city import loaded

from .planting import D, change, copy, fault, paid_notice


@fault("resident.id_number")
def another_birth_date() -> str:
    person = Resident.objects.exclude(id_number=None)[0]
    return change(person, birth_date=person.birth_date + datetime.timedelta(days=1))


@fault("resident.id_number")
def wrong_check_digit() -> str:
    person = Resident.objects.exclude(id_number=None).exclude(id_number__endswith="1")[0]
    return change(person, id_number=f"{(person.id_number or '')[:17]}1")


@fault("resident.merged")
def merged_and_not_empty() -> str:
    person, other = Resident.objects.exclude(notices=None)[:2]
    Merge.objects.create(
        survivor=other,
        duplicate=person,
        status="done",
        reason="同一人",
        proposed_on=D(2009, 12, 1),
        decided_on=D(2009, 12, 2),
    )
    return change(person, merged_into=other)


@fault("circumstance.overlap")
def two_of_a_kind() -> str:
    row = Circumstance.objects.filter(kind="hukou")[0]
    copy(row)
    return row.resident.number


@fault("registration.one_open")
def two_under_way() -> str:
    row = Registration.objects.filter(status="accepted")[0]
    twin = copy(row, submission="00000000-0000-4000-8000-000000000001")
    loaded(Registration, twin.number)
    return row.resident.number


@fault("registration.reasons")
def refused_without_a_reason() -> str:
    return change(Registration.objects.get(status="withdrawn"), status="refused", remark="")


@fault("registration.eligibility")
def another_category() -> str:
    return change(Registration.objects.filter(category="elderly")[0], category="working_age")


@fault("registration.due")
def due_a_day_later() -> str:
    row = Registration.objects.filter(status="at_district")[0]
    assert row.due_on is not None
    return change(row, due_on=row.due_on + datetime.timedelta(days=1))


@fault("registration.due")
def due_although_decided() -> str:
    return change(Registration.objects.filter(status="recorded")[0], due_on=D(2009, 12, 1))


@fault("registration.recorded")
def not_recorded_any_more() -> str:
    return change(Registration.objects.filter(status="recorded")[0], status="at_agency")


@fault("registration.checker")
def reviewed_their_own() -> str:
    row = Registration.objects.filter(reviewed_by__isnull=False, made_by__isnull=False)[0]
    return change(row, reviewed_by=row.made_by)


@fault("enrollment.one_open")
def two_enrollments() -> str:
    row = Enrollment.objects.filter(ends=None)[0]
    loaded(Enrollment, copy(row, registration=None).number)
    return row.resident.number


@fault("enrollment.end")
def ended_by_nothing() -> str:
    row = Enrollment.objects.filter(ends=None, resident__stays=None)[0]
    return change(row, ends=D(2009, 12, 31), end_reason="death")


@fault("enrollment.end")
def lives_on_after_death() -> str:
    row = Enrollment.objects.filter(ends=None, resident__stays=None)[0]
    Circumstance.objects.create(resident=row.resident, kind="death", value="died", starts=D(2009, 12, 24))
    return row.number


@fault("enrollment.end")
def in_two_schemes() -> str:
    row = Enrollment.objects.filter(ends=None, resident__stays=None)[0]
    Circumstance.objects.create(resident=row.resident, kind="scheme", value="employee", starts=D(2009, 12, 24))
    return row.number


@fault("enrollment.end")
def moved_away_and_stays() -> str:
    row = Enrollment.objects.filter(ends=None, resident__stays=None)[0]
    row.resident.circumstances.filter(kind="hukou").update(ends=D(2009, 12, 24))
    return row.number


@fault("enrollment.end")
def lapsed_and_paid() -> str:
    row = paid_notice(contribution_year=2010).enrollment
    return change(row, ends=D(2009, 12, 31), end_reason="lapsed", lapsed_on=D(2009, 12, 31))
