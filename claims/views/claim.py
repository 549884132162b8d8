"""What the pages of a stay and of its settlement show besides the facts: fee lines with their sums, the calculation
step by step, the cap and who else used it.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from claims import fees, labels, selectors, services
from claims.cap import CapUse, other_stays
from claims.facts import Days, benefit_days, line_result
from claims.forms.fees import FeeFilter
from claims.models import CatalogueItem, FeeLine, FeeLineCut, Settlement, Stay
from claims.rules import StayFacts
from claims.services.settlement import Calculation, explain
from enrollment.registration.labels import figure_text
from liaoyang_medins.kernel import clock, facts
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.policy import PolicyError, Step
from liaoyang_medins.kernel.policy.terms import CatalogueClass, NotPayable
from liaoyang_medins.kernel.web.decorators import ActorRequest
from liaoyang_medins.kernel.web.domain import page_of

from .common import SheetRow, sheet, sorted_by

# Orders of the fee lines in the address.
SORTS = ("on", "item_code", "amount", "counted")
# The part of the page where the fee lines stand.
LINES = "lines"
# As if benefits had never been interrupted.
ALWAYS = Days(((datetime.date.min, datetime.date.max),))


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A fee line with its item, kind of fee and class, what is in scope on its day, and why not the rest (A1)."""

    line: FeeLine
    item: str
    kind: str
    class_label: str
    in_scope: Decimal
    reasons: list[str]
    cut: FeeLineCut | None


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A calculation as it is shown: `settlement` where it is that of one, else it is provisional. `problem` says why
    there is none.
    """

    rows: Sequence["SheetStep"]
    settlement: Settlement | None = None
    found: Calculation | None = None
    problem: str = ""

    @property
    def amounts(self) -> dict[str, Decimal]:
        """Total, the fund's and the resident's part, in yuan; empty where nothing can be calculated."""
        if self.settlement:
            found = self.settlement
            return {"total": found.total, "fund": found.fund, "resident": found.resident_pays}
        if self.found:
            result = self.found.result
            return {"total": result.total, "fund": result.fund, "resident": result.resident}
        return {}

    @property
    def reasons(self) -> list[str]:
        """Why the fund pays nothing, in words; empty where it pays."""
        if self.settlement:
            return [labels.label(NotPayable(reason)) for reason in self.settlement.reasons]
        return [labels.label(reason) for reason in self.found.result.reasons] if self.found else []

    @property
    def facts(self) -> StayFacts | None:
        """What it was calculated from; None where nothing can be calculated."""
        if self.settlement:
            return None if self.problem else facts.from_json(StayFacts, self.settlement.facts)
        return self.found.gathered.facts if self.found else None


@dataclass(frozen=True, slots=True)
class SheetStep:
    """A step in words, with the parameter behind it where it has one of its own."""

    row: SheetRow
    parameter: str


def parameter_of(step: Step) -> str:
    """The figure of the policy that a step applies, as a person reads it; empty where it only adds up."""
    figures = step.figures
    if step.code.startswith("deductible_"):
        if step.code == "deductible_halved":
            return f"÷ {figure_text('divisor', figures['divisor'])}"
        return figure_text("amount", figures["amount"])
    if step.code == "ratio_lowered":
        return _("−%(points)s percentage points") % {"points": figure_text("points", figures["points"])}
    if step.code.startswith("ratio"):
        return figure_text("ratio", figures["ratio"])
    return figure_text("cap", figures["cap"]) if step.code == "cap_left" else ""


def sheet_steps(steps: Sequence[Step]) -> list[SheetStep]:
    return [SheetStep(row, parameter_of(step)) for row, step in zip(sheet(steps), steps, strict=True)]


def sheet_of(settlement: Settlement) -> ShownSheet:
    """The calculation of a settlement from its own facts, under its own policy version."""
    try:
        return ShownSheet(sheet_steps(explain(settlement)), settlement)
    except (PolicyError, ValueError, TypeError):
        return ShownSheet((), settlement, problem=_("The policy version of this settlement is not there any more."))


def provisional_sheet(stay: Stay) -> ShownSheet:
    """What a settlement would be now; nothing of it is stored."""
    try:
        found = services.presettle(stay)
    except (DomainError, PolicyError) as error:
        return ShownSheet((), problem=str(error))
    if not found.gathered.line_count:
        return ShownSheet((), found=found, problem=_("There is nothing to calculate before the first fee line."))
    return ShownSheet(sheet_steps(found.steps), found=found)


def cap_use(stay: Stay, shown: ShownSheet | None) -> CapUse | None:
    """Where the cap of the stay's period goes; None where no measures held on its day."""
    if shown and shown.settlement:
        return CapUse.of(shown.settlement)
    if shown and shown.found:
        position, result = shown.found.gathered.cap, shown.found.result
        return CapUse(position.starts, position.ends, position.cap, position.used, result.fund)
    try:
        position = selectors.cap_left(stay.resident, stay.discharged_on or clock.today())
    except PolicyError:
        return None
    return CapUse(position.starts, position.ends, position.cap, position.used, ZERO)


def cap_context(request: ActorRequest, stay: Stay, shown: ShownSheet | None) -> dict[str, Any]:
    """The cap with its bar, and the person's other stays of the period."""
    use = cap_use(stay, shown)
    return {
        "cap": use,
        "cap_provisional": not (shown and shown.settlement),
        "others": other_stays(stay, (use.starts, use.ends), request.actor) if use else None,
    }


def counted(stay: Stay, settlement: Settlement | None) -> tuple[Days, fees.FeeTotals]:
    """The days on which the stay's lines count, and their sums: by the benefit periods as they are known now; of a
    settled stay those that it was decided by, where all of them were withdrawn or cut since (C8).
    """
    benefit = benefit_days(stay.resident)
    totals = fees.totals(fees.of_stay(stay, benefit))
    if settlement is not None and totals.whole.in_scope != settlement.in_scope:
        told = fees.totals(fees.of_stay(stay, ALWAYS))
        if told.whole.in_scope == settlement.in_scope:
            return ALWAYS, told
    return benefit, totals


def fee_context(request: ActorRequest, stay: Stay, settlement: Settlement | None = None) -> dict[str, Any]:
    """The fee lines that the address asks for, a page of them, with the sums of all and of these, and whether they are
    no longer those of the stay's `settlement`.
    """
    benefit, totals = counted(stay, settlement)
    lines = fees.of_stay(stay, benefit)
    form = FeeFilter(request.GET or None)
    asked = form.asked()
    rows = sorted_by(request, fees.chosen(lines, **asked).select_related("cut").order_by("on", "pk"), SORTS)
    page: Page[Any] = page_of(request, rows)
    page.object_list = in_words(list(page.object_list), benefit)
    return {
        "fee_filter": form,
        "filtered": bool(asked),
        "page": page,
        "totals": totals,
        "lines_differ": settlement is not None and totals.whole.in_scope != settlement.in_scope,
        "chosen": fees.totals(fees.chosen(lines, **asked)) if asked else None,
    }


def shown_lines(stay: Stay) -> list[ShownLine]:
    """All fee lines of a stay at once, for pages of stays with few."""
    benefit = benefit_days(stay.resident)
    lines = fees.of_stay(stay, benefit).select_related("cut").order_by("on", "pk")
    return in_words(list(lines), benefit)


def sums_of(rows: Sequence[ShownLine]) -> dict[str, Decimal]:
    """Yuan of these lines: amount, in_scope and out_of_scope."""
    amount = sum((row.line.amount for row in rows), ZERO)
    in_scope = sum((row.in_scope for row in rows), ZERO)
    return {"amount": amount, "in_scope": in_scope, "out_of_scope": amount - in_scope}


def in_words(lines: Sequence[FeeLine], benefit: Days) -> list[ShownLine]:
    names = english_names(lines)
    rows = []
    for line in lines:
        result = line_result(line, in_benefit=benefit.cover(line.on))
        rows.append(
            ShownLine(
                line=line,
                item=names.get(line.item_code) or line.item_name,
                kind=str(fees.KINDS[getattr(line, "kind", fees.OUTSIDE)]),
                class_label=labels.label(CatalogueClass(line.catalogue_class)) if line.catalogue_class else "",
                in_scope=result.in_scope,
                reasons=[labels.label(reason) for reason in result.reasons],
                cut=getattr(line, "cut", None),
            )
        )
    return rows


def english_names(lines: Sequence[FeeLine]) -> dict[str, str]:
    """The items of the lines by their code, where the page is in English and the catalogue has such a name."""
    if not (get_language() or "").startswith("en"):
        return {}
    items = CatalogueItem.objects.filter(code__in={line.item_code for line in lines})
    return dict(items.order_by("starts").values_list("code", "name_en"))
