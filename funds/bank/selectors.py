"""What the bank says of the account beside the book: balances, what stands on one side only, the reconciliation."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, QuerySet, Sum

from funds.models import JournalEntry, JournalLeg
from funds.selectors.journal import bank_balance
from funds.standing import Standing
from liaoyang_medins.kernel.days import day_before
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor

from .documents import REFERENCES
from .models import BankLine, BankStatement, Match, MatchedLeg, MatchedLine, UnmatchedLeg, UnmatchedLine
from .services.matching import account_key

# So many of what stands on one side are listed; the sums are of all of them.
LISTED_AT_MOST = 200


def statements_visible_to(actor: Actor) -> QuerySet[BankStatement]:
    """The bank's statements, the newest first, without their bytes; all of them or none."""
    rows = BankStatement.objects.defer("content").select_related("uploaded_by")
    return rows if actor.may("journal.see") else rows.none()


def matches_visible_to(actor: Actor) -> QuerySet[Match]:
    rows = Match.objects.select_related("made_by")
    return rows if actor.may("journal.see") else rows.none()


def may_see_names(actor: Actor) -> bool:
    """Whether the actor may read whom the bank's lines name. Residents are paid one by one, with the number of their
    application: who reimbursed patients are is for those alone who see the reimbursements (R10).
    """
    return actor.may("reimbursements.see")


def lines_visible_to(actor: Actor) -> QuerySet[BankLine]:
    rows = BankLine.objects.select_related("statement", "matched__match").defer("statement__content")
    return rows if actor.may("journal.see") else rows.none()


def legs_visible_to(actor: Actor) -> QuerySet[JournalLeg]:
    """The legs on the account: the cash book."""
    rows = JournalLeg.objects.filter(account=account_key()).select_related("entry", "matched__match")
    return rows if actor.may("journal.see") else rows.none()


def references_of(entries: Iterable[JournalEntry]) -> dict[tuple[str, str], str]:
    """The bank's own reference of each entry's document, by its kind and number, where it has one."""
    found: dict[tuple[str, str], str] = {}
    numbers = [entry.document_number for entry in entries]
    if not numbers:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT type, number, reference FROM ({REFERENCES}) AS known "  # noqa: S608  our own select
            "WHERE number = ANY (%s) ORDER BY reference",
            [numbers],
        )
        for kind, number, reference in cursor.fetchall():
            found.setdefault((kind, number), reference)
    return found


# --- one side only ---------------------------------------------------------------------------------------------------


def _first_statement() -> BankStatement | None:
    return BankStatement.objects.defer("content").exclude(imported_on=None).order_by("first").first()


def first_day() -> datetime.date | None:
    """The first day that an imported statement tells of; what was booked before it is `carried`."""
    first = _first_statement()
    return first.first if first else None


def _late(day: datetime.date) -> QuerySet[Match]:
    """The matches of which a part was there at the end of a day and another came after it."""
    late = Match.objects.filter(first_day__lte=day, last_day__gt=day).order_by()
    # In the words of the index.
    return late.filter(last_day__gt=F("first_day"))


def lines_open_on(day: datetime.date) -> QuerySet[BankLine]:
    """What the bank has and the book had not at the end of a day: in no match whose other part had come."""
    unmatched = UnmatchedLine.objects.filter(day__lte=day).order_by().values("line")
    late = MatchedLine.objects.filter(match__in=_late(day)).order_by().values("line")
    lines = BankLine.objects.filter(pk__in=unmatched.union(late, all=True), day__lte=day)
    return lines.order_by("day", "statement", "place")


def legs_open_on(day: datetime.date) -> QuerySet[JournalLeg]:
    """What the book has and the bank had not at the end of a day, from the first day of the first statement on."""
    first = _first_statement()
    if first is None:
        return JournalLeg.objects.none()
    unmatched = UnmatchedLeg.objects.filter(day__range=(first.first, day)).order_by().values("leg")
    late = MatchedLeg.objects.filter(match__in=_late(day)).order_by().values("leg")
    legs = JournalLeg.objects.filter(
        pk__in=unmatched.union(late, all=True), entry__booked_on__range=(first.first, day)
    )
    return legs.order_by("entry__booked_on", "entry_id", "pk")


def bank_balance_on(day: datetime.date) -> Decimal | None:
    """What the bank says that the account held at the end of a day; None where no imported statement says it."""
    statements = BankStatement.objects.exclude(imported_on=None)
    reaching = statements.filter(last__gte=day).order_by("first").first()
    first = _first_statement()
    if reaching is None or first is None or day < first.first:
        return None
    line = BankLine.objects.filter(day__lte=day).order_by("-day", "-statement__first", "-place").first()
    return line.balance if line else first.opening


def _carried(day: datetime.date) -> Decimal:
    """What book and bank differed by before the first statement, less what was cleared of it by the end of `day`."""
    first = _first_statement()
    if first is None:
        return ZERO
    before = bank_balance(day_before(first.first)) - first.opening
    complete = Match.objects.filter(first_day__lt=first.first, last_day__lte=day).order_by().values("pk")
    matched = MatchedLeg.objects.filter(match__in=complete, leg__entry__booked_on__lt=first.first)
    cleared = matched.aggregate(sum=Sum("leg__amount", default=ZERO))["sum"]
    return Decimal(before - cleared)


def standing(day: datetime.date) -> Standing:
    """How the account stands at the end of a day, in the book and at the bank."""
    legs = legs_open_on(day).order_by().aggregate(count=Count("pk"), sum=Sum("amount", default=ZERO))
    lines = lines_open_on(day).order_by().aggregate(count=Count("pk"), sum=Sum("amount", default=ZERO))
    at_bank = bank_balance_on(day)
    return Standing(
        bank_balance(day),
        at_bank,
        legs["count"],
        legs["sum"],
        lines["count"],
        lines["sum"],
        _carried(day) if at_bank is not None else ZERO,
    )


@dataclass(frozen=True, slots=True)
class Side:
    """What stands on one side only and in one direction: how many, their sum in yuan (≥ 0), the first of them as day,
    words, reference, amount and the entry or statement that they lead to.
    """

    count: int
    sum: Decimal
    rows: list[tuple[datetime.date, str, str, Decimal, str]]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The bank's balance and the book's on a day, each with what only the other has: then both are the same."""

    day: datetime.date
    standing: Standing
    book_received: Side
    book_paid: Side
    bank_received: Side
    bank_paid: Side

    @property
    def adjusted_bank(self) -> Decimal | None:
        """The bank's balance as it will be once everything booked has come, in yuan."""
        if self.standing.at_bank is None:
            return None
        return self.standing.at_bank + self.book_received.sum - self.book_paid.sum + self.standing.carried

    @property
    def adjusted_book(self) -> Decimal:
        """The book's balance as it will be once everything at the bank is booked, in yuan."""
        return self.standing.in_book + self.bank_received.sum - self.bank_paid.sum


def reconciliation_on(day: datetime.date, *, named: bool = False) -> Reconciliation:
    """The reconciliation at the end of a day, by the matches as they are now. A line of the bank is told in the bank's
    own words only where it is `named`, else by its statement and place.
    """
    legs, lines = legs_open_on(day), lines_open_on(day)
    return Reconciliation(
        day,
        standing(day),
        _of_book(legs.filter(amount__gt=0)),
        _of_book(legs.filter(amount__lt=0)),
        _of_bank(lines.filter(amount__gt=0), named=named),
        _of_bank(lines.filter(amount__lt=0), named=named),
    )


def _of_book(legs: QuerySet[JournalLeg]) -> Side:
    found = legs.order_by().aggregate(count=Count("pk"), sum=Sum("amount", default=ZERO))
    shown = list(legs.select_related("entry")[:LISTED_AT_MOST])
    references = references_of(leg.entry for leg in shown)
    rows = [
        (
            leg.entry.booked_on,
            f"{leg.entry.get_document_type_display()} {leg.entry.document_number}",
            references.get((leg.entry.document_type, leg.entry.document_number), ""),
            abs(leg.amount),
            leg.entry.get_absolute_url(),
        )
        for leg in shown
    ]
    return Side(found["count"], abs(found["sum"]), rows)


def _of_bank(lines: QuerySet[BankLine], *, named: bool) -> Side:
    found = lines.order_by().aggregate(count=Count("pk"), sum=Sum("amount", default=ZERO))
    rows = [
        (
            line.day,
            (" · ".join(filter(None, (line.counterparty, line.words))) if named else "")
            or f"{line.statement.number} {line.place}",
            line.reference,
            abs(line.amount),
            line.statement.get_absolute_url(),
        )
        for line in lines.select_related("statement").defer("statement__content")[:LISTED_AT_MOST]
    ]
    return Side(found["count"], abs(found["sum"]), rows)
