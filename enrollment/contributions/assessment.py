"""What a resident's notice costs and buys: the facts on record, asked of the rules. Reads only, decides nothing
itself.

The same function answers before a notice is made, when it is made, and again on the day it is paid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.registration import labels, selectors
from enrollment.registration.explanation import explain_eligibility
from enrollment.registration.facts import barred_until, history_of, hukou_entry
from enrollment.registration.models import Enrollment, Registration, Resident
from enrollment.registration.rules import Eligibility, FactsHistory, PersonFacts, reference_date
from enrollment.registration.rules import eligible_since as since_when_eligible
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.facts import from_json
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy import Policy, Step
from liaoyang_medins.kernel.policy.terms import EnrollmentKind, Ineligible, MovedFrom, Sex, StudentKind
from liaoyang_medins.kernel.statements import Statement

from . import rules
from .models import ContributionNotice
from .quotes import contribution_of


@dataclass(frozen=True, slots=True)
class Part:
    """One contribution year of what is paid at once: amounts in yuan, and the days that it covers (both included)."""

    year: int
    year_no: int
    months: int
    category: str
    tier: str
    personal: Decimal
    government: Decimal
    city: Decimal
    district_share: Decimal
    starts: date
    ends: date
    facts: rules.ContributionFacts
    policy: Policy


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one payment on one day costs and buys. Two parts only for students of the first year (B5)."""

    benefit: rules.BenefitStart
    benefit_facts: rules.BenefitFacts
    parts: tuple[Part, ...]
    district: Office

    @property
    def kind(self) -> EnrollmentKind:
        return self.benefit_facts.kind

    @property
    def year(self) -> int:
        return self.parts[0].year

    @property
    def due(self) -> Decimal:
        """The amount due in yuan, of all parts together."""
        return sum((part.personal for part in self.parts), ZERO)

    @property
    def government(self) -> Decimal:
        return sum((part.government for part in self.parts), ZERO)

    @property
    def starts(self) -> date:
        return self.parts[0].starts

    @property
    def ends(self) -> date:
        return self.parts[-1].ends


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a resident as of a day: read once, so that asking again for another year reads nothing."""

    person: PersonFacts
    history: FactsHistory
    moved_in: date | None
    moved_from: MovedFrom
    first_paid_year: int | None
    registered_on: date
    day: date

    def eligible_since(self, on: date) -> date | None:
        """B1: since when the person is eligible without a break, seen from the later of the reference date and the
        day.

        Who turned too old between the two is still in the category of the reference date (E7), and eligible since
        then.
        """
        since = since_when_eligible(self.history, max(on, self.day), selectors.policy_on)
        return since or since_when_eligible(self.history, on, selectors.policy_on)


def registered_on(enrollment: Enrollment) -> date:
    """The day of registration, for the reference date (E7)."""
    if enrollment.registration_id is None:
        return enrollment.starts
    if "registration" in enrollment._state.fields_cache and enrollment.registration is not None:
        return enrollment.registration.received_on
    return _received_on(enrollment.registration_id)[0]


@Statement
def _received_on(registration: int) -> "QuerySet[Registration, date]":
    return Registration.objects.filter(pk=registration).order_by().values_list("received_on", flat=True)


def known_of(resident: Resident, day: date, registered: date, file: selectors.OnFile | None = None) -> Known:
    """The facts that hold on `day`, and nothing that was to come afterwards; `file` for who has read it already."""
    circumstances = (file or selectors.on_file(resident)).circumstances
    history = history_of(Sex(resident.sex), resident.birth_date, circumstances)
    moved_in, moved_from = hukou_entry(circumstances)
    person = history.on(day)
    if person is None:
        raise Refused(_("The person was not yet born on %(day)s.") % {"day": day}, code="not_eligible")
    if history.segments[-1][0] > day:
        history = FactsHistory(tuple((first, facts) for first, facts in history.segments if first <= day))
    first_year = min((paid.contribution_year for paid in payments_of(resident.pk)), default=None)
    return Known(person, history, moved_in, moved_from, first_year, registered, day)


class Payment(NamedTuple):
    """A notice of a resident that is paid: its key, and what is asked of it often."""

    notice: int
    enrollment: int
    contribution_year: int
    kind: str
    number: str
    joint_with: int | None
    paid_on: date


def payments_of(resident: int) -> list[Payment]:
    """The paid notices of a resident, in no order."""
    return [Payment(*row) for row in _paid(resident)]


@Statement
def _paid(resident: int) -> "QuerySet[ContributionNotice, tuple[Any, ...]]":
    paid = ContributionNotice.objects.filter(resident=resident, status=ContributionNotice.Status.PAID)
    return paid.order_by().values_list(
        "pk", "enrollment_id", "contribution_year", "kind", "number", "joint_with_id", "paid_on"
    )


def assess(
    *,
    resident: Resident,
    registered: date,
    paid: date,
    made: date,
    kind: EnrollmentKind | None = None,
    contribution_year: int | None = None,
    year_after: bool = False,
    waiting_until: date | None = None,
    file: selectors.OnFile | None = None,
) -> Assessment:
    """What a notice made on `made` and paid on `paid` costs and buys, by the facts on the day of payment (C, B, W6).

    `kind` None: first enrollment or re-enrollment, as the earlier relationships say (W8). A renewal needs its
    `contribution_year`. `file` is what is on file, for who has read it already. Raises Refused with every reason where
    the person may not take part, BeforeTheLaw.
    """
    file = file or selectors.on_file(resident)
    known = known_of(resident, paid, registered, file)
    student = known.person.student is StudentKind.SCHOOL

    def facts_for(year: int) -> rules.BenefitFacts:
        since = known.eligible_since(reference_date(year, registered))
        if since is None:
            asked, law = contribution_facts(known, year, 1), policy_of(year)
            refuse(contribution_of(asked, law).eligibility, asked, law)
            # Eligible only by today's facts and the age of the reference date: since today's facts hold.
            since = known.history.segments[-1][0]
        return rules.BenefitFacts(
            kind=kind or selectors.kind_after(file.last, since, barred_until(file.circumstances)),
            eligible_since=since,
            paid=paid,
            student=student,
            moved_in=known.moved_in,
            moved_from=known.moved_from,
            contribution_year=contribution_year,
            waiting_until=waiting_until,
            made=made,
            year_after=year_after,
        )

    year = contribution_year or rules.year_of_notice(made, selectors.policy_on(made))
    facts = facts_for(year)
    benefit = rules.benefit_start(facts, selectors.policy_on)
    if benefit.notice_year != year:
        # Age and category are looked at on the reference date of the year that the notice is really for.
        facts = facts_for(benefit.notice_year)
        benefit = rules.benefit_start(facts, selectors.policy_on)
    first = known.first_paid_year or benefit.notice_year
    number = max(1, benefit.notice_year - first + 1)
    parts = [part_of(known, benefit.notice_year, number, benefit.start, student)]
    if benefit.prepaid_year:
        parts.append(part_of(known, benefit.prepaid_year, number + 1, date(benefit.prepaid_year, 1, 1), student))
    return Assessment(benefit, facts, tuple(parts), selectors.district_of(resident, paid))


def read_ahead(enrollments: Iterable[Enrollment]) -> None:
    """Read for many, inside a batch, what assessing a renewal of each of these relationships asks."""
    rows = list(enrollments)
    selectors.read_files_ahead(row.resident_id for row in rows)
    read_payments_ahead(row.resident_id for row in rows)
    _received_on.ahead([(row.registration_id,) for row in rows if row.registration_id is not None])


def read_payments_ahead(residents: Iterable[int]) -> None:
    """Read for many residents, inside a batch, which notices they have paid."""
    _paid.ahead([(resident,) for resident in residents])


def contribution_facts(known: Known, year: int, year_no: int) -> rules.ContributionFacts:
    return rules.ContributionFacts(known.person, reference_date(year, known.registered_on), known.moved_in, year_no)


def part_of(known: Known, year: int, year_no: int, starts: date, student: bool) -> Part:
    """One contribution year with its amounts. Raises Refused where the person may not take part in it."""
    law = policy_of(year)
    facts = contribution_facts(known, year, year_no)
    found = rules.for_notice(contribution_of(facts, law), year, student, law)
    if (
        found.category is None
        or found.tier is None
        or found.personal is None
        or found.government is None
        or found.city is None
        or found.district is None
    ):
        refuse(found.eligibility, facts, law)
        raise AssertionError("Who is not eligible has a reason.")
    return Part(
        year=year,
        year_no=year_no,
        months=months_of(year, student, law),
        category=found.category,
        tier=found.tier,
        personal=found.personal,
        government=found.government,
        city=found.city,
        district_share=found.district,
        starts=starts,
        ends=date(year, 12, 31),
        facts=facts,
        policy=law,
    )


def months_of(year: int, student: bool, law: Policy) -> int:
    """C7, B5: how many months' contribution a notice asks for: 12, and in the first year a quarter or the
    students' 4.
    """
    first_year = law.first_year
    if year != first_year.year.value:
        return 12
    return first_year.student_months.value if student else 12 // first_year.divisor.value


def policy_of(year: int) -> Policy:
    """The policy of a contribution year in the portal's pooling area."""
    return policy.for_contribution_year(settings.POOLING_AREA, year)


def refuse(eligibility: Eligibility, facts: rules.ContributionFacts, law: Policy) -> None:
    """Raise NotEligible with every reason why the person may not take part (E8); nothing where there is none. `facts`
    and `law` are what was asked.
    """
    if eligibility.reasons:
        raise NotEligible(eligibility.reasons, facts, law)


class NotEligible(Refused):
    """The person may not take part; `codes` are the reasons (E8)."""

    code = "not_eligible"

    def __init__(self, codes: Iterable[Ineligible], facts: rules.ContributionFacts, law: Policy) -> None:
        self.codes = tuple(codes)
        self._asked = facts.person, facts.on, law
        reasons = [labels.label(code) for code in self.codes]
        super().__init__(_("This person may not take part, so no notice can be made."), reasons=reasons)

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the answer came about."""
        return explain_eligibility(*self._asked)


def contribution_facts_of(notice: ContributionNotice) -> rules.ContributionFacts:
    """What the notice's amounts were assessed from."""
    return from_json(rules.ContributionFacts, notice.facts)


def benefit_facts_of(notice: ContributionNotice) -> rules.BenefitFacts:
    """What the notice's cover was assessed from; of a notice without them, what its columns say."""
    if notice.benefit_facts:
        return from_json(rules.BenefitFacts, notice.benefit_facts)
    renewal = notice.kind == ContributionNotice.Kind.RENEWAL
    return rules.BenefitFacts(
        kind=EnrollmentKind(notice.kind),
        eligible_since=notice.eligible_since,
        paid=notice.paid_on or max(notice.issued_on, notice.pay_from),
        student=notice.student,
        contribution_year=notice.contribution_year if renewal else None,
        made=notice.issued_on,
    )
