"""The run that compares a version with the catalogue (dry run) or applies it, part by part.

Both find the same difference of each row; applying ends the day before what changes or ends, and lets what is new
begin. Rows that were applied stay applied, also when the rest is cancelled: the version can be applied further.
"""

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.facts import on_day
from claims.models import CatalogueItem
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import day_before
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Figure, Heading, Kind, Outcome, Parameters, Plan, Refused
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.sheets.columns import Finding
from liaoyang_medins.kernel.statements import insert_all

from .. import labels
from ..models import CatalogueRow, CatalogueVersion
from ..pinyin import initials
from ..reading import misfit
from ..rules import Change, Entry, change_of, share_of
from ..selectors import RUN, entry_of, fee_lines_from, items_on

State = CatalogueRow.State
# The part that looks for what a whole catalogue does not name.
ENDINGS = {"endings": True}
ENDED_A_PART = 1_000

KEEP = """
UPDATE catalogues_cataloguerow AS row SET state = found.state, done = found.done, before = found.before::jsonb,
    after = found.after::jsonb, findings = found.findings::jsonb,
    settled_lines = found.settled, open_lines = found.open
FROM unnest(%s::bigint[], %s::text[], %s::boolean[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[])
    AS found (id, state, done, before, after, findings, settled, open)
WHERE row.id = found.id
"""


@dataclass(slots=True)
class Result:
    """What a row does: its state, the entries before and after, why it cannot, and the fee lines from its day on."""

    row: CatalogueRow
    state: str
    held: CatalogueItem | None = None
    before: Entry | None = None
    after: Entry | None = None
    findings: list[Finding] = field(default_factory=list)
    lines: tuple[int, int] = (0, 0)
    done: bool = False


def version_of(run: Run) -> CatalogueVersion:
    return CatalogueVersion.objects.get(number=run.parameters["version"])


def plan(run: Run) -> Plan:
    """The parts of the version; in a dry run of a whole catalogue, one more for what it does not name."""
    version = version_of(run)
    rows = version.rows.exclude(place=None) if run.dry_run else version.rows.all()
    parts: list[Parameters] = [
        {"part": part} for part in rows.order_by("part").values_list("part", flat=True).distinct()
    ]
    if run.dry_run and version.scope == CatalogueVersion.Scope.WHOLE:
        parts.append(dict(ENDINGS))
    return Plan(parts, policy_on(run.business_date))


def begin(run: Run) -> str:
    return str(run.parameters["version"])


def look(run: Run, parameters: Parameters) -> Outcome:
    """What each row of a part would do."""
    version = version_of(run)
    today = run.business_date
    rows = [] if parameters.get("endings") else part_of(version, parameters)
    results = endings(version, today) if parameters.get("endings") else looked_at(version, rows, today)
    return outcome(version, results)


def note(run: Run, parameters: Parameters, found: Outcome) -> None:
    """Keep what the dry run found of each row; what is not named gets rows of its own."""
    if not parameters.get("endings"):
        keep(found.results)
        return
    version = version_of(run)
    version.rows.filter(place=None, done=False).delete()
    first = (version.rows.exclude(place=None).order_by("-part").values_list("part", flat=True).first() or 0) + 1
    rows = []
    for place, result in enumerate(found.results):
        row = result.row
        row.part = first + place // ENDED_A_PART
        row.before = result.before.to_json()
        row.settled_lines, row.open_lines = result.lines
        rows.append(row)
    insert_all(rows)


def work(run: Run, parameters: Parameters) -> Outcome:
    """Apply the rows of a part, as far as they can be."""
    version = version_of(run)
    results = looked_at(version, part_of(version, parameters), run.business_date, locking=True)
    write(version, results)
    keep(results)
    return outcome(version, results)


def part_of(version: CatalogueVersion, parameters: Parameters) -> list[CatalogueRow]:
    """The rows of a part that were not applied, in their order."""
    return list(version.rows.filter(part=parameters["part"], done=False).order_by("place", "code"))


# --- what each row does ----------------------------------------------------------------------------------------------


def looked_at(
    version: CatalogueVersion, rows: Sequence[CatalogueRow], today: datetime.date, *, locking: bool = False
) -> list[Result]:
    """What each row does against what holds on the version's first day."""
    codes = [row.code for row in rows if row.code]
    items: QuerySet[CatalogueItem] = CatalogueItem.objects.filter(
        on_day(version.starts) | Q(starts__gt=version.starts), code__in=codes
    ).order_by("code", "starts")
    held: dict[str, CatalogueItem] = {}
    later: dict[str, CatalogueItem] = {}
    for item in items.select_for_update() if locking else items:
        (later if item.starts > version.starts else held).setdefault(item.code, item)
    lines = fee_lines_from(version.starts, codes, today)
    return [judged(row, held.get(row.code), later.get(row.code), lines.get(row.code, (0, 0))) for row in rows]


def judged(
    row: CatalogueRow, held: CatalogueItem | None, later: CatalogueItem | None, lines: tuple[int, int]
) -> Result:
    """What one row does; columns that the file does not have stay as they are."""
    before = entry_of(held) if held else None
    if row.place is None:
        return Result(row, State.ENDED, held, before, None, [], lines)
    if not row.stated:
        return Result(row, State.REFUSED, findings=[Finding.of(data) for data in row.findings])
    after = stated_entry(row.stated, before)
    if after is None:
        return Result(row, State.REFUSED, held, before, findings=[misfit(row.stated["catalogue_class"])])
    change = change_of(before, after)
    if later is not None and change is not Change.UNCHANGED:
        found = [Finding("later", {"day": later.starts.isoformat()})]
        return Result(row, State.REFUSED, held, before, after, found)
    return Result(row, change.value, held, before, after, [], (0, 0) if change is Change.UNCHANGED else lines)


def stated_entry(stated: dict[str, str], before: Entry | None) -> Entry | None:
    """The entry that a row states, on top of what holds; None where class and share do not fit (A1)."""
    said = {**(before.to_json() if before else {}), **{k: v for k, v in stated.items() if k != "code"}}
    catalogue_class = said["catalogue_class"]
    kept = before is not None and "personal_share" not in stated and catalogue_class == before.catalogue_class
    given = stated.get("personal_share") or (said["personal_share"] if kept else "")
    draft = Entry.of({**{k: v for k, v in said.items() if v}, "personal_share": given or "0"})
    share = share_of(catalogue_class, draft.personal_share if given else None)
    if share is None:
        return None
    # Initials follow the name, unless they are given.
    own = stated.get("initials") or (before.initials if before and before.name == draft.name else "")
    return Entry.of({**draft.to_json(), "personal_share": share, "initials": own or initials(draft.name)})


def endings(version: CatalogueVersion, today: datetime.date) -> list[Result]:
    """What holds on the first day and stands in no row of a whole catalogue's file."""
    named = version.rows.exclude(place=None).exclude(code="").values("code")
    items = list(items_on(version.starts).exclude(code__in=named))
    lines = fee_lines_from(version.starts, [item.code for item in items], today)
    return [
        Result(
            CatalogueRow(version=version, place=None, code=item.code, state=State.ENDED),
            State.ENDED,
            item,
            entry_of(item),
            lines=lines.get(item.code, (0, 0)),
        )
        for item in items
    ]


# --- applying --------------------------------------------------------------------------------------------------------


def write(version: CatalogueVersion, results: Sequence[Result]) -> None:
    """End the day before what changes or ends; let begin what is new. What began on the very day is put right in its
    place, or taken out: no day lies before it.
    """
    gone, cut, put_right, begun = [], [], [], []
    for result in results:
        result.done = result.state != State.REFUSED
        held, after = result.held, result.after
        if result.state in (State.REFUSED, State.UNCHANGED):
            continue
        if held is not None and held.starts < version.starts:
            cut.append(held.pk)
        elif held is not None and after is None:
            gone.append(held.pk)
        if after is not None and held is not None and held.starts == version.starts:
            put_right.append(filled(held, after))
        elif after is not None:
            # What a version of a later day ended stays ended on that day.
            ends = held.ends if held is not None else None
            begun.append(filled(CatalogueItem(code=result.row.code, starts=version.starts, ends=ends), after))
    CatalogueItem.objects.filter(pk__in=gone).delete()
    CatalogueItem.objects.filter(pk__in=cut).update(ends=day_before(version.starts))
    CatalogueItem.objects.bulk_update(put_right, list(Entry.__slots__), batch_size=500)
    insert_all(begun)


def filled(item: CatalogueItem, entry: Entry) -> CatalogueItem:
    """The item with what the entry says."""
    for name in Entry.__slots__:
        setattr(item, name, getattr(entry, name))
    return item


def keep(results: Sequence[Result]) -> None:
    """Write what was found of each row: one statement for a part."""

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            [
                [result.row.pk for result in results],
                [str(result.state) for result in results],
                [result.done for result in results],
                [text(result.before.to_json() if result.before else {}) for result in results],
                [text(result.after.to_json() if result.after else {}) for result in results],
                [text([finding.to_json() for finding in result.findings]) for result in results],
                [result.lines[0] for result in results],
                [result.lines[1] for result in results],
            ],
        )


def outcome(version: CatalogueVersion, results: Sequence[Result]) -> Outcome:
    """The counts of a part, why rows were refused, and the first that would be done."""
    counts: dict[str, int] = {figure.code: 0 for figure in FIGURES}
    refusals: list[Refused] = []
    examples: list[list[str]] = []
    done: list[list[Any]] = []
    for result in results:
        counts[result.state] += 1
        row = result.row
        if result.state == State.REFUSED:
            first = result.findings[0]
            refusals.append(Refused(str(row.place), first.code, first.parameters))
        elif result.state != State.UNCHANGED:
            done.append([row.code, result.state, result.after.to_json() if result.after else {}])
            if len(examples) < EXAMPLES:
                said = result.after or result.before
                examples.append([row.code, said.name if said else "", str(result.state)])
    content = [version.starts.isoformat(), done]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest() if done else ""
    return Outcome(counts, refusals, examples, digest, results)


def finish(run: Run) -> None:
    """Every row was gone through."""
    version = CatalogueVersion.objects.select_for_update(of=("self",)).get(number=run.result)
    version.applied_on, version.applied_by_id = run.business_date, run.user_id
    version.save(update_fields=["applied_on", "applied_by"])
    audit.record(by=run.actor, verb="catalogue.apply", obj=version, changes={"run": run.number, **run.counts})


def shown(examples: Sequence[Sequence[str]]) -> list[list[str]]:
    """The examples in words."""
    return [[code, name, str(State(state).label)] for code, name, state in examples]


def reason(code: str, parameters: Parameters) -> str:
    return labels.finding_text(Finding(code, parameters)) if parameters else labels.finding_title(code)


FIGURES = tuple(Figure(state.value, state.label) for state in State if state is not State.WAITING)

# Who may start a run, the verbs check; agency clerk and reviewer steer it.
KIND = Kind(
    name=RUN,
    label=gettext_lazy("Catalogue"),
    verb="runs.steer",
    under="catalogue",
    figures=FIGURES,
    headings=(Heading(gettext_lazy("Code")), Heading(gettext_lazy("Item")), Heading(gettext_lazy("Difference"))),
    key=lambda parameters: str(parameters["version"]),
    title=lambda parameters: _("Catalogue %(number)s") % {"number": parameters["version"]},
    plan=plan,
    begin=begin,
    work=work,
    look=look,
    note=note,
    finish=finish,
    link=lambda number: (_("Catalogue %(number)s") % {"number": number}, reverse("catalogue-version", args=[number])),
    reason=reason,
    shown=shown,
)
