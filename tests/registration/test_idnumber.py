"""ID numbers as people write them (U3)."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.registration import idnumber
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.policy.terms import Sex

TODAY = datetime.date(2009, 10, 12)


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def whole(body: str) -> str:
    """The body with its check digit, by the weights that GB 11643 prints."""
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


GOOD = [
    # as typed, as kept, birth, sex
    (whole("21100219460203101"), whole("21100219460203101"), datetime.date(1946, 2, 3), Sex.M),
    (whole("21100219460203102"), whole("21100219460203102"), datetime.date(1946, 2, 3), Sex.F),
    ("11010519491231002x", "11010519491231002X", datetime.date(1949, 12, 31), Sex.F),
    (" 110105 1949-1231 002X ", "11010519491231002X", datetime.date(1949, 12, 31), Sex.F),
    ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", datetime.date(1949, 12, 31), Sex.F),
    ("110105491231002", "11010519491231002X", datetime.date(1949, 12, 31), Sex.F),
    ("211002 460203 101", whole("21100219460203101"), datetime.date(1946, 2, 3), Sex.M),
    # A place code that was dissolved long ago; python-stdnum's validate would refuse many of these.
    (whole("21109919300101001"), whole("21109919300101001"), datetime.date(1930, 1, 1), Sex.M),
    (whole("21100220080229001"), whole("21100220080229001"), datetime.date(2008, 2, 29), Sex.M),
    (whole("21100220091012001"), whole("21100220091012001"), TODAY, Sex.M),
]
BAD = [
    ("", "id_number_form"),
    ("1101051949123100", "id_number_form"),
    ("11010519491231002XX", "id_number_form"),
    ("1101054912310X2", "id_number_form"),
    ("X10105194912310020", "id_number_form"),
    ("110105194912310021", "id_number_check_digit"),
    (whole("11010519491331002"), "id_number_date"),
    (whole("21100220090229001"), "id_number_date"),
    (whole("21100218700101001"), "id_number_date"),
    (whole("21100220091013001"), "id_number_future"),
    ("110105490231002", "id_number_date"),
]


@pytest.mark.parametrize(("typed", "kept", "birth", "sex"), GOOD)
def test_what_people_write(typed: str, kept: str, birth: datetime.date, sex: Sex) -> None:
    assert idnumber.parse(typed, today=TODAY) == idnumber.IdNumber(kept, birth, sex)


@pytest.mark.parametrize(("typed", "code"), BAD)
def test_what_is_wrong_is_said(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        idnumber.parse(typed, today=TODAY)
    assert (caught.value.code, caught.value.field) == (code, "id_number")
    assert len(typed) < 15 or typed not in str(caught.value)


@given(
    st.dates(datetime.date(1880, 1, 1), TODAY),
    st.integers(0, 999),
    st.integers(100000, 999999),
)
def test_every_right_number_is_read_and_every_wrong_digit_is_found(
    birth: datetime.date, serial: int, place: int
) -> None:
    number = whole(f"{place}{birth:%Y%m%d}{serial:03d}")
    found = idnumber.parse(number, today=TODAY)
    assert (found.number, found.birth_date) == (number, birth)
    assert found.sex is (Sex.M if serial % 2 else Sex.F)
    for spot in range(14, 17):
        wrong = number[:spot] + str((int(number[spot]) + 1) % 10) + number[spot + 1 :]
        with pytest.raises(Invalid):
            idnumber.parse(wrong, today=TODAY)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(1999, 12, 31)), st.integers(0, 999))
def test_an_old_number_and_its_new_form_are_one_person(birth: datetime.date, serial: int) -> None:
    old = f"211002{birth:%y%m%d}{serial:03d}"
    found = idnumber.parse(old, today=TODAY)
    assert idnumber.parse(found.number, today=TODAY) == found
    assert found.birth_date == birth


@given(st.text(max_size=25))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    try:
        found = idnumber.parse(text, today=TODAY)
    except Invalid:
        return
    assert found.number == whole(found.number[:17])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("11010519491231002X", True),
        ("110105491231002", True),
        ("张三", False),
        ("R2009-0000123", False),
        ("123", False),
    ],
)
def test_what_could_be_meant_as_one(text: str, answer: bool) -> None:
    assert idnumber.looks_like(text) is answer
