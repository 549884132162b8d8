"""What happened in the play, counted."""

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from .steps import Outcome, Result, Step


@dataclass(slots=True)
class Tally:
    """How often each event happened, each act was done, and each refusal was given. In a chaotic play also how many
    messages were sent twice, and how many processes killed.
    """

    events: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)
    doubled: int = 0
    killed: int = 0

    def note(self, step: Step, result: Result) -> None:
        if result.outcome in (Outcome.DONE, Outcome.AGAIN):
            self.acts[step.act] += 1
            if step.event:
                self.events[step.event] += 1
        elif result.outcome is Outcome.REFUSED:
            self.refusals[step.act, result.code] += 1
        else:
            self.refusals[step.act, "nothing left to do"] += 1


COLUMNS = ("paid_on", "decided_on", "issued_on", "ends")
# What the totals say of the records, by the names that they are told under; {column} asks that it lies in the play.
FIGURES: tuple[tuple[str, str], ...] = (
    ("residents on record", "SELECT count(*) FROM registration_resident"),
    ("relationships open", "SELECT count(*) FROM registration_enrollment WHERE ends IS NULL"),
    *(
        (
            f"relationships ended: {reason}",
            f"SELECT count(*) FROM registration_enrollment WHERE end_reason = '{reason}' AND {{ends}}",  # noqa: S608
        )
        for reason in ("lapsed", "death", "moved_away", "other_scheme")
    ),
    (
        "notices paid",
        "SELECT count(*) FROM contributions_contributionnotice WHERE status = 'paid' AND {paid_on}",
    ),
    ("contributions, yuan", "SELECT sum(amount) FROM contributions_receipt WHERE status = 'matched' AND {paid_on}"),
    ("unmatched receipts", "SELECT count(*) FROM contributions_receipt WHERE status = 'unmatched' AND {paid_on}"),
    ("returned receipts", "SELECT count(*) FROM contributions_receipt WHERE status = 'returned' AND {paid_on}"),
    ("settlements", "SELECT count(*) FROM claims_settlement WHERE {decided_on}"),
    ("paid by the fund, yuan", "SELECT sum(fund) FROM claims_settlement WHERE live AND {decided_on}"),
    ("borne by residents, yuan", "SELECT sum(resident_pays) FROM claims_settlement WHERE live AND {decided_on}"),
    (
        "over the cap, yuan",
        "SELECT sum(over_cap) FROM claims_settlement WHERE live AND {decided_on}",
    ),
    (
        "subsidies claimed, yuan",
        """SELECT sum(government) FROM funds_subsidyitem
        JOIN funds_subsidystatement statement ON statement.id = statement_id WHERE {issued_on}""",
    ),
    ("subsidies received, yuan", "SELECT sum(amount) FROM funds_subsidyreceipt WHERE {paid_on}"),
)


def figures(first: datetime.date, last: datetime.date) -> Iterator[tuple[str, Decimal]]:
    """Name and figure of each of `FIGURES`, for the days from `first` to `last`."""
    with connection.cursor() as cursor:
        for name, sql in FIGURES:
            days = {column: f"{column} BETWEEN %(first)s AND %(last)s" for column in COLUMNS}
            cursor.execute(sql.format(**days), {"first": first, "last": last})
            yield name, Decimal(cursor.fetchone()[0] or 0)


def lines(tally: Tally, first: datetime.date, last: datetime.date) -> Iterator[str]:
    """The totals, one a line."""
    yield f"From {first} to {last}:"
    for name, figure in figures(first, last):
        yield f"  {name:<44} {figure:>14,}"
    yield "What happened:"
    for event, count in sorted(tally.events.items()):
        yield f"  {event:<44} {count:>14,}"
    yield "What was done:"
    for act, count in sorted(tally.acts.items()):
        yield f"  {act:<44} {count:>14,}"
    yield "What was refused, or had no object any more:"
    for (act, code), count in sorted(tally.refusals.items()):
        yield f"  {act + ': ' + code:<44} {count:>14,}"
    if tally.killed or tally.doubled:
        yield f"{tally.killed} processes were killed, {tally.doubled} messages came twice."
