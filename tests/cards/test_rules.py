"""The number of a card, and for whom a certificate is due (W7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.cards import selectors
from enrollment.cards.numbering import LENGTH, check_digit, draw_numbers, is_card_number
from enrollment.contributions.rules import certificate_due
from enrollment.registration import idnumber
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from tests.contributions import makers as contributions

from .makers import D, card, clerk, insured

bodies = st.integers(0, 99_999_999).map(lambda value: f"2110{value:08d}")


@given(bodies, st.integers(0, LENGTH - 1), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(body, place, step):
    number = body + check_digit(body)
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    assert is_card_number(number)
    assert not is_card_number(wrong)


def test_a_card_number_is_read_with_spaces_and_is_no_id_number():
    body = "211000000001"
    number = body + check_digit(body)
    assert is_card_number(f"{number[:4]} {number[4:8]}-{number[8:]}")
    assert not idnumber.looks_like(number)
    assert not is_card_number("211002194005061234")
    assert not is_card_number("")


@pytest.mark.django_db
def test_numbers_are_drawn_once_each():
    drawn = draw_numbers("211002001001", 50)
    assert len(set(drawn)) == 50
    assert all(is_card_number(number) and number.startswith("2110") for number in drawn)


def due(on) -> list[str]:
    return [notice.resident.number for notice in selectors.due(on).select_related("resident")]


@pytest.mark.django_db
class TestDue:
    def test_outside_the_window_at_once_and_late_after_thirty_days(self):
        person = insured(D(2009, 3, 15))
        last = certificate_due(D(2009, 3, 15), policy_on(D(2009, 3, 15)))
        assert last == D(2009, 4, 14)
        assert due(D(2009, 3, 15)) == due(last) == [person.number]
        for day, late in ((last, 0), (D(2009, 4, 15), 1)):
            assert selectors.due(day).filter(selectors.overdue(day)).count() == late

    def test_in_the_window_when_it_has_closed_and_late_thirty_days_after_that(self):
        contributions.enrolled(person := contributions.newborn(D(2009, 10, 1)), D(2009, 10, 15))
        assert due(D(2009, 10, 20)) == due(D(2009, 11, 30)) == []
        assert due(D(2009, 12, 1)) == [person.number]
        last = certificate_due(D(2009, 10, 15), policy_on(D(2009, 10, 15)))
        assert last == D(2009, 12, 30)
        for day, late in ((last, 0), (D(2009, 12, 31), 1)):
            assert selectors.due(day).filter(selectors.overdue(day)).count() == late

    def test_not_for_who_has_it_nor_for_a_year_that_is_over(self):
        person = insured()
        card(person)
        assert due(D(2009, 4, 1)) == []
        other = insured(D(2009, 2, 15))
        assert due(D(2009, 4, 1)) == [other.number]
        assert due(D(2010, 1, 1)) == []

    def test_not_for_a_payment_that_went_back_nor_a_relationship_that_ended(self):
        returned, dead = insured(), insured()
        receipt = returned.notices.get().receipts.get()
        with clock.on_day(D(2009, 3, 25)):
            contributions.services.return_receipt(
                number=receipt.number,
                version=receipt.version,
                returned_on=D(2009, 3, 25),
                note="bank",
                by=contributions.reviewer(),
            )
        contributions.make.circumstance(dead, "death", "died", starts=D(2009, 3, 20))
        from enrollment.registration.services.relationships import settle_ends

        settle_ends(dead, by=clerk())
        assert due(D(2009, 4, 1)) == []

    def test_counted_by_community_within_the_scope_of_who_asks(self):
        insured(), insured()
        there = contributions.make.community("211003001001")
        insured(home=there)
        rows = selectors.due_by_community(clerk(), D(2009, 4, 20))
        assert [(row.community.code, row.due, row.overdue, row.first) for row in rows] == [
            ("211002001001", 2, 2, D(2009, 4, 14)),
            ("211003001001", 1, 1, D(2009, 4, 14)),
        ]
        own = selectors.due_by_community(contributions.someone("community"), D(2009, 4, 20))
        assert [(row.community.code, row.due) for row in own] == [("211002001001", 2)]
