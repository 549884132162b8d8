"""The run that draws the declarations of a month for all institutions; a run of kernel/runs."""

import datetime
import hashlib

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models import Institution
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run

from .. import rules, selectors
from .drawing import drawn, require_over

NAME = "declarations"
# A lot takes about a second.
INSTITUTIONS_PER_LOT = 10


def start_drawing(*, month: datetime.date, by: Actor, dry_run: bool = False, calls: bool = True) -> Run:
    """Start the run that draws the declarations of the month that begins on `month` for every institution that has
    something to declare; returns it, or the live one of that month.

    Raises Invalid for a month that is not over; Refused where nothing is to be declared; NotAllowed.
    """
    by.require("declarations.draw")
    parameters = {"month": month.isoformat()}
    return runs.start_run(kind=NAME, parameters=parameters, by=by, dry_run=dry_run, calls=calls)


def month_of(parameters: Parameters) -> datetime.date:
    return datetime.date.fromisoformat(parameters["month"])


def plan(run: Run) -> Plan:
    """Lots of institutions, in the order of their codes."""
    month = month_of(run.parameters)
    require_over(month)
    codes = selectors.institutions_to_declare(rules.last_day(month))
    if not codes:
        raise Refused(_("No institution has anything to declare for this month."), code="nothing_to_declare")
    lots = [codes[place : place + INSTITUTIONS_PER_LOT] for place in range(0, len(codes), INSTITUTIONS_PER_LOT)]
    return Plan([{"institutions": lot} for lot in lots], policy_on(run.business_date))


def work(run: Run, parameters: Parameters) -> Outcome:
    """Draw the declarations of a lot. One that is there stays as it is."""
    month = month_of(run.parameters)
    count, payable, said = 0, ZERO, []
    rows = Institution.objects.filter(code__in=parameters["institutions"]).order_by("pk")
    for institution in rows:
        made = drawn(institution, month, run.actor)
        if made is not None:
            count, payable = count + 1, payable + made.payable
            said.append(f"{institution.code} {made.payable} {made.carried_out}")
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest() if said else ""
    return Outcome({"declarations": count, "payable": payable}, digest=digest)


def look(run: Run, parameters: Parameters) -> Outcome:
    """What `work` would draw, with the first of it."""
    month = month_of(run.parameters)
    count, payable, rows = 0, ZERO, []
    for institution in Institution.objects.filter(code__in=parameters["institutions"]).order_by("code"):
        content = selectors.content_of(institution, month)
        there = institution.declarations.filter(month=month).first()
        if there is None and content.empty:
            continue
        amount = there.payable if there else content.sums.payable
        count, payable = count + 1, payable + amount
        rows.append([institution.code, str(len(content.claimed)), f"{amount:,.2f}"])
    return Outcome({"declarations": count, "payable": payable}, examples=rows[:EXAMPLES])


def begin(run: Run) -> str:
    """What is made is found by its month."""
    return str(run.parameters["month"])


def about(parameters: Parameters) -> str:
    """The month in words."""
    # Translators: a format of Django's date filter.
    return date_format(month_of(parameters), _("F Y"))


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Monthly declarations of institutions"),
    verb="declarations.draw",
    under="declarations",
    figures=(
        Figure("declarations", gettext_lazy("Declarations")),
        Figure("payable", gettext_lazy("To be paid (yuan)"), in_yuan=True),
    ),
    headings=(
        Heading(gettext_lazy("Institution")),
        Heading(gettext_lazy("Settlements"), of_figures=True),
        Heading(gettext_lazy("To be paid (yuan)"), of_figures=True),
    ),
    key=lambda parameters: str(parameters["month"]),
    title=about,
    plan=plan,
    begin=begin,
    work=work,
    look=look,
    link=lambda month: (_("The declarations of this month"), f"{reverse('declarations')}?month={month[:7]}"),
)
