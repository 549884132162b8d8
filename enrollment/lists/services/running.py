"""The run that checks a list (dry run) or applies it, part by part.

Both ask the same decision of each row; applying does the acts that it names, through the verbs that the counters use,
so that ends of relationships, notices and benefits follow as ever. Rows that were done stay done, also when the rest
is cancelled.
"""

import hashlib
import json
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Figure, Heading, Kind, Outcome, Parameters, Plan, Refused
from liaoyang_medins.kernel.runs.models import Run

from .. import labels
from ..layouts import Source
from ..models import ListRow, UploadedList
from ..selectors import RUN
from ..stated import Finding
from . import parts, school_parts
from .parts import Result
from .rows import keep_results

State = ListRow.State


def plan(run: Run) -> Plan:
    """The parts of the list."""
    found = UploadedList.objects.get(number=run.parameters["list"])
    numbers = found.rows.order_by("part").values_list("part", flat=True).distinct()
    return Plan([{"part": part} for part in numbers], policy_on(run.business_date))


def begin(run: Run) -> str:
    return str(run.parameters["list"])


def rows_of(run: Run, parameters: Parameters) -> list[ListRow]:
    """The rows of a part, in their order."""
    found = UploadedList.objects.select_related("office").get(number=run.parameters["list"])
    return list(found.rows.filter(part=parameters["part"]).order_by("place"))


def _worker(run: Run) -> ModuleType:
    return school_parts if run.parameters["source"] == Source.SCHOOL else parts


def look(run: Run, parameters: Parameters) -> Outcome:
    """What each row of a part would do."""
    rows = rows_of(run, parameters)
    return outcome(rows, _worker(run).look_at(rows, by=run.actor))


def note(run: Run, parameters: Parameters, found: Outcome) -> None:
    """Keep what the dry run found of each row."""
    keep_results(found.results)


def work(run: Run, parameters: Parameters) -> Outcome:
    """Do what the rows of a part say, as far as it can be done."""
    rows = rows_of(run, parameters)
    results = _worker(run).apply(rows, by=run.actor)
    keep_results(results)
    return outcome(rows, results)


def outcome(rows: Sequence[ListRow], results: Sequence[Result]) -> Outcome:
    """The counts of a part, why rows were refused, and the first that would be done."""
    counts: dict[str, int] = {figure.code: 0 for figure in FIGURES}
    refusals: list[Refused] = []
    examples: list[list[str]] = []
    done: list[list[Any]] = []
    for row, result in zip(rows, results, strict=True):
        counts[result.state] += 1
        counts["settlements"] += result.settlements
        first = result.findings[0] if result.findings else Finding("")
        if result.state == State.REFUSED:
            refusals.append(Refused(str(row.place), first.code, first.parameters))
        elif result.state in (State.WOULD, State.DONE):
            done.append([row.place, [finding.to_json() for finding in result.findings]])
            if len(examples) < EXAMPLES:
                examples.append([str(row.place), json.dumps(done[-1][1])])
    digest = hashlib.sha256(json.dumps(done, sort_keys=True).encode()).hexdigest() if done else ""
    return Outcome(counts, refusals, examples, digest, results)


def finish(run: Run) -> None:
    """Every row was gone through."""
    found = UploadedList.objects.select_for_update(of=("self",)).get(number=run.result)
    found.applied_on = run.business_date
    found.save(update_fields=["applied_on"])
    audit.record(by=run.actor, verb="lists.apply", obj=found, changes={"run": run.number, **run.counts})


def shown(examples: Sequence[Sequence[str]]) -> list[list[str]]:
    """The examples in words."""
    return [
        [place, " ".join(labels.finding_text(Finding.of(data)) for data in json.loads(findings))]
        for place, findings in examples
    ]


def title(parameters: Parameters) -> str:
    source = UploadedList.Source(parameters["source"]).label
    return _("%(number)s, %(source)s") % {"number": parameters["list"], "source": source}


def reason(code: str, parameters: dict[str, Any]) -> str:
    return labels.finding_text(Finding(code, parameters)) if parameters else labels.finding_title(code)


FIGURES = (
    Figure(State.WOULD.value, gettext_lazy("To be done")),
    Figure(State.DONE.value, gettext_lazy("Done")),
    Figure(State.NOTHING.value, gettext_lazy("Nothing to do")),
    Figure(State.REFUSED.value, gettext_lazy("Refused")),
    Figure("settlements", gettext_lazy("Settlements touched")),
)

# Cancelled, what was done stays: facts that somebody gave notice of.
KIND = Kind(
    name=RUN,
    label=gettext_lazy("List"),
    verb="lists.upload",
    under="lists",
    figures=FIGURES,
    headings=(Heading(gettext_lazy("Row")), Heading(gettext_lazy("What it does"))),
    key=lambda parameters: str(parameters["list"]),
    title=title,
    plan=plan,
    begin=begin,
    work=work,
    look=look,
    note=note,
    finish=finish,
    link=lambda number: (_("List %(number)s") % {"number": number}, reverse("list", args=[number])),
    reason=reason,
    shown=shown,
)
