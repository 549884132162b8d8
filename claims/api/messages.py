"""Changing calls by the client's own message id: done once, answered the same again (docs/decisions/0100)."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from claims import services
from claims.models import Reversal, Stay
from claims.services.records import lock_resident_of, lock_stay
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import insert, update

from . import answers
from .models import Client, Message
from .problems import NOT_KEPT, Problem, problem_of, written
from .selectors import message_with

Answer = dict[str, Any]
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
        except (DomainError, Problem) as error:
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
    something, unless that was undone before; withdrawn where it never came, so that a late arrival does nothing too.
    What other messages did since is left alone. Call it as the work of `once`: what a refusal leaves behind, such as
    the question to the agency, is committed with it.

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
    number = verb(row, json.loads(row.answer), reason, by)
    row.undone_by = by_key
    row.save(update_fields=["undone_by"])
    return undone(key, "undone", row, number)


def undone(key: str, outcome: str, row: Message | None = None, number: str | None = None) -> dict[str, Any]:
    return {"key": key, "outcome": outcome, "operation": row.operation if row else None, "number": number}


# --- what undoes an operation ----------------------------------------------------------------------------------------


def undo_admission(row: Message, answer: Answer, reason: str, by: Actor) -> str:
    stay = locked(answer["stay_number"], by)
    if stay.status == Stay.Status.CANCELLED:
        return stay.number
    return services.cancel_admission(stay_number=stay.number, reason=reason, by=by).number


def undo_lines(row: Message, answer: Answer, reason: str, by: Actor) -> str:
    """Remove the lines that were not removed since; one that was sent again under its number is another message's."""
    stay, numbers = locked(answer["stay_number"], by), [line["line_number"] for line in answer["lines"]]
    since = acts_since(row, "stays.add_lines", stay, changes__line_numbers=[numbers[0], numbers[-1]])
    gone = {number for act in since.filter(verb="stays.remove_lines") for number in act.changes["lines"]}
    left = [number for number in numbers if number not in gone]
    if left:
        services.remove_lines(stay_number=stay.number, line_numbers=left, by=by)
    return stay.number


def undo_discharge(row: Message, answer: Answer, reason: str, by: Actor) -> str:
    """Cancel the discharge, unless it was cancelled since: then the present one is another message's."""
    stay = locked(answer["stay_number"], by)
    if not acts_since(row, "stays.discharge", stay).filter(verb="stays.cancel_discharge").exists():
        services.cancel_discharge(stay_number=stay.number, reason=reason, by=by)
    return stay.number


def undo_settlement(row: Message, answer: Answer, reason: str, by: Actor) -> str:
    locked(answer["stay_number"], by)
    found = Reversal.objects.filter(settlement__number=answer["settlement_number"]).first()
    return (found or services.reverse_settlement(number=answer["settlement_number"], reason=reason, by=by)).number


def locked(stay_number: str, by: Actor) -> Stay:
    """The stay, which nobody changes before it is undone."""
    lock_resident_of(stay_number)
    return lock_stay(stay_number, by)


def acts_since(row: Message, verb: str, stay: Stay, **which: Any) -> QuerySet[AuditEntry]:
    """What was done to the stay after what the message did, which is on record as this verb."""
    entries = audit.entries_of("claims.stay", stay.number)
    own = entries.filter(verb=verb, at__gte=row.received_at, **which).last()
    return entries.filter(pk__gt=own.pk) if own else entries.none()


# By the operation: it takes the message and its answer, and gives the number of what is left of it.
UNDO: dict[str, Callable[[Message, Answer, str, Actor], str]] = {
    "admit": undo_admission,
    "add_lines": undo_lines,
    "discharge": undo_discharge,
    "settle": undo_settlement,
}
