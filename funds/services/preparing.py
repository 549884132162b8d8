"""Preparing a subsidy statement, the first time or anew: a run over lots of notices (F2, F3, C3; Art. 14, 15).

The statement is `preparing` while the lots are drawn and a `draft` when the last one is. PostgreSQL writes the lines
from the notices, set by set: they copy what the notices say, and `selectors.drawing` alone decides which they are.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.contributions.services import follow_moves
from funds import rules
from funds.labels import period_label
from funds.models import SubsidyStatement
from funds.selectors import drawing, figures
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Examples, Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run

from .locking import lock_statements, locked_statement, require_may_become
from .summing import write_sums

Status = SubsidyStatement.Status
NAME = "statement"
# A lot takes well under a second.
NOTICES_PER_LOT = 5_000

# In the order of SUMS.
FIGURES = (
    Figure("claims", gettext_lazy("New claims")),
    Figure("corrections", gettext_lazy("Corrections")),
    Figure("persons", gettext_lazy("Persons")),
    Figure("government", gettext_lazy("Government part (yuan)"), in_yuan=True),
    Figure("city", gettext_lazy("City share (yuan)"), in_yuan=True),
    Figure("district_share", gettext_lazy("District share (yuan)"), in_yuan=True),
)

# Materialized, since PostgreSQL cannot guess how many lines there are, and would join each anew.
DRAWN = "WITH drawn ({columns}) AS MATERIALIZED ({lines})"
WRITTEN = """, written AS (
    INSERT INTO funds_subsidyitem (statement_id, {columns})
    SELECT %(statement)s, {columns} FROM drawn ORDER BY notice_id, persons DESC, district_id RETURNING {columns}
)"""
# The digest goes over the same text as the seal of a statement.
SUMS = """
SELECT count(*) FILTER (WHERE persons > 0) AS claims, count(*) FILTER (WHERE persons < 0) AS corrections,
    coalesce(sum(persons), 0) AS persons, coalesce(sum(line.government), 0) AS government,
    coalesce(sum(line.city), 0) AS city, coalesce(sum(line.district_share), 0) AS district_share,
    encode(sha256(convert_to(coalesce(string_agg(
        concat_ws('|', notice.number, district.code, line.category, line.tier, persons, line.government, line.city,
            line.district_share), E'\\n' ORDER BY notice.number COLLATE "C", district.code COLLATE "C", persons DESC
    ), ''), 'UTF8')), 'hex') AS digest
FROM {source} AS line
JOIN contributions_contributionnotice notice ON notice.id = line.notice_id
JOIN offices_office district ON district.id = line.district_id
"""
SOME = """
SELECT notice.number, district.code, line.persons, line.government, line.city, line.district_share
FROM drawn AS line
JOIN contributions_contributionnotice notice ON notice.id = line.notice_id
JOIN offices_office district ON district.id = line.district_id
ORDER BY line.notice_id, line.persons DESC LIMIT %(examples)s
"""


# --- starting --------------------------------------------------------------------------------------------------------


def start_preparing(
    *, kind: str, period_from: datetime.date, by: Actor, dry_run: bool = False, calls: bool = True
) -> Run:
    """Start the run that draws the statement of a period; returns it, or the live one of that period (F2, F3).

    `kind` is `window` or `month`, `period_from` the period's first value date; a dry run only counts. Raises Invalid
    where no period of that kind begins on that day; Refused where it has not ended, nothing is to be claimed, or
    another statement is open; Conflict where the period has a statement; NotAllowed.
    """
    by.require("statements.prepare")
    _follow_moves(dry_run)
    parameters = {"kind": str(kind), "period_from": period_from.isoformat()}
    return runs.start_run(kind=NAME, parameters=parameters, by=by, dry_run=dry_run, calls=calls)


def start_redrawing(*, number: str, version: int, by: Actor, calls: bool = True) -> Run:
    """Start the run that draws the items of a draft anew; returns it. Raises Conflict, NotAllowed."""
    by.require("statements.prepare")
    statement = SubsidyStatement.objects.filter(number=number).first()
    if statement is None:
        raise Conflict(_("There is no subsidy statement %(number)s any more.") % {"number": number})
    parameters = {"kind": statement.kind, "period_from": statement.period_from.isoformat()}
    parameters |= {"redraw": number, "version": str(version)}
    _follow_moves()
    return runs.start_run(kind=NAME, parameters=parameters, by=by, calls=calls)


def _follow_moves(dry_run: bool = False) -> None:
    """F3: a move that became known since corrects the districts, also of a statement drawn before the next sweep."""
    if not dry_run:
        follow_moves(by=Actor.job("follow_moves"))


@transaction.atomic
def prepare_statement(*, kind: str, period_from: datetime.date, by: Actor) -> SubsidyStatement:
    """Make the draft of the statement of a period at once, whole or not at all; returns it (F2, F3).

    The run of `start_preparing`, worked off in this process and transaction; takes and raises what that does, and
    Conflict too while somebody else is preparing the period's statement.
    """
    by.require("statements.prepare")
    lock_statements()
    _require_room(_period(kind, period_from))
    return _worked_off(start_preparing(kind=kind, period_from=period_from, by=by, calls=False))


@transaction.atomic
def redraw_statement(*, number: str, version: int, by: Actor) -> SubsidyStatement:
    """Draw the items of a draft anew from the records as they stand now, at once; returns it. Raises Conflict,
    NotAllowed.
    """
    by.require("statements.prepare")
    require_may_become(locked_statement(number, version), Status.PREPARING)
    return _worked_off(start_redrawing(number=number, version=version, by=by, calls=False))


def _worked_off(run: Run) -> SubsidyStatement:
    runs.work_off(number=run.number)
    return SubsidyStatement.objects.get(number=run.result)


# --- the kind --------------------------------------------------------------------------------------------------------


def period_in(parameters: Parameters) -> rules.Period:
    """The period that a run is for. Raises Invalid."""
    return _period(parameters["kind"], datetime.date.fromisoformat(parameters["period_from"]))


def _period(kind: str, first: datetime.date) -> rules.Period:
    try:
        period = drawing.period_of(first)
    except policy.PolicyError as error:
        raise Invalid(_("There were no contributions before the measures took effect."), field="period") from error
    if period.first != first or period.kind != kind:
        raise Invalid(
            _("No period of this kind begins on %(day)s. That day belongs to the period from %(first)s to %(last)s.")
            % {"day": first, "first": period.first, "last": period.last},
            code="no_such_period",
            field="period",
        )
    return period


def _require_room(period: rules.Period) -> None:
    """Conflict where the period has a statement, Refused while another is open."""
    there = SubsidyStatement.objects.filter(kind=period.kind.value, period_from=period.first).select_related("made_by")
    for statement in there:
        raise Conflict(
            _("This period has the statement %(number)s already, prepared by %(name)s.")
            % {"number": statement.number, "name": statement.made_by or "—"},
            code="period_has_statement",
        )
    for draft in SubsidyStatement.objects.exclude(status=Status.ISSUED):
        raise Refused(
            _("The statement %(number)s is not issued yet. It is issued or discarded before the next is prepared.")
            % {"number": draft.number},
            code="draft_open",
        )


def plan(run: Run) -> Plan:
    """The lots of the period, where its statement can be prepared or drawn anew."""
    lock_statements()
    period = period_in(run.parameters)
    rule = policy.on(settings.POOLING_AREA, period.last)
    if "redraw" in run.parameters:
        statement = locked_statement(run.parameters["redraw"], int(run.parameters["version"]))
        require_may_become(statement, Status.PREPARING)
    else:
        if period.last >= run.business_date:
            raise Refused(
                _("The period runs until %(day)s; its statement can be prepared from the day after.")
                % {"day": period.last},
                code="period_not_ended",
            )
        _require_room(period)
    lots = drawing.lots_of(period, NOTICES_PER_LOT)
    if not lots and "redraw" not in run.parameters:
        raise Refused(_("There is nothing to claim for this period."), code="nothing_to_claim")
    return Plan([{"after": lot.after, "until": lot.until} for lot in lots], rule)


def begin(run: Run) -> str:
    """The statement in `preparing`, without items; returns its number."""
    if "redraw" in run.parameters:
        statement = SubsidyStatement.objects.get(number=run.parameters["redraw"])
        before = figures.sums_of(statement)
        changes = {"persons_before": before.persons, "government_before": before.government, "run": run.number}
        audit.record(by=run.actor, verb="statements.begin", obj=statement, changes=changes)
        statement.items.all().delete()
        statement.sums.all().delete()
        # What was checked is gone; who draws it anew made what it says now, and checks it no more.
        statement.status, statement.checked_by_id = Status.PREPARING, None
        statement.made_by_id = run.user_id or statement.made_by_id
        statement.save(update_fields=["status", "checked_by", "made_by"])
        return statement.number
    period = period_in(run.parameters)
    statement = SubsidyStatement.objects.create(
        number=next_number("statement", run.business_date),
        kind=period.kind.value,
        period_from=period.first,
        period_until=period.last,
        status=Status.PREPARING,
        policy_version=run.policy_version,
        policy_hash=run.policy_hash,
        made_by_id=run.user_id,
    )
    audit.record(by=run.actor, verb="statements.begin", obj=statement, changes={"run": run.number})
    return statement.number


def work(run: Run, parameters: Parameters) -> Outcome:
    """Write the lines of a lot into the run's statement."""
    statement = SubsidyStatement.objects.values_list("pk", flat=True).get(number=run.result, status=Status.PREPARING)
    return _outcome(_rows(run, parameters, DRAWN + WRITTEN + SUMS.replace("{source}", "written"), statement=statement))


def look(run: Run, parameters: Parameters) -> Outcome:
    """What `work` would write, with the first lines."""
    found = _outcome(_rows(run, parameters, DRAWN + SUMS.replace("{source}", "drawn")))
    lines = _rows(run, parameters, DRAWN + SOME, examples=EXAMPLES)
    return Outcome(found.counts, examples=[[str(value) for value in line] for line in lines])


def _rows(run: Run, parameters: Parameters, sql: str, **values: int) -> list[tuple[Any, ...]]:
    lot = drawing.Lot(parameters["after"], parameters["until"])
    return drawing.of_lines(sql, period_in(run.parameters), lot, **values)


def _outcome(rows: list[tuple[Any, ...]]) -> Outcome:
    ((*sums, digest),) = rows
    counts = dict(zip((figure.code for figure in FIGURES), sums, strict=True))
    return Outcome(counts, digest=digest if counts["claims"] or counts["corrections"] else "")


def finish(run: Run) -> None:
    """The statement is a draft, which others check and approve."""
    statement = _preparing(run)
    require_may_become(statement, Status.DRAFT)
    write_sums(statement)
    statement.status = Status.DRAFT
    if "redraw" in run.parameters:
        statement.version += 1
    statement.save(update_fields=["status", "version"])
    changes = _changes(statement, run)
    if "redraw" in run.parameters:
        audit.record(by=run.actor, verb="statements.redraw", obj=statement, changes=changes)
    else:
        audit.record(by=run.actor, verb="statements.prepare", obj=statement, changes=changes)


def take_back(run: Run) -> None:
    """The statement is gone with its items; its period can be prepared again."""
    statement = _preparing(run)
    audit.record(by=run.actor, verb="statements.discard", obj=statement, changes=_changes(statement, run))
    statement.delete()


def _preparing(run: Run) -> SubsidyStatement:
    lock_statements()
    return SubsidyStatement.objects.select_for_update(of=("self",)).get(number=run.result, status=Status.PREPARING)


def _changes(statement: SubsidyStatement, run: Run) -> dict[str, object]:
    return changes_of(statement) | {"run": run.number}


def changes_of(statement: SubsidyStatement) -> dict[str, object]:
    """What the audit record says of a statement."""
    sums = figures.sums_of(statement)
    return {"period": statement.period_from, "persons": sums.persons, "government": sums.government}


def with_districts(examples: Examples) -> Examples:
    """The examples with the districts' names in place of their codes."""
    names = {office.code: office.label for office in Office.objects.filter(kind=Office.Kind.DISTRICT)}
    return [[notice, names[code], *figures] for notice, code, *figures in examples]


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Subsidy statement"),
    verb="statements.prepare",
    under="statements",
    figures=FIGURES,
    headings=(
        Heading(gettext_lazy("Notice")),
        Heading(gettext_lazy("District")),
        Heading(gettext_lazy("Persons"), of_figures=True),
        Heading(gettext_lazy("Government part (yuan)"), of_figures=True),
        Heading(gettext_lazy("City share (yuan)"), of_figures=True),
        Heading(gettext_lazy("District share (yuan)"), of_figures=True),
    ),
    key=lambda parameters: f"{parameters['kind']}:{parameters['period_from']}",
    title=lambda parameters: period_label(parameters["kind"], datetime.date.fromisoformat(parameters["period_from"])),
    plan=plan,
    begin=begin,
    work=work,
    look=look,
    finish=finish,
    take_back=take_back,
    link=lambda number: (
        _("Subsidy statement %(number)s") % {"number": number},
        reverse("statement", args=[number]),
    ),
    shown=with_districts,
)
