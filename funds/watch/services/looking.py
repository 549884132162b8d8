"""Looking for suspicious patterns (S2): a run with a part for each pattern, at night and by a button.

The same evidence found again changes nothing; new evidence is added to the open finding of its kind about the same
person or institution, or opens a new one.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models import Settlement, Stay
from funds.watch import patterns
from funds.watch.models import Evidence, EvidenceStay, Finding
from funds.watch.patterns import Found
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run

NAME = "watch"
# Any number that no other advisory lock of the portal uses; together with the place of the pattern.
_LOOK_LOCK = 102_2031
FIGURES = (
    Figure("found", gettext_lazy("Patterns found")),
    Figure("opened", gettext_lazy("New findings")),
    Figure("added", gettext_lazy("New evidence on open findings")),
)


def start_look(*, by: Actor, calls: bool = True) -> Run:
    """Start the run that looks for every pattern on today's date; the live one comes back where there is one.

    `calls=False` leaves the work to the caller. Raises NotAllowed.
    """
    return runs.start_run(kind=NAME, parameters={}, by=by, calls=calls)


def plan(run: Run) -> Plan:
    """A part for each pattern. The figures are settings; the policy only says by which measures the day is."""
    parts = [{"pattern": kind.value} for kind in patterns.PATTERNS]
    return Plan(parts, policy.on(settings.POOLING_AREA, run.business_date))


def begin(run: Run) -> str:
    """What is found is named after the run."""
    return run.number


def work(run: Run, parameters: Parameters) -> Outcome:
    """Look for one pattern and write down what is new."""
    kind = Finding.Kind(parameters["pattern"])
    found = list(patterns.PATTERNS[kind](clock.today(), patterns.figures()))
    return write_down(kind, found, by=run.actor)


def look(run: Run, parameters: Parameters) -> Outcome:
    """How much of a pattern there is, and how much of it is new."""
    kind = Finding.Kind(parameters["pattern"])
    found = list(patterns.PATTERNS[kind](clock.today(), patterns.figures()))
    new = unknown(kind, found)
    rows = [[str(kind.value), ", ".join(numbers_of(one.stays))] for one in new[:EXAMPLES]]
    return Outcome({"found": len(found), "opened": len(new), "added": 0}, examples=rows)


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Look for suspicious patterns"),
    verb="watch.look",
    under="watch",
    figures=FIGURES,
    headings=(Heading(gettext_lazy("Pattern")), Heading(gettext_lazy("Stays"))),
    key=lambda parameters: "all",
    title=lambda parameters: _("All patterns"),
    plan=plan,
    begin=begin,
    work=work,
    look=look,
    link=lambda number: (_("Suspicious findings"), reverse("watch")),
    shown=lambda rows: [[str(Finding.Kind(kind).label), stays] for kind, stays in rows],
)


# --- what is new -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class New:
    """Evidence that nobody has seen yet, with its mark."""

    mark: str
    found: Found

    @property
    def stays(self) -> tuple[int, ...]:
        return self.found.stays


def mark_of(kind: Finding.Kind, found: Found) -> str:
    """Which evidence it is: the kind with institution and period, or with the stays, whoever they belong to by now."""
    what = [found.institution, found.period] if found.period else sorted(found.stays)
    return hashlib.sha256(json.dumps([kind.value, *what]).encode()).hexdigest()


def unknown(kind: Finding.Kind, found: Sequence[Found]) -> list[New]:
    """What of the evidence is new: it is not there, and its stays are not all among those of one that is."""
    known = set(Evidence.objects.filter(finding__kind=kind).values_list("mark", flat=True))
    new = [New(mark, one) for one in found if (mark := mark_of(kind, one)) not in known]
    held = stays_held(kind, {stay for one in new if not one.found.period for stay in one.stays})
    return [one for one in new if one.found.period or not any(set(one.stays) <= stays for stays in held_by(one, held))]


def stays_held(kind: Finding.Kind, stays: set[int]) -> dict[int, list[set[int]]]:
    """The evidence of the kind in which any of these stays stands, by the stay: all stays of each."""
    rows = EvidenceStay.objects.filter(evidence__finding__kind=kind)
    touched = rows.filter(stay__in=stays).values("evidence")
    sets: dict[int, set[int]] = {}
    for evidence, stay in rows.filter(evidence__in=touched).order_by().values_list("evidence", "stay"):
        sets.setdefault(evidence, set()).add(stay)
    held: dict[int, list[set[int]]] = {}
    for members in sets.values():
        for stay in members:
            held.setdefault(stay, []).append(members)
    return held


def held_by(one: New, held: dict[int, list[set[int]]]) -> list[set[int]]:
    return held.get(one.stays[0], []) if one.stays else []


@transaction.atomic
def write_down(kind: Finding.Kind, found: Sequence[Found], *, by: Actor) -> Outcome:
    """Write down what is new of a pattern: on the open finding about the same person or institution, or on a new one.

    Two looks at once are serial: the second finds what the first wrote. Raises NotAllowed.
    """
    by.require("watch.look")
    with connection.cursor() as cursor:
        place = list(Finding.Kind).index(kind)
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOOK_LOCK, place])
    new = unknown(kind, found)
    opened = added = 0
    digest = hashlib.sha256()
    for one in new:
        finding = open_finding(kind, one.found)
        is_new = finding is None
        if finding is None:
            finding = opened_for(kind, one.found)
            opened += 1
        else:
            added += 1
        evidence = written(finding, one)
        digest.update(evidence.sha256.encode())
        finding.evidence_on = clock.today()
        if not is_new:
            finding.version += 1
            finding.save(update_fields=["evidence_on", "version"])
        resident = finding.resident.number if finding.resident else ""
        changes = {"kind": kind.value, "stays": len(one.stays)}
        audit.record(
            by=by, verb="watch.find" if is_new else "watch.add", obj=finding, resident=resident, changes=changes
        )
    counts = {"found": len(found), "opened": opened, "added": added}
    return Outcome(counts, digest=digest.hexdigest() if new else "")


def open_finding(kind: Finding.Kind, found: Found) -> Finding | None:
    """The finding of the kind that is not closed about the same person or institution, under lock."""
    rows = Finding.objects.select_for_update(of=("self",)).select_related("resident")
    about = {"resident": found.resident} if found.resident else {"institution": found.institution}
    return rows.filter(kind=kind, status__in=Finding.LIVE, **about).order_by("id").first()


def opened_for(kind: Finding.Kind, found: Found) -> Finding:
    """A new finding."""
    today = clock.today()
    return Finding.objects.create(
        number=next_number("watch", today),
        kind=kind,
        resident_id=found.resident,
        institution_id=found.institution,
        found_on=today,
        evidence_on=today,
    )


def written(finding: Finding, one: New) -> Evidence:
    """The evidence as it stands today, for good."""
    stays = {stay.pk: stay for stay in Stay.objects.filter(pk__in=one.stays)}
    settled = {row.stay_id: row for row in Settlement.objects.filter(stay__in=one.stays, live=True)}
    rows: list[dict[str, Any]] = []
    for position, key in enumerate(one.stays, start=1):
        stay, settlement = stays[key], settled.get(key)
        rows.append(
            {
                "position": position,
                "stay_id": key,
                "status": stay.status,
                "admitted_on": stay.admitted_on,
                "discharged_on": stay.discharged_on,
                "total": settlement.total if settlement else None,
                "fund": settlement.fund if settlement else None,
            }
        )
    evidence = Evidence.objects.create(
        finding=finding,
        found_on=clock.today(),
        mark=one.mark,
        figures=dict(one.found.figures),
        sha256=seal_of(dict(one.found.figures), [(stays[row["stay_id"]].number, row) for row in rows]),
    )
    EvidenceStay.objects.bulk_create(EvidenceStay(evidence=evidence, **row) for row in rows)
    return evidence


def seal_of(figures: dict[str, str], rows: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """SHA-256 over what an evidence says: the figures, and each stay by its number with what was known of it."""
    lines = [f"{name}={figures[name]}" for name in sorted(figures)]
    for number, row in rows:
        known = ("position", "status", "admitted_on", "discharged_on", "total", "fund")
        values = ["" if row[name] is None else f"{row[name]}" for name in known]
        lines.append("|".join([number, *values]))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def numbers_of(stays: Sequence[int]) -> list[str]:
    """The numbers of stays, in their order."""
    found = dict(Stay.objects.filter(pk__in=stays).values_list("pk", "number"))
    return [found[key] for key in stays]
