"""Writing the audit record, sealing it, and checking the seal."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import blank, insert, insert_all

from .models import AuditBlock, AuditEntry

GENESIS = "0" * 64
SEAL_AT_MOST = 10_000
SETTLED_AFTER = datetime.timedelta(minutes=1)
# The last id that was drawn for an entry; the number that the next transaction will get; and the number below which
# all transactions have ended.
DRAWN = """
SELECT entries.last_value, pg_snapshot_xmax(now.snapshot)::text::bigint, pg_snapshot_xmin(now.snapshot)::text::bigint
FROM audit_auditentry_id_seq AS entries, (SELECT pg_current_snapshot() AS snapshot) AS now
"""
# Any number that no other advisory lock of the portal uses.
_SEALER_LOCK = 102_2008
# The act of writing many records at once.
LOADED = "records.load"
# The entries that `together` keeps back.
_kept: ContextVar[list[AuditEntry] | None] = ContextVar("audit_entries", default=None)


def record(
    *,
    by: Actor,
    verb: str,
    obj: models.Model,
    resident: str = "",
    changes: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEntry:
    """Write one entry; call it inside the transaction of the change. What it takes, `entry` says."""
    written = entry(by=by, verb=verb, obj=obj, resident=resident, changes=changes, note=note)
    kept = _kept.get()
    if kept is None:
        insert(written)
    else:
        kept.append(written)
    return written


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Write several entries of one change at once, in their order."""
    kept = _kept.get()
    if kept is None:
        insert_all(list(entries))
    else:
        kept.extend(entries)


@contextmanager
def together() -> Iterator[None]:
    """What the block (or function) records is written at its end, in its order, by one statement: for verbs that
    record several acts, inside their transaction. Of a block that fails nothing is kept.
    """
    outer, mine = _kept.get(), list[AuditEntry]()
    token = _kept.set(mine)
    try:
        yield
    finally:
        _kept.reset(token)
    if outer is not None:
        outer.extend(mine)
    else:
        insert_all(mine)


def entry(
    *,
    by: Actor,
    verb: str,
    obj: models.Model,
    resident: str = "",
    changes: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEntry:
    """One entry, not written yet.

    `obj` is named by its `number`, `code` or `username`, else by its key. `resident` is a resident's number, where the
    act concerns one.
    """
    return _entry(
        by,
        verb=verb,
        object_type=object_type(obj),
        object_number=object_number(obj),
        resident=resident,
        changes={name: _plain(value) for name, value in (changes or {}).items()},
        note=note,
    )


def _plain(value: Any) -> Any:
    """A value as JSON will give it back."""
    kind = type(value)
    if value is None or kind in (str, int, bool):
        return value
    if kind is Decimal:
        return str(value)
    if kind is datetime.date:
        return value.isoformat()
    if kind in (list, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return str(value)
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _entry(by: Actor, **what: Any) -> AuditEntry:
    made = blank(AuditEntry)
    made.__dict__.update(
        at=clock.now(),
        business_date=clock.today(),
        actor_kind=by.kind.value,
        actor_name=by.name,
        user_id=by.user_id,
        role=by.role.value if by.role else "",
        office_code=by.office.code if by.office else "",
        **what,
    )
    return made


def object_type(obj: models.Model) -> str:
    """What the record calls the kind of an object: a community is the office that it is, whichever model read it."""
    return _called(type(obj))[0]


def object_number(obj: models.Model) -> str:
    """What the record calls an object: its `number`, `code` or `username`, else its key."""
    return str(getattr(obj, _called(type(obj))[1]))


@cache
def _called(model: type[models.Model]) -> tuple[str, str]:
    """What the record calls the kind, and the attribute that names one."""
    label = (model._meta.concrete_model or model)._meta.label_lower
    return label, next((name for name in ("number", "code", "username") if hasattr(model, name)), "pk")


def record_load(
    *, by: Actor, model: type[models.Model], numbers: Sequence[str], count: int | None = None
) -> AuditEntry:
    """Write one entry for the records of `model` with these `numbers` (such as N2009-0000123), which were written at
    once and have none of their own; call it inside the transaction of the load.

    `count` is how many they are where `numbers` are only the first and the last of them.
    """
    places = [int(number.rpartition("-")[2]) for number in numbers]
    written = _entry(
        by,
        verb=LOADED,
        object_type=model._meta.label_lower,
        object_number=min(numbers),
        changes={"count": count or len(places), "first": min(places), "last": max(places)},
    )
    written.save(force_insert=True)
    return written


def entries_of(obj_type: str, number: str) -> models.QuerySet[AuditEntry]:
    """The entries about one object, newest first."""
    return AuditEntry.objects.filter(object_type=obj_type, object_number=number).order_by("-id")


def block_hash(previous: str, entries: Iterable[AuditEntry]) -> str:
    """SHA-256 over the previous block's hash and every field of the entries, in order of id."""
    digest = hashlib.sha256(previous.encode())
    for entry in entries:
        row = [getattr(entry, field.attname) for field in AuditEntry._meta.concrete_fields]
        digest.update(json.dumps(row, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


@transaction.atomic
def seal() -> int:
    """Chain the committed entries that no block holds yet, at most SEAL_AT_MOST; returns how many were sealed.

    Two sealers at once are serial: the second waits and finds nothing left.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEALER_LOCK])
        # Before the entries are read: what is drawn afterwards is the next block's.
        cursor.execute(DRAWN)
        drawn, transactions, ended = cursor.fetchone()
    entries = list(_unsealed().order_by("id")[:SEAL_AT_MOST])
    if not entries:
        return 0
    last = AuditBlock.objects.order_by("-id").first()
    previous = last.hash if last else GENESIS
    block = AuditBlock.objects.create(
        sealed_at=clock.now(),
        count=len(entries),
        previous_hash=previous,
        hash=block_hash(previous, entries),
        drawn_until=drawn,
        transactions_until=transactions,
        settled_until=_settled(ended, last, entries),
    )
    with connection.cursor() as cursor:
        ids = [entry.pk for entry in entries]
        cursor.execute(
            "INSERT INTO audit_auditseal (entry_id, block_id) SELECT unnest(%s::bigint[]), %s", [ids, block.pk]
        )
    return len(entries)


def _settled(ended: int, last: AuditBlock | None, entries: Sequence[AuditEntry]) -> int:
    """Up to which id every entry is sealed and none will come, once `entries` are sealed: up to what had been drawn
    when a block was made of which all transactions have ended (those below `ended`) by now.
    """
    before = last.settled_until if last else 0
    # Between drawing its id and getting its own number a transaction is seen by nobody, for much less than this.
    long_ago = clock.now() - SETTLED_AFTER
    over = AuditBlock.objects.filter(transactions_until__lte=ended, sealed_at__lte=long_ago).order_by("-id").first()
    drawn = over.drawn_until if over else 0
    # A block that is full may have left some behind it.
    return max(before, min(drawn, entries[-1].pk) if len(entries) == SEAL_AT_MOST else drawn)


def _unsealed() -> models.QuerySet[AuditEntry]:
    last = AuditBlock.objects.order_by("-id").first()
    return AuditEntry.objects.filter(pk__gt=last.settled_until if last else 0, seal=None)


def broken_blocks() -> list[int]:
    """The ids of blocks whose entries were changed, removed or added to, or whose chain does not fit."""
    broken = []
    previous = GENESIS
    for block in AuditBlock.objects.order_by("id").iterator():
        entries = list(AuditEntry.objects.filter(seal__block=block).order_by("id"))
        if (
            block.previous_hash != previous
            or len(entries) != block.count
            or block.hash != block_hash(block.previous_hash, entries)
        ):
            broken.append(block.pk)
        previous = block.hash
    return broken


def unsealed_count() -> int:
    """How many committed entries no block holds yet."""
    return _unsealed().count()
