"""Fee lines: uploaded by the thousand, revoked, read again."""

from typing import Any

from django.db.models import Count, Sum

from claims import services
from claims.api import answers
from claims.api.bodies import LineNumbersBody, LinesBody, LinesQuery
from claims.api.operation import Call, Interface, operation
from claims.api.shapes import AddedShape, LinesShape, RemovedShape
from claims.data import LineData
from claims.facts import benefit_days, line_result, local
from liaoyang_medins.kernel.money import ZERO

from .stays import stay_of


class Lines(Interface):
    @operation("5203", "list_lines", "A stay's fee lines", asks=LinesQuery, gives=LinesShape, codes=("stay_unknown",))
    def get(self, call: Call, number: str) -> dict[str, Any]:
        """In the order of their days, with count and sum of all: what 2304 compares the stated total with."""
        stay = stay_of(call, number)
        after, limit = call.query["after"], call.query["limit"]
        whole = stay.lines.order_by().aggregate(count=Count("pk"), amount=Sum("amount", default=ZERO))
        covered = benefit_days(stay.resident)
        found = []
        for row in stay.lines.select_related("cut").order_by("on", "id")[after : after + limit]:
            kept = line_result(row, in_benefit=covered.cover(row.on))
            found.append(answers.line(row, kept.in_scope, kept.reasons))
        passed = after + len(found)
        return {
            "stay_number": stay.number,
            "count": whole["count"],
            "amount": answers.yuan(whole["amount"]),
            "lines": found,
            "next": passed if found and passed < whole["count"] else None,
        }

    @operation(
        "2301",
        "add_lines",
        "Upload fee lines",
        takes=LinesBody,
        gives=AddedShape,
        status=201,
        changes=True,
        codes=("stay_unknown", "wrong_state", "wrong_lines", "no_lines", "too_many_lines"),
    )
    def post(self, call: Call, number: str) -> dict[str, Any]:
        """Up to 1,000 lines, all or none. The answer says of each what counts and why the rest does not."""
        lines = [
            LineData(
                on=local(line["at"]).date(),
                item_code=line["item_code"],
                quantity=line["quantity"],
                unit_price=line["unit_price"],
                amount=line["amount"],
                line_number=line["line_number"],
                item_name=line.get("item_name", ""),
            )
            for line in call.body["lines"]
        ]
        return answers.added(number, services.add_lines(stay_number=number, lines=lines, by=call.by))


class LinesRemoval(Interface):
    @operation(
        "2302",
        "remove_lines",
        "Revoke fee lines",
        takes=LineNumbersBody,
        gives=RemovedShape,
        changes=True,
        codes=("stay_unknown", "wrong_state", "line_unknown"),
    )
    def post(self, call: Call, number: str) -> dict[str, Any]:
        """By their numbers, or all of the stay; none where one of the numbers is not there."""
        numbers = None if call.body["all"] else call.body["line_numbers"]
        removed = services.remove_lines(stay_number=number, line_numbers=numbers, by=call.by)
        return {"stay_number": number, "removed": removed}
