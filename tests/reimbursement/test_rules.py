"""Account numbers, told anew; documents that are missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.reimbursement import rules
from claims.reimbursement.rules import AccountProblem, Paper, account_problem, luhn, masked_account, plain_account

DIGITS = st.text("0123456789", min_size=1, max_size=40)


def check_digit(digits: str) -> str:
    """The digit that makes the sum of ISO/IEC 7812-1 a multiple of ten, found by trying."""
    for last in "0123456789":
        total = 0
        for place, digit in enumerate(reversed(digits + last)):
            value = int(digit) * (1 + place % 2)
            total += value // 10 + value % 10
        if total % 10 == 0:
            return last
    raise AssertionError("One of ten digits always fits.")


@given(st.text("0123456789", min_size=13, max_size=16))
def test_a_card_with_its_check_digit_is_taken_and_with_any_other_refused(digits):
    card = "62" + digits
    right = check_digit(card)
    assert account_problem(card + right) is None
    for other in set("0123456789") - {right}:
        assert account_problem(card + other) is AccountProblem.CHECK_DIGIT


@given(st.text("0123456789", min_size=13, max_size=16), st.data())
def test_two_neighbours_changed_about_are_noticed(digits, data):
    """All but 09 and 90, which the check digit does not tell apart."""
    card = "62" + digits
    card += check_digit(card)
    place = data.draw(st.integers(0, len(card) - 2))
    pair = card[place : place + 2]
    swapped = card[:place] + pair[::-1] + card[place + 2 :]
    if pair[0] != pair[1] and {*pair} != {"0", "9"} and swapped.startswith("62"):
        assert account_problem(swapped) is AccountProblem.CHECK_DIGIT


@given(DIGITS)
def test_numbers_of_passbooks_are_told_by_their_length(digits):
    if digits.startswith("62"):
        return
    fits = 10 <= len(digits) <= 25
    assert account_problem(digits) is (None if fits else AccountProblem.LENGTH)


@given(st.text(max_size=30))
def test_what_is_no_digit_is_refused(text):
    number = plain_account(text)
    assert not any(char.isspace() for char in number)
    if account_problem(number) is None:
        assert set(number) <= set("0123456789")


def test_a_number_is_taken_as_people_write_it():
    assert plain_account("6222 0202-0011 2233 446") == "6222020200112233446"
    assert plain_account("０４１０００１２３４５６７") == "0410001234567"
    assert luhn("6222020200112233446")
    assert not luhn("6222020200112233445")
    assert account_problem("") is AccountProblem.NO_DIGITS
    # A digit of another script is none here.
    assert account_problem("٣٣٣٣٣٣٣٣٣٣٣٣") is AccountProblem.NO_DIGITS


@given(st.text("0123456789", min_size=10, max_size=25))
def test_a_masked_number_tells_four_digits(number):
    shown = masked_account(number)
    assert shown.endswith(number[-4:])
    assert sum(char.isdigit() for char in shown) == 4


def test_numbers_of_invoices_are_taken_as_people_write_them():
    typed = " 121001070134，０８３４５６７８；fp-0001\r\n\n08345678 "
    assert rules.invoice_numbers(typed) == ("121001070134", "08345678", "FP-0001", "08345678")
    assert rules.invoice_numbers(" \n，") == ()


@pytest.mark.parametrize(
    ("number", "can"),
    [
        ("0834", True),
        ("FP-0001", True),
        ("A" * 29 + "1", True),
        ("A" * 30 + "1", False),
        ("ABCD", False),
        ("=1+2", False),
    ],
)
def test_what_can_be_the_number_of_an_invoice(number, can):
    assert rules.is_invoice_number(number) == can


def test_missing_documents_are_named_in_their_order():
    assert rules.missing_papers(["fee_list"]) == (Paper.INVOICE, Paper.DISCHARGE_SUMMARY, Paper.ID_CARD)
    assert rules.missing_papers([paper.value for paper in Paper]) == ()
