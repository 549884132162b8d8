"""F3 under any order of payments, late records, returns, moves and statements: what is claimed is what was paid."""

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
from funds.models import JournalEntry, SubsidyItem, SubsidyStatement
from funds.rules import Period
from funds.selectors import candidates, trial_balance
from funds.selectors.drawing import period_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from tests import factories, signing

from . import makers

D = datetime.date

DISTRICTS = ("211002", "211003")
JOB = Actor.job("story")

PAY = st.tuples(st.just("pay"), st.integers(0, 3), st.integers(2010, 2011), st.integers(0, 70))
RETURN = st.tuples(st.just("return"), st.integers(0, 7))
MOVE = st.tuples(st.just("move"), st.integers(0, 7))
WAIT = st.tuples(st.just("wait"), st.integers(1, 70))
STATE = st.tuples(st.just("state"), st.integers(1, 3))
POST = st.just(("post",))
# What moves the story on comes more often than what disturbs it.
STEPS = st.one_of(PAY, PAY, PAY, WAIT, WAIT, STATE, STATE, STATE, RETURN, MOVE, POST)


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
        signing.issued(draft, JOB)
        self.must_equal_what_is_paid()

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
        story.do("post")
        assert services.documents_waiting() == 0
        assert not JournalEntry.objects.filter(legs=None).exists()
        transaction.set_rollback(True)
