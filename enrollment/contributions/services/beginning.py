"""Starting benefits: whose benefits begin is recorded, as a run on the day (B1, B2, B3, B5; Art. 16, 17, 36).

The days that a payment buys stand in its benefit period from the payment on, and they alone decide what is covered:
nobody is turned away because a job ran late. What the run adds is the record that the beginning was looked at, with
the counts, and those who had paid and begin nothing, with the reason (W9). See docs/decisions/0063-the-years-jobs.md.
"""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, Max, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.registration.models import Enrollment
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import next_day
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import kinds
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run

from ..models import BegunBenefit, BenefitPeriod, ContributionNotice
from .lots import lots_of

NAME = "benefits"
# A lot takes well under a second.
PERIODS_PER_LOT = 5_000

FIGURES = (
    Figure("begun", gettext_lazy("Benefits that begin")),
    Figure("renewals", gettext_lazy("Of these renewals")),
    Figure("students", gettext_lazy("Of these students")),
    Figure("ended", gettext_lazy("Paid, but ended before")),
)
HOLDS = Q(notice__enrollment__ends=None) | Q(notice__enrollment__ends__gte=F("starts"))

# The periods are chosen by Django's select and nowhere else; here they are only written and counted. Each that was
# found is written, or the statement fails: what was written is not joined to it, of which PostgreSQL guesses the size.
WRITE = """
WITH found (period_id, number, kind, student) AS MATERIALIZED ({found}), written AS (
    INSERT INTO {table} (period_id, begun_on) SELECT period_id, %s FROM found ORDER BY period_id
)
SELECT count(*), count(*) FILTER (WHERE kind = %s), count(*) FILTER (WHERE student),
    encode(sha256(convert_to(string_agg(number, E'\n' ORDER BY number COLLATE "C"), 'UTF8')), 'hex')
FROM found
"""


def start_benefits(*, by: Actor, dry_run: bool = False, calls: bool = True) -> Run:
    """Start the run that records the benefits that have begun by today; returns it, or the live one (B3).

    Raises Refused where every beginning is recorded already; NotAllowed.
    """
    parameters = {"day": clock.today().isoformat()}
    return runs.start_run(kind=NAME, parameters=parameters, by=by, dry_run=dry_run, calls=calls)


def unrecorded(on: date) -> Q:
    """Of live periods: those that `on` lies in and whose beginning is not recorded yet."""
    return Q(starts__lte=on, ends__gte=on, begun=None)


def since_last(on: date) -> Q:
    """Of live periods: those that begin by `on`, since the day of the last finished run, or since the first of the
    year where there is none.
    """
    finished = Run.objects.filter(kind=NAME, dry_run=False, status=Run.Status.FINISHED)
    last = finished.aggregate(last=Max("business_date"))["last"]
    return Q(starts__gte=next_day(last) if last else date(on.year, 1, 1), starts__lte=on)


def beginning(on: date) -> Q:
    """Of live periods: those that begin."""
    return HOLDS & unrecorded(on)


def ended_before(on: date) -> Q:
    """Of live periods: those that would have begun since the last run, had their relationship not ended (W9)."""
    return since_last(on) & Q(notice__enrollment__ends__lt=F("starts"))


def plan(run: Run) -> Plan:
    """The periods by their keys, in lots. Whether a relationship has ended is looked at lot by lot: asked of all at
    once it takes as long as the work.
    """
    on = run.business_date
    live = BenefitPeriod.objects.filter(withdrawn_on=None)
    if not live.filter(beginning(on) | ended_before(on)).exists():
        raise Refused(_("No benefits begin that are not recorded yet."), code="nothing_begins")
    keys = live.filter(unrecorded(on) | since_last(on)).order_by("pk").values_list("pk", flat=True)
    return Plan([*lots_of(keys.iterator(), PERIODS_PER_LOT)], policy_on(on))


def of_lot(which: Q, parameters: Parameters) -> QuerySet[BenefitPeriod]:
    """The live periods of a lot among `which`."""
    place = {"pk__gt": parameters["after"], "pk__lte": parameters["until"]}
    return BenefitPeriod.objects.filter(which, withdrawn_on=None, **place).order_by()


def work(run: Run, parameters: Parameters) -> Outcome:
    """Record the beginnings of a lot."""
    found = of_lot(beginning(run.business_date), parameters)
    sql, params = found.values_list("pk", "notice__number", "notice__kind", "notice__student").query.sql_with_params()
    text = WRITE.format(found=sql, table=connection.ops.quote_name(BegunBenefit._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(text, [*params, run.business_date, ContributionNotice.Kind.RENEWAL.value])
        begun, renewals, students, digest = cursor.fetchone()
    return _outcome(run, parameters, begun, renewals, students, digest=digest or "")


def look(run: Run, parameters: Parameters) -> Outcome:
    """What `work` would record, with examples."""
    found = of_lot(beginning(run.business_date), parameters)
    renewals = found.filter(notice__kind=ContributionNotice.Kind.RENEWAL).count()
    some = found.order_by("pk").values_list("resident__number", "notice__number", "starts", "ends")[:EXAMPLES]
    return _outcome(
        run,
        parameters,
        found.count(),
        renewals,
        found.filter(notice__student=True).count(),
        examples=[[str(value) for value in row] for row in some],
    )


def _outcome(run: Run, parameters: Parameters, begun: int, renewals: int, students: int, **more: Any) -> Outcome:
    over = of_lot(ended_before(run.business_date), parameters).order_by("pk")
    of_person = over.values_list("resident__number", "notice__enrollment__end_reason", "notice__enrollment__ends")
    refused = [kinds.Refused(number, code, {"day": str(day)}) for number, code, day in of_person]
    counts = {"begun": begun, "renewals": renewals, "students": students, "ended": len(refused)}
    return Outcome(counts, refused, **more)


def reason(code: str, parameters: Parameters) -> str:
    """Why nothing begins, in words."""
    word = Enrollment.EndReason(code).label
    if not parameters:
        return str(word)
    return _("%(reason)s: the enrollment ended on %(day)s.") % {"reason": word, "day": parameters["day"]}


# Cancelled, what is recorded stays: it is right by itself.
KIND = Kind(
    name=NAME,
    label=gettext_lazy("Start of benefits"),
    verb="benefits.start",
    under="contribution-year",
    figures=FIGURES,
    headings=(
        Heading(gettext_lazy("Resident")),
        Heading(gettext_lazy("Notice")),
        Heading(gettext_lazy("Benefits from")),
        Heading(gettext_lazy("Benefits until")),
    ),
    key=lambda parameters: str(parameters["day"]),
    title=lambda parameters: str(parameters["day"]),
    plan=plan,
    begin=lambda run: str(run.parameters["day"]),
    work=work,
    look=look,
    link=lambda day: (_("The notices that are paid"), f"{reverse('notices')}?year={day[:4]}&status=paid"),
    reason=reason,
)
