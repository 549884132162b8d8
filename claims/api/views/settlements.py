"""Settlements: foreseen, made, reversed, found again."""

from typing import Any

from django.utils.translation import gettext as _

from claims import models, services
from claims.api import answers
from claims.api.bodies import ReasonBody, SettlementBody, SettlementsQuery
from claims.api.operation import Call, Interface, operation
from claims.api.shapes import (
    PresettlementShape,
    ReversalShape,
    SettlementInFull,
    SettlementShape,
    SettlementsShape,
)
from claims.models import Settlement, Stay
from claims.selectors import settlements_visible_to
from claims.services.settlement import explain
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused

from .stays import stay_of

CALCULATED = ("stay_unknown", "no_grade", "before_the_law", "no_fee_lines")


class Presettlement(Interface):
    @operation(
        "2303",
        "presettle",
        "What a settlement would be",
        gives=PresettlementShape,
        codes=(*CALCULATED, "wrong_state", "already_settled"),
    )
    def post(self, call: Call, number: str) -> dict[str, Any]:
        """The full calculation, each step with its rule and article. Nothing is stored; it can be asked again."""
        stay = stay_of(call, number)
        if stay.status == Stay.Status.SETTLED:
            raise Conflict(_("This stay is settled already."), code="already_settled")
        if stay.status == Stay.Status.CANCELLED:
            raise Conflict(_("This stay was cancelled."), code="wrong_state")
        found = services.presettle(stay)
        if not found.gathered.line_count:
            raise Refused(_("The stay has no fee lines."), code="no_fee_lines")
        return answers.presettlement(stay, found)


class StaySettlement(Interface):
    @operation(
        "2304",
        "settle",
        "Settle",
        takes=SettlementBody,
        gives=SettlementShape,
        status=201,
        changes=True,
        codes=(*CALCULATED, "wrong_state", "already_settled", "total_differs", "held_for_review", "merged"),
    )
    def post(self, call: Call, number: str) -> dict[str, Any]:
        """Once for a stay. The stated total must be the sum of the lines to the fen."""
        total = call.body["stated_total"]
        return answers.settlement(services.settle_stay(stay_number=number, stated_total=total, by=call.by))


class Reversal(Interface):
    @operation(
        "2305",
        "reverse",
        "Reverse a settlement",
        takes=ReasonBody,
        gives=ReversalShape,
        status=201,
        changes=True,
        codes=("settlement_unknown", "already_reversed", "not_latest", "paid_out", "wrong_state", "merged", "invalid"),
    )
    def post(self, call: Call, number: str) -> dict[str, Any]:
        """The stay is discharged again, and the cap has back what was used of it (A4). Both records are kept."""
        made = services.reverse_settlement(number=number, reason=call.body["reason"], by=call.by)
        return answers.reversal(made)


class Settlements(Interface):
    @operation(
        "5204", "list_settlements", "The institution's settlements", asks=SettlementsQuery, gives=SettlementsShape
    )
    def get(self, call: Call) -> dict[str, Any]:
        """In the order in which they were made, the last first, a page at a time."""
        asked = call.query
        found = settlements_visible_to(call.by).select_related("reversal").order_by("-pk")
        if "stay_number" in asked:
            found = found.filter(stay__number=asked["stay_number"])
        if "first" in asked:
            found = found.filter(decided_on__gte=asked["first"])
        if "last" in asked:
            found = found.filter(decided_on__lte=asked["last"])
        if "reversed_first" in asked:
            found = found.filter(reversal__reversed_on__gte=asked["reversed_first"])
        if "reversed_last" in asked:
            found = found.filter(reversal__reversed_on__lte=asked["reversed_last"])
        if "live" in asked:
            found = found.filter(live=asked["live"] == "true")
        if "after" in asked:
            last = settlements_visible_to(call.by).filter(number=asked["after"]).first()
            if last is None:
                return {"settlements": [], "next": None}
            found = found.filter(pk__lt=last.pk)
        rows = list(found[: asked["limit"] + 1])
        page = rows[: asked["limit"]]
        return {
            "settlements": [answers.settlement(row, reversal_of(row)) for row in page],
            "next": page[-1].number if len(rows) > len(page) else None,
        }


class OneSettlement(Interface):
    @operation("5205", "get_settlement", "One settlement", gives=SettlementInFull, codes=("settlement_unknown",))
    def get(self, call: Call, number: str) -> dict[str, Any]:
        """With the steps of its calculation, derived from what it was made from."""
        row = settlements_visible_to(call.by).select_related("reversal").filter(number=number).first()
        if row is None:
            raise Invalid(_("There is no settlement with this number here."), code="settlement_unknown")
        return answers.settlement(row, reversal_of(row)) | {"steps": answers.steps_of(explain(row))}


def reversal_of(row: Settlement) -> models.Reversal | None:
    return None if row.live else row.reversal
