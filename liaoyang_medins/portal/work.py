"""What waits for whom: the queues of each role, scoped by the actor. Navigation counts them, home pages show them."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims import selectors as claims
from claims.models import Referral, SettlementToCorrect, Stay
from enrollment.bankfiles import selectors as bankfiles
from enrollment.bankfiles.labels import RETURNS
from enrollment.bankfiles.models import BankFileLine
from enrollment.cards import selectors as cards
from enrollment.cards.models import InsuranceCard
from enrollment.contributions import selectors as contributions
from enrollment.contributions.labels import label
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.life import selectors as life
from enrollment.life.models import Merge, Transfer
from enrollment.registration.models import Registration
from enrollment.registration.queue import waiting_for
from funds import selectors as funds
from funds.models import SubsidyStatement
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import ReceiptProblem

# No number of waiting cases is counted further than this.
COUNT_AT_MOST = 1000
ROWS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One case that waits.

    `day` is the last day of its term, or what else the queue's column of days says; `late` is `overdue`, `today` or
    empty; `since` stands where the case has no term.
    """

    number: str
    url: str
    who: str
    what: str
    day: datetime.date | None
    late: str = ""
    since: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Cases that wait for an actor, the most urgent first.

    `day_label` heads the column of days; `empty` says what would be here; `rows_of` makes a row of a case.
    """

    code: str
    title: str | Promise
    url: str
    day_label: str | Promise
    empty: str | Promise
    cases: QuerySet[Any]
    row_of: Callable[[Any], Row]

    def count(self) -> int:
        """How many wait, COUNT_AT_MOST where there are more."""
        return len(self.cases.order_by().values_list("pk")[:COUNT_AT_MOST])

    def rows(self) -> list[Row]:
        """The first cases."""
        return [self.row_of(case) for case in self.cases[:ROWS]]


def lateness(due: datetime.date | None, today: datetime.date) -> str:
    """Whether a term that ends on `due` is `overdue`, ends `today`, or neither (empty)."""
    if due is None or due > today:
        return ""
    return "today" if due == today else "overdue"


# --- the queues ----------------------------------------------------------------------------------------------------


def registrations_waiting(actor: Actor, today: datetime.date) -> Queue:
    """Registrations at the actor's step (W3): the earliest term first, then by how long they have been there."""

    def row(case: Registration) -> Row:
        return Row(
            case.number,
            reverse("registration", args=[case.number]),
            case.resident.name,
            case.get_status_display(),
            case.due_on,
            lateness(case.due_on, today),
            case.step_since,
        )

    return Queue(
        "registrations",
        _("Registrations at your step"),
        reverse("registrations"),
        _("Due on"),
        _("No registration waits for you."),
        waiting_for(actor).order_by(F("due_on").asc(nulls_last=True), "step_since", "number"),
        row,
    )


def notices_to_pay(actor: Actor, today: datetime.date) -> Queue:
    """Open notices of the actor's residents, the earliest last day first (W5, W6): whom to remind."""
    cases = contributions.notices_visible_to(actor).filter(
        status=ContributionNotice.Status.OPEN, pay_from__lte=today, pay_until__gte=today
    )

    def row(case: ContributionNotice) -> Row:
        return Row(
            case.number,
            reverse("notice", args=[case.number]),
            case.resident.name,
            str(_("%(amount)s yuan for %(year)s"))
            % {"amount": f"{case.personal:,.2f}", "year": case.contribution_year},
            case.pay_until,
            lateness(case.pay_until, today),
        )

    return Queue(
        "notices",
        _("Contributions to be paid"),
        reverse("notices"),
        _("Payable until"),
        _("No notice of your residents can be paid today."),
        cases.order_by("pay_until", "number"),
        row,
    )


def receipts_unmatched(actor: Actor, today: datetime.date) -> Queue:
    """Receipts that settle no notice and wait for a clerk (C6), the oldest first."""
    cases = contributions.receipts_visible_to(actor).filter(status=Receipt.Status.UNMATCHED)

    def row(case: Receipt) -> Row:
        return Row(
            case.number,
            reverse("receipt", args=[case.number]),
            case.payer or case.stated_notice,
            str(_("%(amount)s yuan: %(problem)s"))
            % {"amount": f"{case.amount:,.2f}", "problem": label(ReceiptProblem(case.problem))},
            case.received_on,
        )

    return Queue(
        "receipts",
        _("Unmatched receipts"),
        reverse("receipts"),
        _("Entered on"),
        _("Every payment has found its notice."),
        cases.order_by("received_on", "number"),
        row,
    )


def bank_returns(actor: Actor, today: datetime.date) -> Queue:
    """Payments that a bank took back and the portal could not (C8), the oldest first."""

    def row(case: BankFileLine) -> Row:
        return Row(
            f"{case.file.number} / {case.place}",
            reverse("bank-file-return", args=[case.file.number, case.place]),
            case.stated,
            str(_("%(amount)s yuan: %(problem)s"))
            % {"amount": f"{case.amount:,.2f}", "problem": RETURNS[case.problem]},
            case.day,
        )

    return Queue(
        "bank_returns",
        _("Returned payments"),
        reverse("bank-files"),
        _("Value date"),
        _("Every returned payment was taken back."),
        bankfiles.open_returns(actor),
        row,
    )


def stays_to_settle(actor: Actor, today: datetime.date) -> Queue:
    """Discharged stays that are not settled, the earliest discharge first."""
    cases = claims.stays_visible_to(actor).filter(status=Stay.Status.DISCHARGED)
    return _stays(
        cases.order_by("discharged_on", "number"),
        "stays",
        _("Stays to settle"),
        _("Discharged on"),
        _("Every discharged stay is settled."),
        lambda stay: stay.discharged_on,
    )


def stays_in_house(actor: Actor, today: datetime.date) -> Queue:
    """Stays that go on: fee lines are entered and the discharge follows."""
    cases = claims.stays_visible_to(actor).filter(status=Stay.Status.ADMITTED)
    return _stays(
        cases.order_by("admitted_on", "number"),
        "in_house",
        _("In hospital now"),
        _("Admitted on"),
        _("Nobody is in hospital."),
        lambda stay: stay.admitted_on,
    )


def _stays(
    cases: QuerySet[Stay],
    code: str,
    title: Promise,
    day_label: Promise,
    empty: Promise,
    day: Callable[[Stay], datetime.date | None],
) -> Queue:
    def row(case: Stay) -> Row:
        what = str(_("Held for a clerk")) if case.held else str(case.institution.label)
        return Row(case.number, reverse("stay", args=[case.number]), case.resident.name, what, day(case))

    return Queue(code, title, reverse("stays"), day_label, empty, cases, row)


def referrals_requested(actor: Actor, today: datetime.date) -> Queue:
    """Referrals that wait for the agency's approval (D7), the oldest first."""
    cases = claims.referrals_visible_to(actor).filter(status=Referral.Status.REQUESTED)

    def row(case: Referral) -> Row:
        return Row(
            case.number,
            reverse("referral", args=[case.number]),
            case.resident.name,
            str(case.to_institution.label),
            case.issued_on,
        )

    return Queue(
        "referrals",
        _("Referrals to decide"),
        reverse("referrals"),
        _("Issued on"),
        _("No referral waits for a decision."),
        cases.order_by("issued_on", "number"),
        row,
    )


def statements_in_draft(actor: Actor, today: datetime.date) -> Queue:
    """Subsidy statements that are prepared and not issued; for who issues them, those of others only."""
    own = actor.may("statements.issue")
    cases = funds.drafts_to_issue(actor) if own else funds.statements_visible_to(actor).filter(status="draft")
    return _statements(
        cases.order_by("period_from"),
        today,
        _("Statements to check and issue") if own else _("Statements in draft"),
        _("No statement waits to be issued."),
    )


def _statements(cases: QuerySet[SubsidyStatement], today: datetime.date, title: Promise, empty: Promise) -> Queue:
    def row(case: SubsidyStatement) -> Row:
        return Row(
            case.number,
            reverse("statement", args=[case.number]),
            case.get_kind_display(),
            f"{case.period_from} – {case.period_until}",
            case.due_on,
            lateness(case.due_on, today),
        )

    return Queue("statements", title, reverse("statements"), _("Payment due on"), empty, cases, row)


def settlements_to_correct(actor: Actor, today: datetime.date) -> Queue:
    """Settlements that what became known later contradicts, those known longest first."""
    cases = claims.settlements_to_correct(actor).filter(status=SettlementToCorrect.Status.WAITING)

    def row(case: SettlementToCorrect) -> Row:
        settlement = case.settlement
        return Row(
            settlement.number,
            reverse("settlement", args=[settlement.number]),
            settlement.resident.name,
            str(settlement.stay.institution.label),
            case.found_on,
        )

    return Queue(
        "corrections",
        _("Settlements to correct"),
        reverse("corrections"),
        _("Known since"),
        _("Nothing on record contradicts a settlement."),
        cases,
        row,
    )


def transfers_to_answer(actor: Actor, today: datetime.date) -> Queue:
    """Requests of other communities for a record, those asked longest ago first."""

    def row(case: Transfer) -> Row:
        return Row(
            case.resident.number,
            reverse("transfer", args=[case.pk]),
            case.resident.name,
            str(case.to_community.label),
            case.asked_on,
        )

    return Queue(
        "transfers",
        _("Transfers to answer"),
        reverse("transfers"),
        _("Asked on"),
        _("No other community asks for a record."),
        life.transfers_to_answer(actor),
        row,
    )


def merges_to_decide(actor: Actor, today: datetime.date) -> Queue:
    """Proposals to make two records one, those proposed longest ago first."""

    def row(case: Merge) -> Row:
        return Row(
            case.duplicate.number,
            reverse("merge", args=[case.pk]),
            case.duplicate.name,
            str(_("into %(number)s")) % {"number": case.survivor.number},
            case.proposed_on,
        )

    return Queue(
        "merges",
        _("Double records to decide on"),
        reverse("merges"),
        _("Proposed on"),
        _("No double record waits for a decision."),
        life.merges_to_decide(actor),
        row,
    )


def cards_waiting(actor: Actor, today: datetime.date) -> Queue:
    """Cards that wait for the actor: at a community those to be handed out, at the agency those that are lost and to
    be replaced; the longest there first.
    """
    at_agency = actor.may("cards.make")
    status = InsuranceCard.Status.LOST if at_agency else InsuranceCard.Status.WITH_COMMUNITY
    waiting = cards.cards_visible_to(actor).filter(status=status) if at_agency else cards.to_hand_out(actor)

    def row(case: InsuranceCard) -> Row:
        return Row(case.number, case.get_absolute_url(), case.resident.name, case.get_status_display(), case.since)

    return Queue(
        "cards",
        _("Lost cards to replace") if at_agency else _("Cards to hand out"),
        f"{reverse('cards')}?view={status}",
        _("Since"),
        _("No lost card waits for another one.") if at_agency else _("No card waits at the office."),
        waiting.order_by("since", "number"),
        row,
    )


Maker = Callable[[Actor, datetime.date], Queue]

# What each role has to do, in the order of the home page.
QUEUES: dict[Role, tuple[Maker, ...]] = {
    Role.COMMUNITY: (registrations_waiting, transfers_to_answer, notices_to_pay, cards_waiting),
    Role.SCHOOL: (registrations_waiting, notices_to_pay),
    Role.SUBDISTRICT: (registrations_waiting,),
    Role.DISTRICT: (registrations_waiting,),
    Role.AGENCY_CLERK: (
        registrations_waiting,
        stays_to_settle,
        settlements_to_correct,
        statements_in_draft,
        cards_waiting,
    ),
    Role.AGENCY_REVIEWER: (
        registrations_waiting,
        receipts_unmatched,
        bank_returns,
        referrals_requested,
        settlements_to_correct,
        transfers_to_answer,
        merges_to_decide,
        statements_in_draft,
    ),
    Role.HOSPITAL: (stays_to_settle, stays_in_house),
    Role.CITY_FINANCE: (),
    Role.DISTRICT_FINANCE: (),
    Role.SUPERVISOR: (),
    Role.ADMINISTRATOR: (),
}


def queues_of(actor: Actor, today: datetime.date) -> list[Queue]:
    """The queues of the actor's role; none is asked of the database before it is counted or shown."""
    return [make(actor, today) for make in QUEUES[actor.role]] if actor.role else []
