"""Drawing journal entries from source documents, each exactly once (F1).

Each kind of document is one statement in SQL that takes what is new (`UnpostedDocument`) and books it, so that a sweep
is fast however much there is. What belongs to a closed month is booked on the first day of the open one. sources.py
has the kinds.
"""

import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from funds.chart import Chart
from funds.models import Account, Month, UnpostedDocument
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor

from .sources import SOURCES, Source

# Any number that no other advisory lock of the portal uses.
_SWEEP_LOCK = 102_2008_01

POST = """
WITH new AS MATERIALIZED (
    DELETE FROM funds_unposteddocument document WHERE document_type = %(type)s AND {ready} RETURNING document_number
), legs AS MATERIALIZED (
    SELECT number, booked_on, code, amount FROM ({legs}) AS found WHERE amount <> 0
), entries AS (
    INSERT INTO funds_journalentry (document_type, document_number, booked_on)
    SELECT DISTINCT %(type)s, number, greatest(booked_on, %(open)s::date) FROM legs ORDER BY number
    ON CONFLICT (document_type, document_number) DO NOTHING
    RETURNING id, document_number
), posted AS (
    INSERT INTO funds_journalleg (entry_id, account_id, amount)
    SELECT entries.id, account.id, legs.amount
    FROM entries
    JOIN legs ON legs.number = entries.document_number
    JOIN funds_account account ON account.code = legs.code
    ORDER BY entries.id, legs.amount < 0, legs.code
)
SELECT count(*) FROM entries
"""

WAITING = """
WITH new AS MATERIALIZED (
    SELECT document_number FROM funds_unposteddocument document WHERE document_type = %(type)s
)
SELECT count(DISTINCT number) FROM ({legs}) AS found WHERE amount <> 0
"""


def _count(template: str, source: Source, open_from: datetime.date | None = None) -> int:
    parameters: dict[str, str | datetime.date | None] = {
        "type": source.document_type.value,
        "today": clock.today(),
        "open": open_from,
    }
    with connection.cursor() as cursor:
        cursor.execute(template.format(legs=source.legs, ready=source.ready), parameters)
        (count,) = cursor.fetchone()
    return int(count)


def _new() -> list[Source]:
    """The kinds of which something may have to be booked, in their order."""
    kinds = set(UnpostedDocument.objects.order_by().values_list("document_type", flat=True).distinct())
    return [source for source in SOURCES if source.document_type in kinds]


def documents_waiting() -> int:
    """How many documents have no entry yet. What waits on another (a receipt to be assigned) counts once that is
    posted.
    """
    return sum(_count(WAITING, source) for source in _new())


def lock_journal(*, wait: bool) -> bool:
    """One at a time books or closes: take the lock until the transaction ends. False where somebody else has it and
    nobody waits.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SWEEP_LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SWEEP_LOCK])
        (free,) = cursor.fetchone()
    return bool(free)


@transaction.atomic
def post_documents(*, by: Actor) -> dict[str, int]:
    """Post every document that has no entry yet; returns how many of each type (none: an empty dict) (F1).

    Raises Conflict while another sweep is at work, NotAllowed. The sweeps are serial because a returned receipt
    takes back what was booked for it; the unique key on the document stands behind that.
    """
    by.require("journal.post")
    if not lock_journal(wait=False):
        raise Conflict(_("The documents are being posted just now. Look again in a moment."), code="sweep_running")
    open_from = Month.open_from()
    posted = {source.document_type.value: count for source in _new() if (count := _count(POST, source, open_from))}
    if posted:
        account = Account.objects.get(code=Chart.BANK)
        audit.record(by=by, verb="journal.post", obj=account, changes=posted)
    return posted
