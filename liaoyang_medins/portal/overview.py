"""The figures, quick actions and small facts of the home pages, by role."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import selectors as claims
from claims.facts import institution_on
from claims.labels import label
from enrollment.contributions.rules import payment_window
from enrollment.registration import selectors as registration
from enrollment.registration.models import Enrollment, Registration
from funds import selectors as funds
from funds.models import SubsidyStatement
from funds.selectors.balances import summed
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, Posting, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.domain import COUNT_AT_MOST, count_at_most

from . import work
from .figures import scheme_figures

DEPOSITS = "1003"
SOON = datetime.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the home page (templates/components/figures.html); money is in yuan, said in the label."""

    label: str
    value: str
    url: str = ""
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A quick action: the first of a role is the main one of its home page."""

    label: str | Promise
    url_name: str
    icon: str


ACTIONS: dict[Role, tuple[Action, ...]] = {
    Role.COMMUNITY: (Action(gettext_lazy("Register a resident"), "registration-start", "person-plus"),),
    Role.SCHOOL: (Action(gettext_lazy("Register a student"), "registration-start", "person-plus"),),
    Role.AGENCY_CLERK: (
        Action(gettext_lazy("Record a payment"), "receipt-new", "cash-coin"),
        Action(gettext_lazy("Admit a patient"), "stay-new", "hospital"),
        Action(gettext_lazy("Check somebody's cover"), "entitlement", "shield-check"),
        Action(gettext_lazy("Enter a referral"), "referral-new", "send"),
        Action(gettext_lazy("Reimbursement"), "reimbursements", "cash-stack"),
        Action(gettext_lazy("Monthly declarations"), "declarations", "cash-coin"),
        Action(gettext_lazy("Prepare a subsidy statement"), "statement-new", "file-earmark-plus"),
        Action(gettext_lazy("Supervision of the fund"), "supervision-fund", "bar-chart"),
        Action(gettext_lazy("Contributions so far"), "cockpit", "graph-up"),
        Action(gettext_lazy("Certificates and cards"), "cards", "credit-card"),
        Action(gettext_lazy("Transfers"), "transfers", "send"),
        Action(gettext_lazy("Double records"), "merges", "people"),
        Action(gettext_lazy("Institutions"), "institutions", "buildings"),
        Action(gettext_lazy("Inspections"), "inspections", "search"),
        Action(gettext_lazy("Reports of violations"), "reports", "flag"),
        Action(gettext_lazy("Catalogue"), "catalogue", "capsule"),
    ),
    Role.AGENCY_REVIEWER: (
        Action(gettext_lazy("Payment lists"), "payment-lists", "cash-stack"),
        Action(gettext_lazy("Payment batches"), "payment-batches", "cash-coin"),
        Action(gettext_lazy("Supervision of the fund"), "supervision-fund", "bar-chart"),
        Action(gettext_lazy("Check somebody's cover"), "entitlement", "shield-check"),
        Action(gettext_lazy("Contributions so far"), "cockpit", "graph-up"),
        Action(gettext_lazy("Certificates and cards"), "cards", "credit-card"),
        Action(gettext_lazy("Trial balance"), "trial-balance", "table"),
        Action(gettext_lazy("Institutions"), "institutions", "buildings"),
        Action(gettext_lazy("Inspections"), "inspections", "search"),
        Action(gettext_lazy("Reports of violations"), "reports", "flag"),
        Action(gettext_lazy("Catalogue"), "catalogue", "capsule"),
    ),
    Role.HOSPITAL: (
        Action(gettext_lazy("Admit a patient"), "stay-new", "person-plus"),
        Action(gettext_lazy("Check somebody's cover"), "entitlement", "shield-check"),
        Action(gettext_lazy("Request a referral"), "referral-new", "send"),
        Action(gettext_lazy("Monthly declarations"), "declarations", "cash-coin"),
    ),
    Role.CITY_FINANCE: (
        Action(gettext_lazy("Journal"), "journal", "journal-text"),
        Action(gettext_lazy("Trial balance"), "trial-balance", "table"),
    ),
    Role.SUPERVISOR: (
        Action(gettext_lazy("Supervision of the fund"), "supervision-fund", "bar-chart"),
        Action(gettext_lazy("Receipts"), "receipts", "cash-coin"),
        Action(gettext_lazy("Monthly declarations"), "declarations", "cash-stack"),
        Action(gettext_lazy("Institutions"), "institutions", "buildings"),
        Action(gettext_lazy("Audit log"), "audit-log", "clock-history"),
        Action(gettext_lazy("Contribution notices"), "notices", "file-earmark-text"),
        Action(gettext_lazy("Contributions so far"), "cockpit", "graph-up"),
        Action(gettext_lazy("Certificates and cards"), "cards", "credit-card"),
        Action(gettext_lazy("Referrals"), "referrals", "send"),
        Action(gettext_lazy("Double records"), "merges", "people"),
        Action(gettext_lazy("Settlements to correct"), "corrections", "arrow-counterclockwise"),
        Action(gettext_lazy("Inspections"), "inspections", "search"),
        Action(gettext_lazy("Reports of violations"), "reports", "flag"),
        Action(gettext_lazy("Trial balance"), "trial-balance", "table"),
        Action(gettext_lazy("Catalogue"), "catalogue", "capsule"),
    ),
    Role.ADMINISTRATOR: (
        Action(gettext_lazy("New user"), "user-new", "person-plus"),
        Action(gettext_lazy("New office"), "office-new", "diagram-3"),
        Action(gettext_lazy("New institution"), "institution-new", "building"),
    ),
}
# Roles whose main action stands at the title; for the others nothing is more likely than the rest.
WITH_MAIN_ACTION = {Role.COMMUNITY, Role.SCHOOL, Role.AGENCY_CLERK, Role.HOSPITAL, Role.ADMINISTRATOR}


def yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def counted(number: int) -> str:
    """A number of waiting cases, which nobody counts further than COUNT_AT_MOST."""
    return f"{work.COUNT_AT_MOST - 1}+" if number >= work.COUNT_AT_MOST else str(number)


# --- figures -------------------------------------------------------------------------------------------------------


def of_queues(actor: Actor, today: datetime.date, queues: Sequence[work.Queue]) -> list[Figure]:
    """A figure for each queue; of registrations also how many are overdue and how many are due today (W3)."""
    figures = []
    counts = work.counts_of(queues)
    for queue in queues:
        count = counts[queue.code]
        url = str(queue.url)
        if queue.code != "registrations":
            figures.append(Figure(str(queue.title), counted(count), url, tone="wait" if count else ""))
            continue
        late = queue.cases.order_by().filter(due_on__lte=today)
        overdue = len(late.filter(due_on__lt=today).values_list("pk")[: work.COUNT_AT_MOST])
        due = len(late.filter(due_on=today).values_list("pk")[: work.COUNT_AT_MOST])
        if len(queues) == 1:
            figures += [
                Figure(str(queue.title), counted(count), url),
                Figure(_("Overdue"), counted(overdue), url, tone="bad" if overdue else ""),
                Figure(_("Due today"), counted(due), url, tone="wait" if due else ""),
            ]
        else:
            note = _("%(overdue)s overdue, %(due)s due today") % {"overdue": counted(overdue), "due": counted(due)}
            tone = "bad" if overdue else "wait" if count else ""
            figures.append(Figure(str(queue.title), counted(count), url, note, tone))
    return figures


def of_finance(actor: Actor, today: datetime.date, rows: "list[StatementRow]") -> list[Figure]:
    """What the payer whom the actor works for still owes."""
    owed = [row for row in rows if row.outstanding > 0]
    late = [row for row in owed if row.overdue_days]
    upcoming = min(
        (row.statement.due_on for row in owed if row.statement.due_on and not row.overdue_days), default=None
    )
    return [
        Figure(
            _("Outstanding (yuan)"), yuan(sum((row.outstanding for row in owed), ZERO)), tone="wait" if owed else ""
        ),
        Figure(
            _("Of it overdue (yuan)"),
            yuan(sum((row.outstanding for row in late), ZERO)),
            tone="bad" if late else "",
            note=_("for %(days)s days at the longest") % {"days": max(row.overdue_days for row in late)}
            if late
            else "",
        ),
        Figure(_("Next due"), upcoming.isoformat() if upcoming else "—"),
    ]


def of_supervision(actor: Actor, today: datetime.date) -> list[Figure]:
    """The scheme in four numbers: who is enrolled, what was paid in and out this year, what the account holds."""
    scheme = scheme_figures(today)
    accounts = funds.trial_balance(actor).rows
    held = sum((row.debits - row.credits for row in accounts if row.account.code == DEPOSITS), ZERO)
    return [
        Figure(
            _("Enrolled"),
            f"{scheme.enrolled:,}",
            reverse("registrations"),
            _("counted at %(time)s") % {"time": f"{scheme.made_at.astimezone(clock.SHANGHAI):%H:%M}"},
        ),
        Figure(
            _("Contributions %(year)s (yuan)") % {"year": today.year},
            yuan(scheme.personal),
            reverse("notices"),
            _("%(persons)s persons; government part %(government)s")
            % {"persons": f"{scheme.persons:,}", "government": yuan(scheme.government)},
        ),
        Figure(
            _("Paid by the fund %(year)s (yuan)") % {"year": today.year},
            yuan(scheme.fund),
            reverse("stays"),
            _("%(count)s settlements") % {"count": f"{scheme.settlements:,}"},
        ),
        Figure(_("Held in the special account (yuan)"), yuan(held), reverse("trial-balance")),
    ]


def of_administration(actor: Actor, today: datetime.date) -> list[Figure]:
    """Who can sign in, who can do nothing, and which postings end soon."""
    active = User.objects.filter(is_active=True)
    in_force = Posting.objects.in_force(today)
    idle = active.exclude(pk__in=in_force.values("user_id")).count()
    ending = in_force.filter(ends__lte=today + SOON).count()
    offices = Office.objects.filter(closed_on=None).aggregate(
        places=Count("pk", filter=~Q(kind=Office.Kind.INSTITUTION)),
        institutions=Count("pk", filter=Q(kind=Office.Kind.INSTITUTION)),
    )
    return [
        Figure(_("Active users"), f"{active.count():,}", reverse("users") + "?active=yes"),
        Figure(_("Without a posting in force"), f"{idle:,}", reverse("users"), tone="wait" if idle else ""),
        Figure(_("Postings that end within 30 days"), f"{ending:,}", reverse("users"), tone="wait" if ending else ""),
        Figure(_("Offices"), f"{offices['places']:,}", reverse("offices")),
        Figure(_("Medical institutions"), f"{offices['institutions']:,}", reverse("institutions")),
    ]


# --- statements of a payer -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatementRow:
    """An issued statement as its payer sees it, in yuan."""

    statement: SubsidyStatement
    claimed: Decimal
    received: Decimal
    set_off: Decimal
    outstanding: Decimal
    overdue_days: int


def statements_owed(actor: Actor, today: datetime.date) -> list[StatementRow]:
    """The newest issued statements with what the actor's treasury (of the city, or of its district) owes on each."""
    statements = list(funds.statements_visible_to(actor).filter(status="issued").order_by("-due_on", "-number")[:24])
    balances = funds.balances_by_statement(statements, today, actor)
    rows = []
    for statement in statements:
        mine = [entry for entry in balances[statement.pk] if entry.payer == actor.office]
        total = summed(mine)
        amounts = (total.claimed, total.received, total.set_off, total.outstanding)
        rows.append(StatementRow(statement, *amounts, total.overdue_days))
    return rows


# --- where work waits, for the supervisor --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the work: how many cases wait at it, how many of them overdue (W3), and since when the oldest."""

    label: str
    url: str
    count: int
    overdue: int
    since: datetime.date | None


def stages_of(actor: Actor, today: datetime.date) -> list[Stage]:
    """Every step at which something waits: registrations in the order of their way, receipts, stays, referrals."""
    found = {
        row["status"]: row
        for row in registration.registrations_visible_to(actor)
        .filter(status__in=Registration.OPEN)
        .order_by()
        .values("status")
        .annotate(count=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=today)), since=Min("step_since"))
    }
    stages = [
        Stage(
            str(Registration.Status(status).label),
            f"{reverse('registrations')}?view=open&status={status}",
            found[status]["count"],
            found[status]["overdue"],
            found[status]["since"],
        )
        for status in Registration.OPEN
        if status in found
    ]
    for make, day in (
        (work.receipts_unmatched, "received_on"),
        (work.stays_to_settle, "discharged_on"),
        (work.referrals_requested, "issued_on"),
        (work.outpatient_to_decide, "requested_on"),
        (work.lists_to_issue, "drafted_on"),
    ):
        queue = make(actor, today)
        cases = queue.cases.order_by().aggregate(count=Count("pk"), since=Min(day))
        if cases["count"]:
            stages.append(Stage(str(queue.title), queue.url, cases["count"], 0, cases["since"]))
    return stages


# --- small facts ---------------------------------------------------------------------------------------------------


def facts_of(actor: Actor, today: datetime.date) -> list[tuple[str, str]]:
    """What one wants to know at a glance: the payment window, and of a hospital its grade and designation."""
    facts: list[tuple[str, str]] = []
    try:
        found = policy.on(settings.POOLING_AREA, today)
    except policy.PolicyError:
        return facts
    if actor.may("notices.see"):
        year = today.year + 1
        first, last = payment_window(year, found)
        facts.append((_("Payment window for %(year)s") % {"year": year}, f"{first} – {last}"))
    institution = claims.institution_of(actor)
    if institution:
        holds = institution_on(institution, today)
        facts.append((_("Grade today"), label(holds.grade) if holds.grade else _("None")))
        facts.append((_("Designated today"), _("Yes") if holds.designated else _("No")))
        facts.extend((_("Specialist for"), label(disease)) for disease in sorted(holds.specialties))
    if actor.may("stays.see"):
        facts.append((_("Cap of the year (yuan)"), yuan(found.cap.amount.value)))
    return facts


def enrolled_of(actor: Actor) -> str | None:
    """How many residents of the actor's community or school are enrolled, for people; None for everybody else."""
    if actor.role not in (Role.COMMUNITY, Role.SCHOOL):
        return None
    residents = registration.residents_visible_to(actor).select_related(None).order_by()
    count = count_at_most(Enrollment.objects.filter(ends=None, resident__in=residents.values("pk")))
    return f"{count:,}" if count <= COUNT_AT_MOST else f"{COUNT_AT_MOST:,}+"


Figures = Callable[[Actor, datetime.date], list[Figure]]
WITHOUT_QUEUES: dict[Role, Figures] = {Role.SUPERVISOR: of_supervision, Role.ADMINISTRATOR: of_administration}
FINANCE = (Role.CITY_FINANCE, Role.DISTRICT_FINANCE)
