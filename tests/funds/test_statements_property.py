"""F3 under any order of payments, late records, returns, moves, statements with their signatures, and what arrives on
them: what is claimed is what was paid.
"""

import datetime
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from enrollment.contributions.models import ContributionNotice
from funds import services
from funds.models import JournalEntry, SubsidyItem, SubsidyReceipt, SubsidyStatement
from funds.rules import Period
from funds.selectors import candidates, trial_balance
from funds.selectors.balances import balances_of
from funds.selectors.drawing import period_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.money import fen
from liaoyang_medins.kernel.offices.actors import Actor
from tests import factories, signing

from . import makers

D = datetime.date

FEN = Decimal("0.01")
DISTRICTS = ("211002", "211003")
JOB = Actor.job("story")

PAY = st.tuples(st.just("pay"), st.integers(0, 3), st.integers(2010, 2011), st.integers(0, 70))
RETURN = st.tuples(st.just("return"), st.integers(0, 7))
MOVE = st.tuples(st.just("move"), st.integers(0, 7))
WAIT = st.tuples(st.just("wait"), st.integers(1, 70))
STATE = st.tuples(st.just("state"), st.integers(1, 3))
UNBOOK = st.tuples(st.just("unbook"), st.integers(0, 5))
RECEIVE = st.tuples(st.just("receive"), st.integers(0, 5), st.integers(1, 100))
POST = st.just(("post",))
# What moves the story on comes more often than what disturbs it.
STEPS = st.one_of(PAY, PAY, PAY, WAIT, WAIT, STATE, STATE, STATE, RETURN, MOVE, RECEIVE, RECEIVE, UNBOOK, POST)


class Story:
    """Four people of two districts, a day that moves on, and everything that can happen to their contributions."""

    def __init__(self) -> None:
        self.today = D(2009, 9, 20)
        tiers = [("ordinary", 200, 100), ("low_income", 80, 220), ("ordinary", 300, 0), ("low_income_edge", 160, 140)]
        self.people = [(makers.person(f"{DISTRICTS[index % 2]}001001"), tier) for index, tier in enumerate(tiers)]

    def paid(self) -> list[ContributionNotice]:
        return list(ContributionNotice.objects.filter(status="paid").order_by("pk"))

    def do(self, verb: str, *values: int) -> None:
        with clock.on_day(self.today):
            getattr(self, f"_{verb}")(*values)

    def _pay(self, who: int, year: int, days_ago: int) -> None:
        person, (tier, personal, government) = self.people[who]
        if not ContributionNotice.objects.filter(resident=person, contribution_year=year, status="paid").exists():
            makers.notice(
                person,
                year=year,
                tier=tier,
                personal=personal,
                government=government,
                paid_on=self.today - datetime.timedelta(days=days_ago),
            )

    def _return(self, which: int) -> None:
        paid = self.paid()
        if paid:
            makers.give_back(paid[which % len(paid)].receipts.get(), self.today)

    def _move(self, which: int) -> None:
        paid = self.paid()
        if paid:
            notice = paid[which % len(paid)]
            notice.district = factories.district(DISTRICTS[notice.district.code == DISTRICTS[0]])
            notice.save()

    def _wait(self, days: int) -> None:
        self.today += datetime.timedelta(days=days)

    def _state(self, count: int) -> None:
        for _ in range(count):
            for found in candidates(self.today)[:1]:
                self.state(found.period)

    def state(self, period: Period) -> None:
        draft = services.prepare_statement(kind=period.kind, period_from=period.first, by=JOB)
        if draft.number.endswith("3"):
            draft = services.redraw_statement(number=draft.number, version=draft.version, by=JOB)
        if draft.number.endswith(("5", "6")):
            draft = signing.checked(draft, JOB)
            at = {"number": draft.number, "version": draft.version}
            # Sent back by who should approve it, or drawn anew by its maker: then somebody has to check it again.
            if draft.number.endswith("5"):
                draft = services.send_back_statement(**at, reason="look again", by=JOB)
            else:
                draft = services.redraw_statement(**at, by=JOB)
        signing.issued(draft, JOB)
        self.must_equal_what_is_paid()

    def _receive(self, which: int, percent: int) -> None:
        """A payer pays a part of what it owes on some statement; now and then as if it had no credit."""
        owing = [
            (statement, owed)
            for statement in SubsidyStatement.objects.filter(status="issued").order_by("pk")
            for owed in balances_of(statement, self.today)
            if owed.balance.payable > 0
        ]
        if not owing:
            return
        statement, owed = owing[which % len(owing)]
        owes = owed.balance.payable if percent > 80 else owed.balance.outstanding
        amount = max(FEN, fen(owes * percent / 100))
        services.record_subsidy(
            number=statement.number,
            payer=owed.payer.code,
            amount=amount,
            paid_on=self.today,
            bank_reference=f"CZ{SubsidyReceipt.objects.count()}",
            by=JOB,
        )

    def _unbook(self, which: int) -> None:
        """What was booked turns out to belong elsewhere."""
        live = list(SubsidyReceipt.objects.filter(live=True).order_by("pk"))
        if live:
            services.take_back_subsidy(number=live[which % len(live)].number, reason="another one's", by=JOB)

    def nobody_paid_too_much(self) -> None:
        """What city and districts claimed and received is what the items and the receipts say, payer by payer."""
        claimed: dict[str, Decimal] = defaultdict(Decimal)
        for item in SubsidyItem.objects.select_related("district__parent"):
            claimed[item.district.code] += item.district_share
            claimed[item.district.parent.code] += item.city
        balances = [
            owed for statement in SubsidyStatement.objects.all() for owed in balances_of(statement, self.today)
        ]
        for code, amount in claimed.items():
            of_payer = [owed.balance for owed in balances if owed.payer.code == code]
            paid = SubsidyReceipt.objects.filter(payer__code=code).aggregate(all=Sum("amount", default=0))["all"]
            assert sum(balance.claimed for balance in of_payer) == amount
            assert all(abs(balance.set_off) <= abs(balance.claimed) for balance in of_payer)
            assert sum(balance.outstanding for balance in of_payer) == amount - paid
            assert sum(balance.set_off for balance in of_payer) == 0
            left = [balance.outstanding for balance in of_payer]
            assert min(left) >= 0 or max(left) <= 0
            assert all(balance.received <= max(balance.claimed, 0) for balance in of_payer)

    def _post(self) -> None:
        services.post_documents(by=JOB)
        assert trial_balance(JOB).balanced

    def must_equal_what_is_paid(self) -> None:
        """At the moment of an issue, statements and corrections are the government parts of the paid notices they
        cover.
        """
        net: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
        persons: dict[tuple[int, int], int] = defaultdict(int)
        by_district: dict[str, Decimal] = defaultdict(Decimal)
        for item in SubsidyItem.objects.select_related("notice", "district"):
            amounts = (item.persons, item.government, item.city, item.district_share)
            net[item.notice_id] = [have + more for have, more in zip(net[item.notice_id], amounts, strict=True)]
            persons[item.notice.resident_id, item.notice.contribution_year] += item.persons
            by_district[item.district.code] += item.district_share
        assert set(persons.values()) <= {0, 1}
        covered = list(SubsidyStatement.objects.values_list("period_from", "period_until"))
        expected: dict[int, list[Decimal]] = {}
        shares: dict[str, Decimal] = defaultdict(Decimal)
        for notice in ContributionNotice.objects.filter(status="paid", government__gt=0).select_related("district"):
            if any(first <= notice.paid_on <= until for first, until in covered):
                expected[notice.pk] = [Decimal(1), notice.government, notice.city, notice.district_share]
                shares[notice.district.code] += notice.district_share
        assert {pk: sums for pk, sums in net.items() if any(sums)} == expected
        assert {code: share for code, share in by_district.items() if share} == shares


@pytest.mark.django_db
@settings(max_examples=settings().max_examples // 2)
@given(st.lists(STEPS, min_size=15, max_size=40))
def test_statements_and_corrections_are_the_government_parts_of_paid_notices(steps):
    with transaction.atomic():
        story = Story()
        for step in steps:
            story.do(*step)
        # In the end: everything known, the period after it over, all statements made.
        story.do("wait", 130)
        while candidates(story.today):
            story.do("state", 5)
        paid = ContributionNotice.objects.filter(status="paid").aggregate(all=Sum("government", default=0))["all"]
        assert SubsidyItem.objects.aggregate(all=Sum("government", default=0))["all"] == paid
        for statement in SubsidyStatement.objects.all():
            period = period_of(statement.period_from)
            assert (period.kind, period.last) == (statement.kind, statement.period_until)
        story.nobody_paid_too_much()
        story.do("post")
        assert services.documents_waiting() == 0
        assert not JournalEntry.objects.filter(legs=None).exists()
        transaction.set_rollback(True)
