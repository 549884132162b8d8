"""Changing calls by the client's own message id: done once, answered the same again (docs/decisions/0100)."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from claims import services
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import insert, update

from . import answers
from .models import Client, Message
from .problems import NOT_KEPT, Problem, problem_of, written
from .selectors import message_with

# Of a message that never came: it is there so that it does nothing when it comes.
WITHDRAWN = "withdrawn"


def fingerprint_of(method: str, path: str, body: Any) -> str:
    """SHA-256 of what is asked; spaces and the order of names do not count."""
    text = json.dumps([method, path, body], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def once(
    *, client: Client, key: str, operation: str, fingerprint: str, status: int, work: Callable[[], dict[str, Any]]
) -> tuple[str, int]:
    """Do `work` unless a message with this key was answered before: body and HTTP status of the answer, the same as
    then. `work` gives the body of a success, which is answered with `status`.

    The key's row is written first, in the transaction of the work. A second call with it waits at the unique key until
    the first is committed, and repeats its answer, or does the work where the first came to nothing. What a rule
    refuses is kept like a success; raises what is not kept (Problem, NotAllowed, faults), and then nothing is written.
    """
    with transaction.atomic():
        row = new_message(client, key, operation, fingerprint)
        if not insert(row, unless_taken=("client", "key")):
            return repeated(client, key, fingerprint)
        try:
            body = work()
        except DomainError as error:
            # The verb has rolled back to where it began.
            body = problem_of(error)
            if body["code"] in NOT_KEPT:
                raise
            status = body["status"]
        row.status, row.answer = status, written(body)
        update(row, "status", "answer")
    return row.answer, status


def new_message(client: Client, key: str, operation: str, fingerprint: str = "") -> Message:
    return Message(client=client, key=key, operation=operation, fingerprint=fingerprint, received_at=clock.now())


def repeated(client: Client, key: str, fingerprint: str) -> tuple[str, int]:
    """The answer that the message got. Raises Problem where the key is another call's, or was withdrawn."""
    row = message_with.first(client.pk, key)
    if row is None:
        # Its term ended this moment.
        raise Problem("unavailable")
    if row.status is None:
        raise Problem("message_withdrawn")
    if row.fingerprint != fingerprint:
        raise Problem("key_reused", _("The message id %(key)s was used for another call.") % {"key": key})
    return row.answer, row.status


def find_message(client: Client, key: str) -> dict[str, Any]:
    """What became of a message. One that is being worked on is waited for: what is told is final. Raises Problem
    (message_unknown) where none came.
    """
    with transaction.atomic():
        # Only who tries to take the key learns of a call that has not been committed.
        if insert(new_message(client, key, WITHDRAWN), unless_taken=("client", "key")):
            raise Problem("message_unknown")
        row = message_with.first(client.pk, key)
    if row is None:
        raise Problem("message_unknown")
    return answers.message(row)


def undo_message(*, client: Client, key: str, by_key: str, by: Actor) -> dict[str, Any]:
    """2601: see to it that the message with this key has done nothing, whatever became of it: undone where it did
    something, withdrawn where it never came, so that a late arrival does nothing either. Call it as the work of
    `once`: what a refusal leaves behind, such as the question to the agency, is committed with it.

    Raises what the verb that undoes it raises (A4: in reverse order only), and Problem for a message whose act is not
    undone by its id.
    """
    if key == by_key:
        raise Problem("key_reused")
    if insert(new_message(client, key, WITHDRAWN), unless_taken=("client", "key")):
        return undone(key, "withdrawn")
    row = Message.objects.select_for_update().get(client=client, key=key)
    if row.status is None:
        return undone(key, "withdrawn")
    if row.status >= 400:
        return undone(key, "nothing_done", row)
    if row.undone_by:
        return undone(key, "undone", row)
    verb = UNDO.get(row.operation)
    if verb is None:
        raise Problem("not_undoable")
    reason = _("Undone by the institution's software: message %(key)s.") % {"key": by_key}
    number = verb(json.loads(row.answer), reason, by)
    row.undone_by = by_key
    row.save(update_fields=["undone_by"])
    return undone(key, "undone", row, number)


def undone(key: str, outcome: str, row: Message | None = None, number: str | None = None) -> dict[str, Any]:
    return {"key": key, "outcome": outcome, "operation": row.operation if row else None, "number": number}


def undo_admission(answer: dict[str, Any], reason: str, by: Actor) -> str:
    return services.cancel_admission(stay_number=answer["stay_number"], reason=reason, by=by).number


def undo_lines(answer: dict[str, Any], reason: str, by: Actor) -> str:
    numbers = [line["line_number"] for line in answer["lines"]]
    services.remove_lines(stay_number=answer["stay_number"], line_numbers=numbers, by=by)
    return str(answer["stay_number"])


def undo_discharge(answer: dict[str, Any], reason: str, by: Actor) -> str:
    return services.cancel_discharge(stay_number=answer["stay_number"], reason=reason, by=by).number


def undo_settlement(answer: dict[str, Any], reason: str, by: Actor) -> str:
    return services.reverse_settlement(number=answer["settlement_number"], reason=reason, by=by).number


# What undoes an operation, from its answer; gives the number of what it left.
UNDO: dict[str, Callable[[dict[str, Any], str, Actor], str]] = {
    "admit": undo_admission,
    "add_lines": undo_lines,
    "discharge": undo_discharge,
    "settle": undo_settlement,
}
