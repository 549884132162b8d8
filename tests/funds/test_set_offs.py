"""What a payer has too much pays its other claims, the oldest first (F2, F3)."""

import datetime
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from funds import rules, selectors, services
from funds.models import SubsidyReminder, SubsidyStatement
from funds.rules import SetOff
from funds.selectors.balances import balances_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories

from . import makers
from .account import balances as accounts
from .makers import yuan
from .pages import text
from .steps import IN_WINDOW, book, issued, refusal
from .test_moves import move

D = datetime.date
BAITA = "211002"
# The statement of January is issued on 5 February and due on 7 March.
LATE = D(2010, 3, 20)


@pytest.mark.parametrize(
    ("rests", "expected"),
    [
        ([], []),
        ([("A", 90), ("B", 0)], []),
        ([("A", 0), ("B", -45), ("C", 90)], [("B", "C", 45)]),
        ([("A", 30), ("B", -45), ("C", 90)], [("B", "A", 30), ("B", "C", 15)]),
        ([("A", -10), ("B", -45), ("C", 20), ("D", 20)], [("A", "C", 10), ("B", "C", 10), ("B", "D", 20)]),
    ],
)
def test_the_oldest_credit_pays_the_oldest_claim(rests, expected):
    found = rules.set_off((number, Decimal(rest)) for number, rest in rests)
    assert found == [SetOff(source, target, Decimal(amount)) for source, target, amount in expected]


@given(st.lists(st.decimals(-500, 500, places=2), max_size=12))
def test_setting_off_loses_nothing_and_leaves_claims_or_credits(rests):
    left = {str(place): rest for place, rest in enumerate(rests)}
    for each in rules.set_off(list(left.items())):
        assert each.amount > 0
        left[each.target] -= each.amount
        left[each.source] += each.amount
    assert sum(left.values()) == sum(rests)
    assert all(abs(left[str(place)]) <= abs(rest) for place, rest in enumerate(rests))
    assert all(rest >= 0 for rest in left.values()) or all(rest <= 0 for rest in left.values())


@pytest.fixture
def three(clerk, reviewer) -> list[SubsidyStatement]:
    """Statements of 45, −45 and 90 yuan for Baita, which paid the first in full; the last one of 110 for the city."""
    mover = makers.person()
    makers.notice(mover, paid_on=IN_WINDOW)
    first = issued(clerk, reviewer)
    with clock.on_day(D(2009, 12, 20)):
        book(first, by=clerk, payer=BAITA, amount=yuan(45), paid_on=D(2009, 12, 20))
    move(mover, IN_WINDOW)
    second = issued(clerk, reviewer, D(2010, 1, 5), kind="month", period_from=D(2009, 12, 1))
    for _one in range(2):
        makers.notice(makers.person(), paid_on=D(2010, 1, 8))
    return [first, second, issued(clerk, reviewer, D(2010, 2, 5), kind="month", period_from=D(2010, 1, 1))]


def owed_by_baita(statements: list[SubsidyStatement]) -> list[tuple[int, int, int, int]]:
    """Of each statement what Baita was claimed, paid, had set off and owes."""
    found = [
        next(each.balance for each in balances_of(statement, LATE) if each.payer.code == BAITA)
        for statement in statements
    ]
    return [(each.claimed, each.received, each.set_off, each.outstanding) for each in found]


def test_a_credit_pays_a_later_claim_and_nobody_is_dunned_for_it(three, clerk):
    assert owed_by_baita(three) == [(45, 45, 0, 0), (-45, 0, -45, 0), (90, 0, 45, 45)]
    with clock.on_day(D(2010, 3, 1)):
        book(three[2], by=clerk, payer=BAITA, amount=yuan(45), paid_on=D(2010, 3, 1), bank_reference="REF2")
    assert owed_by_baita(three) == [(45, 45, 0, 0), (-45, 0, -45, 0), (90, 45, 45, 0)]
    late = selectors.overdue(clerk, LATE)
    assert BAITA not in {each.payer.code for found in late.values() for each in found}
    with clock.on_day(LATE):
        remind = services.remind_payer
        assert refusal(Refused, remind, number=three[2].number, payer=BAITA, by=clerk) == "not_overdue"


def test_the_credit_of_who_pays_the_whole_claim_waits_for_the_next(three, clerk, reviewer):
    """Money that came can be booked: up to the claim, whatever a credit would pay of it."""
    with clock.on_day(D(2010, 3, 1)):
        paid = {"by": clerk, "payer": BAITA, "paid_on": D(2010, 3, 1), "bank_reference": "REF2"}
        assert refusal(Refused, book, three[2], amount=yuan("90.01"), **paid) == "more_than_outstanding"
        book(three[2], amount=yuan(90), **paid)
    assert owed_by_baita(three) == [(45, 45, 0, 0), (-45, 0, 0, -45), (90, 90, 0, 0)]
    makers.notice(makers.person(), paid_on=D(2010, 2, 8))
    three.append(issued(clerk, reviewer, D(2010, 3, 4), kind="month", period_from=D(2010, 2, 1)))
    assert owed_by_baita(three)[1:] == [(-45, 0, -45, 0), (90, 90, 0, 0), (45, 0, 45, 0)]


def test_a_credit_pays_an_older_claim_that_is_open_again(three, clerk, reviewer):
    receipt = three[0].receipts.get()
    with clock.on_day(D(2010, 2, 10)):
        services.take_back_subsidy(number=receipt.number, reason="Of another district", by=reviewer)
    assert owed_by_baita(three) == [(45, 0, 45, 0), (-45, 0, -45, 0), (90, 0, 0, 90)]


def test_the_journal_nets_it_without_an_entry(three, clerk):
    """Account 1103 is what all payers owe together: the correction was credited when it was claimed."""
    with clock.on_day(D(2010, 3, 1)):
        book(three[2], by=clerk, payer=BAITA, amount=yuan(45), paid_on=D(2010, 3, 1), bank_reference="REF2")
    services.post_documents(by=Actor.job("tests"))
    owed = sum(each.balance.outstanding for statement in three for each in balances_of(statement, LATE))
    assert accounts()["1103"] == owed == 55 + 45 + 110


def test_the_letter_says_what_was_set_off_and_from_where(three, clerk):
    with clock.on_day(LATE):
        letter = services.remind_payer(number=three[2].number, payer=BAITA, by=clerk)
    assert SubsidyReminder.objects.get() == letter
    assert (letter.claimed, letter.received, letter.set_off, letter.outstanding) == (90, 0, 45, 45)
    with translation.override("en"):
        said = str(letter.paper.paper().data())
    assert f"Set off from {three[1].number} (yuan)" in said
    assert "¥45.00" in said
    assert "90.00" in said


def test_the_pages_name_the_other_side(three, signed_in):
    with clock.on_day(LATE):
        for client in (signed_in(Role.AGENCY_CLERK), signed_in(Role.DISTRICT_FINANCE, factories.district(BAITA))):
            assert f"45.00 set off from the credit of {three[1].number}" in said(client, three[2].get_absolute_url())
            assert f"45.00 set off against {three[2].number}" in said(client, three[1].get_absolute_url())
            assert "Set off against later claims" not in said(client, three[1].get_absolute_url())
        home = signed_in(Role.DISTRICT_FINANCE, factories.district(BAITA)).get("/")
    assert [row.outstanding for row in home.context["statements"]] == [45, 0, 0]
    assert [figure.value for figure in home.context["figures"]][:2] == ["45.00", "45.00"]
    other = signed_in(Role.DISTRICT_FINANCE, factories.district("211003"))
    assert "set off" not in said(other, three[1].get_absolute_url())


def said(client, address: str) -> str:
    return text(client.get(address, headers={"accept-language": "en"}))
