"""Messages: what became of one, and its undoing."""

from typing import Any

from claims.api.messages import find_message, undo_message
from claims.api.operation import Call, Interface, operation
from claims.api.shapes import MessageShape, UndoneShape


class OneMessage(Interface):
    @operation("", "get_message", "What became of a message", gives=MessageShape, codes=("message_unknown",))
    def get(self, call: Call, key: str) -> dict[str, Any]:
        """For a client that does not know whether its call worked. A call that is being worked on is waited for."""
        return find_message(call.client, key)


class Undoing(Interface):
    @operation(
        "2601",
        "undo_message",
        "Reverse by message",
        gives=UndoneShape,
        changes=True,
        codes=(
            *("not_undoable", "has_lines", "wrong_state", "line_unknown", "not_latest", "paid_out", "merged"),
            *("stay_unknown", "settlement_unknown", "examined"),
        ),
    )
    def post(self, call: Call, key: str) -> dict[str, Any]:
        """Undo a call whose answer never came: an admission, an upload, a discharge, a settlement. Where it never came
        it is withdrawn, and does nothing when it comes."""
        return undo_message(client=call.client, key=key, by_key=call.key, by=call.by)
