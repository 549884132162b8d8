"""Making notices: the first one, the yearly renewal, and one made anew (W5, W6, W8, B5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.registration import locks
from enrollment.registration import selectors as registration
from enrollment.registration import services as registration_services
from enrollment.registration.models import Enrollment, Registration, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import EnrollmentKind
from liaoyang_medins.kernel.statements import Statement

from .. import rules
from ..assessment import Assessment, Payment, assess, benefit_facts_of, payments_of, read_ahead, registered_on
from ..models import ContributionNotice
from .alike import Insured, Pattern
from .writing import Status, differs, entry_of, lock_pair, lock_resident, read_standing_ahead, write_notices

Kind = ContributionNotice.Kind


@transaction.atomic
@audit.together()
def take_into_records(
    *, registration_number: str, version: int, by: Actor, next_year: bool | None = None
) -> ContributionNotice:
    """The agency takes an approved registration into its records: the insured relationship and its first notice, at
    once.

    `next_year` is the wish of who must wait to pay for the year after (W6); None: as the registration says. Returns
    the notice to pay. Raises NotAllowed, Conflict (somebody else was first), Refused with every reason (not eligible
    any more, contribution paid already). W3, W6, B5.
    """
    by.require("registrations.record")
    by.require("notices.make")
    try:
        row, file = registration_services.opened_for_record(number=registration_number, version=version, by=by)
    except NotAllowed:
        if not Registration.objects.filter(number=registration_number).exists():
            raise Invalid(_("There is no registration with this number."), code="unknown_registration") from None
        raise
    resident = row.resident
    assessment = assess_first(resident, row, clock.today(), next_year, file)
    enrollment = registration_services.enroll(row, file, by=by)
    return write_notices(
        resident=resident,
        enrollment=enrollment,
        assessment=assessment,
        issued_on=clock.today(),
        term=term_of(assessment, clock.today()),
        verb="notices.make",
        by=by,
    )


def assess_first(
    resident: Resident,
    row: Registration,
    today: date,
    next_year: bool | None = None,
    file: registration.OnFile | None = None,
) -> Assessment:
    """What the first notice of a registration costs and buys if it is made and paid on `today`. Raises Refused."""
    return assess(
        resident=resident,
        registered=row.received_on,
        paid=today,
        made=today,
        year_after=row.next_year if next_year is None else next_year,
        file=file,
    )


def term_of(assessment: Assessment, made: date) -> tuple[date, date]:
    """W5, W6: first and last day on which the notice can be paid."""
    return rules.notice_term(assessment.kind, made, assessment.year, registration.policy_on(made))


@transaction.atomic
def make_renewal_notice(
    *, resident_number: str, by: Actor, contribution_year: int | None = None
) -> ContributionNotice:
    """The notice for the next calendar year, payable in the window from 1 October to 30 November (W5).

    Asked again it gives the notice that is open already. Raises NotAllowed for a resident of another office, Refused
    where there is nothing to renew, the window has closed, or the person is not eligible any more.
    """
    by.require("notices.make")
    resident = locked_visible(resident_number, by)
    today = clock.today()
    found = renewal(resident, contribution_year or today.year + 1, today)
    return found.there or write_renewal(resident, found, today, by)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a resident is to have for another year: the notice that is open already, or what a new one says."""

    enrollment: Enrollment
    there: ContributionNotice | None
    assessment: Assessment | None


def renewal(resident: Resident, year: int, today: date, enrollment: Enrollment | None = None) -> Renewal:
    """How the resident goes on in `year` (W5); `enrollment` is the open relationship, for who has it already. Reads
    only. Raises Refused where there is nothing to renew or the person is not eligible any more.
    """
    enrollment = renewable(resident, year, today, enrollment)
    there = _open_notice.first(resident.pk, enrollment.pk, year)
    if there is not None:
        return Renewal(enrollment, there.joint_with or there, None)
    return Renewal(enrollment, None, assess_renewal(resident, enrollment, year, today))


def write_renewal(resident: Resident, found: Renewal, today: date, by: Actor) -> ContributionNotice:
    """Write the notice that is not there yet, with the resident locked; returns it."""
    if found.assessment is None:
        raise ValueError("The notice is there already.")
    return write_notices(
        resident=resident,
        enrollment=found.enrollment,
        assessment=found.assessment,
        issued_on=today,
        term=term_of(found.assessment, today),
        verb="notices.make",
        by=by,
    )


def pattern_of(
    one: Insured, resident: Resident, assessment: Assessment, notice: ContributionNotice, by: Actor
) -> Pattern | None:
    """How the notice that `write_renewal` wrote for a resident is written for those who are alike; None where that
    cannot be told.
    """
    if assessment.benefit_facts.eligible_since not in one.days:
        return None
    entry = entry_of(notice, assessment.parts[0], (), resident, "notices.make", by)
    return Pattern(one, assessment, notice, entry)


def read_renewals_ahead(enrollments: Iterable[Enrollment], year: int, *, lock: bool) -> None:
    """Read for many, inside a batch, what `renewal` asks about these open relationships, and where they are locked
    what `write_renewal` asks.
    """
    rows = list(enrollments)
    read_ahead(rows)
    keys = [(row.resident_id, row.pk, year) for row in rows]
    if not lock:
        _open_notice.ahead(keys)
        return
    for key, standing in zip(keys, read_standing_ahead((row.resident_id for row in rows), [year]), strict=True):
        there = [notice for notice in standing if notice.status == Status.OPEN and notice.enrollment_id == key[1]]
        _open_notice.known(*key, rows=there)


@Statement
def _open_notice(resident: int, enrollment: int, year: int) -> QuerySet[ContributionNotice]:
    rows = ContributionNotice.objects.filter(resident=resident, enrollment=enrollment, status=Status.OPEN)
    return rows.filter(contribution_year=year).order_by()


def locked_visible(resident_number: str, by: Actor) -> Resident:
    """The resident's row, locked. Raises NotAllowed where the actor's office does not see the resident."""
    found = locks.resident_under_lock(resident_number, by)
    if found is None:
        raise NotAllowed(_("There is no resident with this number in your office."))
    return found


def last_paid_year(enrollment: Enrollment) -> int | None:
    """The latest contribution year that is paid in this relationship."""
    return max((paid.contribution_year for paid in _payments_in(enrollment)), default=None)


def _payments_in(enrollment: Enrollment) -> list[Payment]:
    return [paid for paid in payments_of(enrollment.resident_id) if paid.enrollment == enrollment.pk]


def renewable(resident: Resident, year: int, today: date, enrollment: Enrollment | None = None) -> Enrollment:
    """W5, W8: the relationship that a renewal for `year` continues. Raises Refused with what to do instead."""
    enrollment = enrollment or registration.current_enrollment(resident)
    if enrollment is None:
        raise Refused(
            _("There is no insured relationship to renew: the resident registers anew."), code="no_enrollment"
        )
    last = last_paid_year(enrollment)
    if last is None:
        raise Refused(
            _("No contribution has been paid yet: the first notice is to be paid, or made anew."), code="never_paid"
        )
    if last >= year:
        raise Refused(_("The contribution for %(year)s is paid already.") % {"year": year}, code="already_paid")
    closes = rules.payment_window(year, registration.policy_on(today))[1]
    if today > closes:
        raise Refused(
            _("The window for %(year)s closed on %(day)s. Who did not pay registers anew.")
            % {"year": year, "day": closes},
            code="window_closed",
        )
    if year > today.year + 1:
        raise Refused(_("A renewal is made for the next calendar year only."), code="too_early")
    return enrollment


def assess_renewal(resident: Resident, enrollment: Enrollment, year: int, paid: date) -> Assessment:
    """What a renewal for `year` costs and buys, by the facts on `paid`. Raises Refused where not eligible any more."""
    return assess(
        resident=resident,
        registered=registered_on(enrollment),
        paid=paid,
        made=paid,
        kind=EnrollmentKind.RENEWAL,
        contribution_year=year,
        waiting_until=waiting_until(enrollment, paid),
    )


def waiting_until(enrollment: Enrollment, on: date) -> date | None:
    """B3: the last day of the waiting period of the relationship's first payment, None where it had none or `on` lies
    after it.
    """
    firsts = [paid for paid in _payments_in(enrollment) if paid.kind != Kind.RENEWAL and paid.joint_with is None]
    if not firsts:
        return None
    first = max(firsts, key=lambda paid: (paid.contribution_year, paid.number))
    policy = registration.policy_on(first.paid_on)
    until = rules.waiting_until(first.paid_on, policy)
    if until < on:
        return None
    return until if rules.must_wait(benefit_facts_of(_notice(first.notice)[0]), policy) else None


@Statement
def _notice(pk: int) -> QuerySet[ContributionNotice]:
    return ContributionNotice.objects.filter(pk=pk)


@transaction.atomic
def remake_notice(*, number: str, by: Actor, next_year: bool = False) -> ContributionNotice:
    """Make a notice anew by today's facts: a fact changed, the 30 days ran out, or the bank took the payment back (W6,
    C8).

    `next_year` is the wish of who must wait to pay for the year after. Returns the new notice. Raises NotAllowed,
    Conflict for a notice that is paid or was made anew already, Refused where nothing would be different or nothing
    can be made.
    """
    by.require("notices.make")
    found = ContributionNotice.objects.filter(
        number=number, resident__in=registration.residents_visible_to(by)
    ).first()
    if found is None:
        raise NotAllowed(_("There is no notice with this number in your office."))
    resident = lock_resident(found.resident_id)
    pair = lock_pair(found)
    today = clock.today()
    assessment = assess_anew(resident, pair, today, next_year)
    return write_notices(
        resident=resident,
        enrollment=pair[0].enrollment,
        assessment=assessment,
        issued_on=today,
        term=term_of(assessment, today),
        replaces=pair,
        verb="notices.remake",
        by=by,
    )


def assess_anew(
    resident: Resident, pair: list[ContributionNotice], today: date, next_year: bool = False
) -> Assessment:
    """What the notice would cost and buy if it was made anew on `today`. Raises Conflict or Refused where it cannot
    be.
    """
    notice = pair[0]
    if notice.status not in (Status.OPEN, Status.LAPSED, Status.RETURNED) or notice.replaced_by_id:
        raise Conflict(
            _("This is not possible any more: the record is now “%(state)s”. Look at it again.")
            % {"state": notice.get_status_display()},
            code="wrong_state",
        )
    enrollment = notice.enrollment
    if enrollment.ends is not None:
        raise Refused(
            _("The insured relationship ended on %(day)s: the resident registers anew.") % {"day": enrollment.ends},
            code="no_enrollment",
        )
    if notice.kind == Kind.RENEWAL:
        closes = rules.payment_window(notice.contribution_year, registration.policy_on(today))[1]
        if today > closes:
            raise Refused(
                _("The window for %(year)s closed on %(day)s. Who did not pay registers anew.")
                % {"year": notice.contribution_year, "day": closes},
                code="window_closed",
            )
        assessment = assess_renewal(resident, enrollment, notice.contribution_year, today)
    else:
        assessment = assess(
            resident=resident,
            registered=registered_on(enrollment),
            paid=today,
            made=today,
            kind=EnrollmentKind(notice.kind),
            year_after=next_year,
        )
        if next_year and not assessment.benefit.waits:
            raise Refused(
                _("Only who must wait may have the notice made for the year after."), code="no_wait", field="next_year"
            )
    in_term = notice.status == Status.OPEN and today <= notice.pay_until
    if in_term and not differs(pair, assessment):
        raise Refused(_("Nothing has changed: the notice stands as it is."), code="unchanged")
    return assessment
