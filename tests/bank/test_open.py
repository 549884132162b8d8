"""What is open on a day is found in what is kept of it, and is what a look at everything finds (F1)."""

import datetime
import itertools
import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funds.bank import selectors, services
from funds.bank.models import BankLine, Match, MatchedLeg, MatchedLine
from funds.models import Account, JournalLeg
from funds.selectors.journal import balances_after, ledger_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.portal.integrity import check_integrity
from tests.funds.account import booked, clerk, correction_of, sweep

from .makers import TODAY, D, imported, move

pytestmark = pytest.mark.django_db
BEGIN = D(2009, 9, 1)
DAYS = [BEGIN + datetime.timedelta(days=offset) for offset in (-20, 0, 5, 29, 30, 35, 40)]
AMOUNTS = [10, 20, -10]


def came(day: D, amount: int) -> None:
    """An entry on the account; what was paid out is a mistake's correction, of today."""
    document = booked(abs(amount), day, on=TODAY)
    if amount < 0:
        correction_of(document, TODAY)


def complete_by(match: Match, day: D) -> bool:
    lines = [row.line.day for row in MatchedLine.objects.filter(match=match)]
    legs = [row.leg.entry.booked_on for row in MatchedLeg.objects.filter(match=match)]
    return max([*lines, *legs]) <= day


def looked_for(day: D) -> tuple[set[int], set[int], Decimal]:
    """Keys of the lines and legs that are open at the end of a day, and what was cleared by then of the time before
    the first statement, by a look at each of them.
    """
    done = {match.pk for match in Match.objects.all() if complete_by(match, day)}
    lines = {
        line.pk
        for line in BankLine.objects.filter(day__lte=day)
        if not MatchedLine.objects.filter(line=line, match__in=done).exists()
    }
    legs, cleared = set(), ZERO
    for leg in JournalLeg.objects.filter(account__code="1003", entry__booked_on__lte=day).select_related("entry"):
        matched = MatchedLeg.objects.filter(leg=leg, match__in=done).exists()
        if leg.entry.booked_on >= BEGIN and not matched:
            legs.add(leg.pk)
        if leg.entry.booked_on < BEGIN and matched:
            cleared += leg.amount
    return lines, legs, cleared


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_open_on_a_day_is_what_a_look_at_everything_finds(data):
    with transaction.atomic():
        for day, amount in data.draw(st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from(AMOUNTS)), max_size=7)):
            came(day, amount)
        sweep(TODAY)
        at_bank = data.draw(
            st.lists(st.tuples(st.sampled_from(DAYS[1:]), st.sampled_from(AMOUNTS)), min_size=1, max_size=6)
        )
        september = sorted(each for each in at_bank if each[0].month == 9)
        october = sorted(each for each in at_bank if each[0].month == 10)
        imported([move(day, "", amount) for day, amount in september])
        closing = f"{sum(amount for _day, amount in september)}.00"
        facts = {"statement": "200910", "first": D(2009, 10, 1), "last": D(2009, 10, 11), "opening": closing}
        imported([move(day, "", amount) for day, amount in october], **facts)
        for _ in range(data.draw(st.integers(0, 6))):
            free = [(BankLine, row.pk, row.amount) for row in BankLine.objects.filter(matched=None).order_by("place")]
            in_book = JournalLeg.objects.filter(account__code="1003", matched=None).order_by("pk")
            free += [(JournalLeg, row.pk, -row.amount) for row in in_book]
            fitting = [
                chosen
                for count in (2, 3)
                for chosen in itertools.combinations(free, count)
                if sum(amount for _side, _key, amount in chosen) == 0
            ]
            with clock.on_day(TODAY):
                if fitting:
                    chosen = data.draw(st.sampled_from(fitting))
                    services.match(
                        submission=uuid.uuid4(),
                        lines=[key for side, key, _amount in chosen if side is BankLine],
                        legs=[key for side, key, _amount in chosen if side is JournalLeg],
                        note="looked at",
                        by=clerk(),
                    )
                elif Match.objects.exists():
                    services.unmatch(number=Match.objects.order_by("pk")[0].number, reason="wrong", by=clerk())
        for day in [*DAYS, TODAY]:
            lines, legs, cleared = looked_for(day)
            assert set(selectors.lines_open_on(day).values_list("pk", flat=True)) == lines
            assert set(selectors.legs_open_on(day).values_list("pk", flat=True)) == legs
            standing = selectors.standing(day)
            if standing.at_bank is not None:
                before = sum(
                    JournalLeg.objects.filter(account__code="1003", entry__booked_on__lt=BEGIN).values_list(
                        "amount", flat=True
                    ),
                    ZERO,
                )
                assert standing.carried == before - cleared
        wrong: list[object] = []
        check_integrity(["bank.unmatched", "bank.match"], found=wrong.append)
        assert wrong == []
        transaction.set_rollback(True)


def test_a_part_of_a_match_is_not_moved_to_another():
    came(BEGIN, 10)
    sweep(TODAY)
    imported([move(BEGIN, "", 10)])
    with clock.on_day(TODAY):
        services.match(
            submission=uuid.uuid4(),
            lines=[BankLine.objects.get().pk],
            legs=[JournalLeg.objects.get(account__code="1003").pk],
            by=clerk(),
        )
    for model in (MatchedLine, MatchedLeg):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            model.objects.update(match=Match.objects.get())


def test_the_balance_after_an_entry_is_the_same_on_whatever_page_it_stands():
    for place in range(9):
        came(BEGIN + datetime.timedelta(days=place // 4), AMOUNTS[place % 3])
    sweep(TODAY)
    account = Account.objects.get(code="1003")
    legs = list(ledger_of(clerk(), account, BEGIN, TODAY))
    amounts = [leg.amount for leg in legs]
    places = range(len(legs))
    balances = [sum(amounts[: place + 1], ZERO) for place in places]
    assert len(set(balances)) > 2
    for first in places:
        assert balances_after(account, legs[first : first + 3]) == balances[first : first + 3]
    assert balances_after(account, []) == []


def test_the_cash_book_shows_the_newest_entry_first_and_what_is_open_alone():
    for day in (BEGIN, BEGIN, D(2009, 9, 5)):
        came(day, 10)
    imported([move(BEGIN, "", 10)])
    client = Client()
    client.force_login(User.objects.get(username="clerk"))
    newest = list(JournalLeg.objects.filter(account__code="1003").order_by("-pk"))
    assert [leg for leg, _reference in client.get(reverse("cash-book")).context["rows"]] == newest
    with clock.on_day(TODAY):
        services.match(submission=uuid.uuid4(), lines=[BankLine.objects.get().pk], legs=[newest[1].pk], by=clerk())
    found = {
        state: [leg for leg, _reference in client.get(reverse("cash-book"), {"state": state}).context["rows"]]
        for state in ("open", "matched")
    }
    assert found == {"open": [newest[0], newest[2]], "matched": [newest[1]]}
