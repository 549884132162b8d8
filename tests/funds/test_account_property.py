"""F1 under any order of documents, corrections, reversals, closings and the bank's statements: every entry balances,
what the fund has is what it owes and what is left of its income, the cash book is the sum of the bank's documents.
"""

import contextlib
import datetime
import uuid
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from enrollment.contributions.models import Receipt
from funds import services
from funds.bank import selectors as bank
from funds.bank import services as matching
from funds.models import Account, AccountDay, EnteredDocument, JournalEntry, JournalLeg, Month
from funds.selectors import trial_balance
from funds.services import documents, months
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.portal.integrity import check_integrity
from tests.bank.makers import imported, move

from . import account, makers
from .account import JOB
from .makers import yuan

D = datetime.date
START = D(2009, 1, 5)

ENTER = st.tuples(st.just("enter"), st.sampled_from(documents.INCOME), st.integers(1, 99_999), st.integers(0, 60))
CHECK = st.tuples(st.just("check"), st.integers(0, 9))
REFUSE = st.tuples(st.just("refuse"), st.integers(0, 9))
CORRECT = st.tuples(st.just("correct"), st.integers(0, 9))
RECEIPT = st.tuples(st.just("receipt"), st.integers(1, 50_000), st.integers(0, 40))
BACK = st.tuples(st.just("back"), st.integers(0, 9))
SETTLE = st.tuples(st.just("settle"), st.integers(1, 20_000))
REVERSE = st.tuples(st.just("reverse"), st.integers(0, 9))
WAIT = st.tuples(st.just("wait"), st.integers(1, 40))
CLOSE = st.tuples(st.just("close"))
BANK = st.tuples(st.just("statement"), st.integers(0, 9))
POST = st.tuples(st.just("post"))
STEPS = st.one_of(ENTER, ENTER, CHECK, CHECK, REFUSE, CORRECT, RECEIPT, BACK, SETTLE, REVERSE, WAIT, CLOSE, BANK, POST)


class Life:
    """An account, a day that moves on, and everything that can happen to it."""

    def __init__(self) -> None:
        self.today = START
        self.person = makers.person()
        self.settlements: list[object] = []
        self.bank_until = START - datetime.timedelta(days=1)

    def do(self, verb: str, *values: int) -> None:
        # What the words of the domain refuse leaves nothing behind.
        with clock.on_day(self.today), contextlib.suppress(DomainError), transaction.atomic():
            getattr(self, f"_{verb}")(*values)

    def _pick(self, rows, place: int):
        found = list(rows.order_by("pk"))
        return found[place % len(found)] if found else None

    def _enter(self, kind: str, fen: int, days: int) -> None:
        day = max(self.today - datetime.timedelta(days=days), D(2008, 7, 1))
        account.entered(str(Decimal(fen).scaleb(-2)), day, kind=kind, on=self.today)

    def _check(self, place: int) -> None:
        row = self._pick(EnteredDocument.objects.filter(status="entered"), place)
        if row:
            documents.check_document(number=row.number, version=row.version, by=account.reviewer())

    def _refuse(self, place: int) -> None:
        row = self._pick(EnteredDocument.objects.filter(status="entered"), place)
        if row:
            documents.refuse_document(number=row.number, version=row.version, reason="no", by=account.reviewer())

    def _correct(self, place: int) -> None:
        row = self._pick(EnteredDocument.objects.all(), place)
        if row:
            documents.correct_document(number=row.number, reason="wrong", submission=uuid.uuid4(), by=account.clerk())

    def _receipt(self, fen: int, days: int) -> None:
        makers.receipt(self.today - datetime.timedelta(days=days), Decimal(fen).scaleb(-2))

    def _back(self, place: int) -> None:
        row = self._pick(Receipt.objects.filter(status="unmatched"), place)
        if row:
            makers.give_back(row, self.today)

    def _settle(self, fund: int) -> None:
        self.settlements.append(makers.settlement(self.person, fund, on=self.today, total=50_000))

    def _reverse(self, place: int) -> None:
        if self.settlements:
            makers.reverse(self.settlements.pop(place % len(self.settlements)), self.today)

    def _wait(self, days: int) -> None:
        self.today += datetime.timedelta(days=days)

    def _close(self) -> None:
        first = months.oldest_open()
        month = months.prepare_month(first=first, note="compared on paper", by=account.clerk())
        months.close_month(first=first, version=month.version, by=account.reviewer())

    def _statement(self, skip: int) -> None:
        """The bank's statement until yesterday: what the book has of these days, but for every so many."""
        first, last = self.bank_until + datetime.timedelta(days=1), self.today - datetime.timedelta(days=1)
        if last < first:
            return
        legs = bank.legs_visible_to(JOB).filter(entry__booked_on__range=(first, last))
        rows = list(legs.order_by("entry__booked_on", "pk"))
        references = bank.references_of(leg.entry for leg in rows)
        moves = [
            move(leg.entry.booked_on, references[leg.entry.document_type, leg.entry.document_number], leg.amount)
            for place, leg in enumerate(rows)
            if place % 5 != skip and (leg.entry.document_type, leg.entry.document_number) in references
        ]
        before = bank.statements_visible_to(JOB).order_by("-last").first()
        opening = str(before.closing) if before else "0.00"
        imported(moves, statement=f"S{last}".upper(), first=first, last=last, opening=opening, on=self.today)
        self.bank_until = last

    def _post(self) -> None:
        services.post_documents(by=JOB)
        matching.match_automatically(by=account.clerk())

    # --- what holds --------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """After everything is posted."""
        with clock.on_day(self.today):
            self._post()
        off = JournalEntry.objects.annotate(sum=Sum("legs__amount")).exclude(sum=0)
        assert not off.exists()
        kinds = dict.fromkeys(Account.Kind.values, Decimal(0))
        for row in trial_balance(JOB).rows:
            kinds[row.account.kind] += row.closing
        # Liabilities and income stand on the credit side, below zero.
        assert kinds["asset"] == -kinds["liability"] - kinds["income"] - kinds["expense"]
        assert yuan(str(self.cash_by_documents())) == self.cash_by_book()
        closed = Month.objects.filter(status="closed").order_by("-first").first()
        if closed:
            until = AccountDay.objects.filter(account__code="1003", day__lte=closed.last)
            sums = until.aggregate(
                debits=Sum("debits", default=Decimal(0)), credits=Sum("credits", default=Decimal(0))
            )
            assert closed.in_book == sums["debits"] - sums["credits"]
        found = bank.reconciliation_on(self.bank_until)
        if found.adjusted_bank is not None:
            assert found.adjusted_bank == found.adjusted_book
        checked = check_integrity(["journal", "month", "document", "bank"])
        assert {result.check.code: result.faults for result in checked if result.faults} == {}

    def cash_by_documents(self) -> Decimal:
        """What the documents say that came and went, asked of them alone."""
        booked = EnteredDocument.objects.filter(status="checked")
        came = booked.exclude(kind="correction").aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]
        back = booked.filter(kind="correction").aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]
        receipts = Receipt.objects.exclude(status="returned").aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]
        return Decimal(came - back + receipts)

    def cash_by_book(self) -> Decimal:
        legs = JournalLeg.objects.filter(account__code="1003")
        return yuan(str(legs.aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]))


@pytest.mark.django_db
@settings(max_examples=12, deadline=None)
@given(st.lists(STEPS, min_size=4, max_size=24))
def test_whatever_happens_to_the_account_it_balances(steps):
    with transaction.atomic():
        life = Life()
        for step in steps:
            life.do(*step)
        life.look()
        transaction.set_rollback(True)
