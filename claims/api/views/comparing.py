"""Reconciliation and sums of a period."""

from typing import Any

from claims.api import reconciliation
from claims.api.bodies import DetailsBody, Period, TotalsBody
from claims.api.operation import Call, Interface, operation
from claims.api.shapes import DetailsCompared, TotalsCompared, TotalsShape


class Totals(Interface):
    @operation("5206", "get_totals", "Sums of a period", asks=Period, gives=TotalsShape)
    def get(self, call: Call) -> dict[str, Any]:
        """What was decided and what was reversed on its days, and the stays that were admitted on them."""
        return reconciliation.totals_of(call.institution, call.query["first"], call.query["last"])


class TotalsComparison(Interface):
    @operation("3201", "reconcile_totals", "Compare totals", takes=TotalsBody, gives=TotalsCompared)
    def post(self, call: Call) -> dict[str, Any]:
        """The institution's sums of a period against those here: equal or not, each figure that differs."""
        return reconciliation.compare_totals(call.institution, call.body)


class DetailsComparison(Interface):
    @operation("3202", "reconcile_details", "Compare details", takes=DetailsBody, gives=DetailsCompared)
    def post(self, call: Call) -> dict[str, Any]:
        """Each settlement and reversal of a period: missing here, missing there, or with other amounts."""
        return reconciliation.compare_details(call.institution, call.body)
