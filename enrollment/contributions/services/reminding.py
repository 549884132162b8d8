"""Reminding those who have not paid some days before the window closes, as a run over their notices (W5, W8).

A reminder is recorded once a year for each relationship; the letters are printed by community. They say what the
notices say on the day of printing, so that nothing of them is kept but that they were written.
"""

import hashlib
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.registration import selectors as registration
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Examples, Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.statements import insert_all

from .. import rules
from ..assessment import policy_of
from ..models import ContributionNotice, WindowLetter
from ..selectors import still_to_pay
from .lots import lots_of

NAME = "remind"
# A lot takes about a second.
NOTICES_PER_LOT = 2_000

FIGURES = (
    Figure("reminded", gettext_lazy("Reminders written")),
    Figure("unpaid", gettext_lazy("Amounts not paid yet (yuan)"), in_yuan=True),
)


def remind(*, contribution_year: int, by: Actor, dry_run: bool = False, calls: bool = True) -> Run:
    """Start the run that writes a reminder to everybody whose notice of the window is open and who has none yet;
    returns it, or the live one (W5).

    Raises Refused outside the window, NotAllowed.
    """
    parameters = {"year": contribution_year}
    return runs.start_run(kind=NAME, parameters=parameters, by=by, dry_run=dry_run, calls=calls)


def to_remind(year: int, on: date) -> QuerySet[ContributionNotice]:
    """The open notices of the window that no reminder went out for, of relationships that go on."""
    told = WindowLetter.objects.filter(
        kind=WindowLetter.Kind.REMINDER, enrollment=OuterRef("enrollment"), contribution_year=year
    )
    return still_to_pay(year, on).filter(~Exists(told)).order_by("pk")


def plan(run: Run) -> Plan:
    """The notices by their keys, in lots."""
    year, on = run.parameters["year"], run.business_date
    opens, closes = rules.payment_window(year, registration.policy_on(on))
    if not opens <= on <= closes:
        raise Refused(
            _("The window for %(year)s is open from %(first)s to %(last)s.")
            % {"year": year, "first": opens, "last": closes},
            code="window_closed",
        )
    keys = to_remind(year, on).values_list("pk", flat=True).iterator()
    return Plan([*lots_of(keys, NOTICES_PER_LOT)], policy_of(year))


def of_lot(run: Run, parameters: Parameters) -> QuerySet[ContributionNotice]:
    """The notices of a lot, with what their letters name."""
    found = to_remind(run.parameters["year"], run.business_date)
    found = found.filter(pk__gt=parameters["after"], pk__lte=parameters["until"])
    return found.select_related("resident__community", "enrollment")


def work(run: Run, parameters: Parameters) -> Outcome:
    """Record the reminders of a lot. The residents are locked in the order of their keys, so that a payment comes
    before or after.
    """
    residents = Resident.objects.filter(pk__in=of_lot(run, parameters).order_by().values("resident"))
    list(residents.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    found = list(of_lot(run, parameters))
    year, on = run.parameters["year"], run.business_date
    insert_all(
        [
            WindowLetter(
                kind=WindowLetter.Kind.REMINDER,
                enrollment=notice.enrollment,
                contribution_year=year,
                notice=notice,
                written_on=on,
            )
            for notice in found
        ]
    )
    audit.record_all(
        audit.entry(
            by=run.actor,
            verb="letters.remind",
            obj=notice,
            resident=notice.resident.number,
            changes={"pay_until": notice.pay_until},
        )
        for notice in found
    )
    said = "\n".join(f"{notice.number}|{notice.personal}" for notice in found)
    return Outcome(counts_of(found), digest=hashlib.sha256(said.encode()).hexdigest() if found else "")


def look(run: Run, parameters: Parameters) -> Outcome:
    """What `work` would write, with examples."""
    found = list(of_lot(run, parameters))
    examples = [
        [notice.resident.number, notice.resident.community.code, notice.number, str(notice.personal)]
        for notice in found[:EXAMPLES]
    ]
    return Outcome(counts_of(found), examples=examples)


def counts_of(found: list[ContributionNotice]) -> dict[str, int | Decimal]:
    """The figures of these notices."""
    return {"reminded": len(found), "unpaid": sum((notice.personal for notice in found), ZERO)}


def with_communities(examples: Examples) -> Examples:
    """The examples with the communities' names in place of their codes."""
    names = {office.code: office.label for office in Office.objects.filter(code__in={row[1] for row in examples})}
    return [[number, names.get(code, code), *rest] for number, code, *rest in examples]


# Cancelled, what was written stays: it may be in somebody's hands.
KIND = Kind(
    name=NAME,
    label=gettext_lazy("Reminders of the window"),
    verb="window.remind",
    under="window",
    figures=FIGURES,
    headings=(
        Heading(gettext_lazy("Resident")),
        Heading(gettext_lazy("Community")),
        Heading(gettext_lazy("Notice")),
        Heading(gettext_lazy("Amount due (yuan)"), of_figures=True),
    ),
    key=lambda parameters: str(parameters["year"]),
    title=lambda parameters: _("Contribution year %(year)s") % {"year": parameters["year"]},
    plan=plan,
    begin=lambda run: str(run.parameters["year"]),
    work=work,
    look=look,
    link=lambda year: (
        _("The reminders for %(year)s") % {"year": year},
        f"{reverse('window-letters')}?year={year}&kind=reminder",
    ),
    shown=with_communities,
)
