"""Notices and payments as the tests need them: registrations stand at the agency, the services do everything after."""

import datetime
import itertools
import uuid
from decimal import Decimal
from typing import Any

from enrollment.contributions import selectors, services
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.registration.models import Circumstance, Registration, Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

Kind = Circumstance.Kind
Status = ContributionNotice.Status
D = datetime.date
JOB = Actor.job("tests")
MARCH = D(2009, 3, 15)
PUPIL_BORN = D(2000, 2, 3)
SCHOOL_BEGAN = D(2007, 9, 1)
_reference = itertools.count(1)


def someone(role: Role) -> Actor:
    """The same user of a role all through a test."""
    posting = Posting.objects.filter(role=role).select_related("user", "office").first()
    return Actor.of_posting(posting) if posting else make.actor(role)


def clerk() -> Actor:
    return someone(Role.AGENCY_CLERK)


def reviewer() -> Actor:
    return someone(Role.AGENCY_REVIEWER)


def newborn(birth: datetime.date = MARCH, **values: Any) -> Resident:
    return make.resident(birth=birth, sex="F", name="王小宝", **values)


def pupil(since: datetime.date = SCHOOL_BEGAN, birth: datetime.date = PUPIL_BORN, **values: Any) -> Resident:
    person = make.resident(birth=birth, sex="F", name="李小学", **values)
    make.circumstance(person, Kind.STUDENT, "school", starts=since, school=make.school())
    return person


def elder(**values: Any) -> Resident:
    """Eligible since long before the law."""
    return make.resident(birth=D(1940, 5, 6), sex="M", name="张大爷", **values)


def at_agency(person: Resident, on: datetime.date, **values: Any) -> Registration:
    """A registration of `on` that has come through the chain and waits for the agency."""
    policy = policy_on(on)
    return Registration.objects.create(
        number=next_number("registration", on),
        submission=uuid.uuid4(),
        resident=person,
        office=person.community,
        status=Registration.Status.AT_AGENCY,
        received_on=on,
        step_since=on,
        reference_date=on,
        policy_version=policy.version,
        policy_hash=policy.content_hash,
        made_by=make.user("community-maker"),
        **values,
    )


def first_notice(person: Resident, on: datetime.date, **values: Any) -> ContributionNotice:
    """The person is registered and taken into the records on `on`."""
    registration = at_agency(person, on, **values)
    with clock.on_day(on):
        return services.take_into_records(
            registration_number=registration.number, version=registration.version, by=clerk()
        )


def due(notice: ContributionNotice) -> Decimal:
    return selectors.due_of(ContributionNotice.objects.get(pk=notice.pk))


def pay(
    notice: ContributionNotice | str,
    on: datetime.date,
    amount: Decimal | int | str | None = None,
    *,
    received: datetime.date | None = None,
    **values: Any,
) -> Receipt:
    """A payment with the value date `on`, entered on `received` (the same day unless said): exactly what is due."""
    number = notice if isinstance(notice, str) else notice.number
    if amount is None:
        amount = due(notice) if not isinstance(notice, str) else 40
    given = {
        "channel": "bank",
        "bank_reference": f"REF{next(_reference):06d}",
        "by": values.pop("by", None) or clerk(),
    }
    with clock.on_day(received or on):
        return services.record_payment(stated_notice=number, amount=Decimal(amount), paid_on=on, **given | values)


def enrolled(person: Resident, on: datetime.date) -> ContributionNotice:
    """Registered, taken into the records and paid, all on `on`."""
    notice = first_notice(person, on)
    receipt = pay(notice, on)
    assert receipt.problem == ""
    notice.refresh_from_db()
    return notice


def renewal(person: Resident, on: datetime.date, **values: Any) -> ContributionNotice:
    with clock.on_day(on):
        return services.make_renewal_notice(
            resident_number=person.number, by=values.pop("by", None) or clerk(), **values
        )


def lapse(on: datetime.date) -> services.Lapsed:
    return services.lapse_unpaid(on=on, by=JOB)


def cover(person: Resident) -> list[tuple[datetime.date, datetime.date]]:
    return [(days.starts, days.ends) for days in selectors.live_benefit_periods(person)]


def amounts(notice: ContributionNotice) -> tuple[str, str, str, str]:
    """Personal, government, city and district part, in yuan."""
    return tuple(str(value) for value in (notice.personal, notice.government, notice.city, notice.district_share))


def state(notice: ContributionNotice) -> str:
    """The notice's status as it stands in the database now."""
    notice.refresh_from_db()
    return notice.status
