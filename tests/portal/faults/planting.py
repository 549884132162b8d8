"""How a fault is planted: past constraints and triggers, and nothing else harmed."""

import datetime
import functools
import importlib
import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import connection

from claims.models import Settlement
from enrollment.cockpit.models import NoticeSum
from enrollment.contributions.models import ContributionNotice
from funds.bank.models import Match, MatchedLeg, MatchedLine
from funds.models import Account, AccountDay, JournalEntry, JournalLeg, Month, StatementSum, SubsidyStatement
from funds.selectors.journal import account_balances
from funds.supervision.services import count_everything
from liaoyang_medins.portal.integrity import statements

D = datetime.date
FEN = Decimal("0.01")
YUAN = Decimal("1.00")
_serial = itertools.count(9_000_001)

# The checks of what is kept beside what it is made of.
KEPT = {"supervision.fund", "supervision.institutions", "notice.sums", "journal.days"}
KEPT |= {"statement.sums", "statement.unstated", "month.figures", "bank.match", "bank.unmatched"}

# What fills the tables of what is in no match.
BANK = ("0005_keep_what_is_open", "0004_what_is_open")

FAULTS: dict[str, Callable[[], str]] = {}
# What one fault cannot help breaking at once: nobody can be paid above the cap and be told the right rest of it.
TOGETHER = {"cap.person": {"cap.person", "cap.used"}}


def fault(code: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """The decorated function plants what the check `code` finds."""

    def keep(plant: Callable[[], str]) -> Callable[[], str]:
        @functools.wraps(plant)
        def planted() -> str:
            row = plant()
            if code not in KEPT:
                keep_up()
            return row

        FAULTS[f"{code} {plant.__name__}" if code in FAULTS else code] = planted
        return plant

    return keep


def keep_up() -> None:
    """Bring what is kept beside legs, items and notices into line with them, as the triggers would have."""
    fill = importlib.import_module("funds.migrations.0011_fill_sums_and_news")
    for model in (AccountDay, StatementSum):
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        connection.cursor().execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        model.objects.all().delete()
    NoticeSum.objects.all().delete()
    notices = importlib.import_module("enrollment.cockpit.migrations.0002_triggers")
    with connection.cursor() as cursor:
        for sql in (fill.DAYS, fill.SUMS, fill.NEWS, notices.FILL):
            cursor.execute(sql)
    keep_up_the_account()
    count_everything()


def keep_up_the_account() -> None:
    """Closed months say what the entries come to now, and no match is left that does not add up."""
    for model in (Month, MatchedLine, MatchedLeg):
        open_up(model)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE funds_month SET in_book = coalesce((SELECT sum(debits - credits) FROM funds_accountday day "
            "JOIN funds_account account ON account.id = account_id AND code = '1003' WHERE day <= last), 0)"
        )
    for month in Month.objects.filter(status="closed"):
        balances = account_balances(month.last)
        Month.objects.filter(pk=month.pk).update(balances={code: str(yuan) for code, yuan in balances.items() if yuan})
    for match in Match.objects.all():
        lines = sum(row.line.amount for row in match.lines.select_related("line"))
        if lines != sum(row.leg.amount for row in match.legs.select_related("leg")):
            match.delete()
    kept, days = (importlib.import_module(f"funds.bank.migrations.{name}") for name in BANK)
    with connection.cursor() as cursor:
        for sql in (days.DAYS, kept.EMPTY, kept.FILL):
            cursor.execute(sql)


def open_up(model: Any) -> None:
    """Take constraints (but for keys) and triggers off a table; the test's rollback brings them back."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'u', 'x')", [table]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(
            "SELECT indexrelid::regclass FROM pg_index "
            "WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary",
            [table],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")


def change(row: Any, **values: Any) -> str:
    """Write values into a row without a service, a constraint or a trigger; gives back the row's number."""
    open_up(type(row))
    type(row).objects.filter(pk=row.pk).update(**values)
    return str(getattr(row, "number", row.pk))


def copy(row: Any, **values: Any) -> Any:
    """A second row like this one, with another number where it has one."""
    open_up(type(row))
    twin = type(row).objects.get(pk=row.pk)
    twin.pk, twin._state.adding = None, True
    if hasattr(twin, "number"):
        twin.number = f"{twin.number.partition('-')[0]}-{next(_serial)}"
    for name, value in values.items():
        setattr(twin, name, value)
    twin.save(force_insert=True)
    return twin


def remove(row: Any) -> None:
    open_up(type(row))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])  # noqa: S608


def reseal(statement: SubsidyStatement) -> str:
    """A changed statement that nobody sees the change on: sealed again, its entry in the journal as it says now."""
    open_up(SubsidyStatement)
    SubsidyStatement.objects.filter(pk=statement.pk).update(hash=statements.seal_of(statement.number))
    items = list(statement.items.all())
    city, share = sum(item.city for item in items), sum(item.district_share for item in items)
    rebook("statement", statement.number, {"1103": city + share, "410101": -city, "410102": -share})
    return statement.number


def rebook(kind: str, number: str, amounts: dict[str, Decimal]) -> None:
    """Give the legs of an entry other amounts."""
    open_up(JournalLeg)
    for leg in JournalLeg.objects.filter(entry__document_type=kind, entry__document_number=number):
        JournalLeg.objects.filter(pk=leg.pk).update(amount=amounts[leg.account.code])


def open_notice() -> ContributionNotice:
    """A first notice with a government part that nobody paid yet."""
    return ContributionNotice.objects.filter(status__in=["open", "lapsed"], kind="first", government__gt=0)[0]


def paid_notice(**values: Any) -> ContributionNotice:
    """A notice that is paid, alone, of somebody without stays."""
    rows = ContributionNotice.objects.filter(status="paid", joint_with=None, joint=None, resident__stays=None)
    return rows.filter(**values).order_by("number")[0]


def settlement(**values: Any) -> Settlement:
    """The only settlement of somebody, payable and below the cap."""
    rows = Settlement.objects.filter(
        live=True, payable=True, over_cap=0, fund__gt=0, resident__settlements__sequence=1
    )
    alone = rows.exclude(resident__settlements__sequence=2)
    return alone.filter(copayment__gt=1, **values).order_by("number")[0]


def issued(**values: Any) -> SubsidyStatement:
    return SubsidyStatement.objects.filter(status="issued", **values).order_by("number")[0]


def window() -> SubsidyStatement:
    """The statement of the last window, on which little was paid."""
    return issued(kind="window", period_from=D(2009, 10, 1))


def entry(kind: str = "settlement") -> JournalEntry:
    return JournalEntry.objects.filter(document_type=kind).order_by("document_number")[0]


def named(row: JournalEntry) -> str:
    return f"{row.document_type} {row.document_number}"


def book(kind: str, number: str, day: D, legs: dict[str, Decimal]) -> JournalEntry:
    """An entry as the sweep would write it."""
    open_up(JournalEntry)
    open_up(JournalLeg)
    made = JournalEntry.objects.create(document_type=kind, document_number=number, booked_on=day)
    JournalLeg.objects.bulk_create(
        JournalLeg(entry=made, account=Account.objects.get(code=code), amount=amount) for code, amount in legs.items()
    )
    return made
