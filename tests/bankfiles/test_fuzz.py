"""Bank files of any kind: none crashes the reader, and of those that are taken no line and no fen is lost."""

import datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from enrollment.bankfiles import reading
from enrollment.bankfiles.labels import problem_text
from enrollment.bankfiles.models import BankFile, BankFileLine
from enrollment.bankfiles.reading import Line, Problem, Unreadable, lines_of, read
from enrollment.bankfiles.selectors import bytes_of
from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel.errors import DomainError
from tests.contributions import makers as m

from .makers import FORMS, TODAY, VALUE, content, imported, paid, renewed, went_back

D = datetime.date
LAW = D(2008, 7, 1)
SOUND = [content([paid("N2009-0000001"), went_back("A0", 40), paid("N2", words="李\u3000四")], form) for form in FORMS]


def must_be_sound(data: bytes) -> None:
    """Refused with words, or read line by line to what it says."""
    problems: tuple[Problem, ...] = ()
    try:
        found = read(data, LAW, TODAY)
    except Unreadable as error:
        problems = error.problems
    if problems:
        assert all(problem_text(problem) for problem in problems)
        return
    lines = [line for part in found.parts for line in lines_of(part, found.form)]
    assert b"".join(part.content for part in found.parts) == data
    assert [line.place for line in lines] == list(range(2, len(lines) + 2))
    for returned, count, total in (
        (False, found.sums.payments, found.sums.payments_sum),
        (True, found.sums.returns, found.sums.returns_sum),
    ):
        amounts = [line.amount for line in lines if line.returned is returned]
        assert (len(amounts), sum(amounts, Decimal(0))) == (count, total)
    assert all(line.amount > 0 and LAW <= line.day <= TODAY for line in lines)
    assert len({line.reference for line in lines}) == len(lines)


@given(data=st.binary(max_size=600))
@example(data=b"HLYMEDINS")
@example(data=b"H,LYMEDINS,")
@example(data=b"\xef\xbb\xbf")
@example(data=b"H,LYMEDINS,\n\nT")
def test_any_bytes_are_read_or_refused(data):
    must_be_sound(data)


@given(data=st.data())
def test_a_file_in_which_anything_was_changed_is_read_or_refused(data):
    """Bytes cut out, put in, exchanged, lines doubled or left out: what is still taken is sound."""
    file = bytearray(data.draw(st.sampled_from(SOUND)))
    for _time in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(file)))
        until = min(len(file), at + data.draw(st.sampled_from([0, 1, 2, 30, 130])))
        new = data.draw(st.one_of(st.binary(max_size=4), st.just(bytes(file[at:until]) * 2), st.just(b'",\r\n')))
        file[at:until] = new
    must_be_sound(bytes(file))


NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=9)


@given(names=st.lists(NAMES, min_size=1, max_size=5), form=st.sampled_from(FORMS))
def test_names_of_any_characters_come_back(names, form):
    data = content([paid("N1", words=name) for name in names], form)
    found = read(data, LAW, TODAY)
    if found.form.encoding == form.encoding:
        lines = [line for part in found.parts for line in lines_of(part, found.form)]
        assert [line.words for line in lines] == [name.replace("\u3000", " ").strip() for name in names]


# --- to the last line ------------------------------------------------------------------------------------------------


# Each of them is brought in by the real services: fewer than of those that are only read, and many in the soak.
IMPORTED = settings(
    max_examples=settings.default.max_examples // 12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
POOL = [f"REF{place}" for place in range(5)]


@pytest.mark.django_db
@IMPORTED
@given(data=st.data())
def test_of_files_that_are_imported_no_line_and_no_fen_is_lost(data):
    """Two files of a few people's payments and returns, of two banks, with references in common and small parts."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "LINES_A_PART", data.draw(st.sampled_from([1, 2, 1000])))
        notices = [renewed().number for _ in range(3)] + ["N1999-0000001", ""]
        before = set(Receipt.objects.values_list("pk", flat=True))
        for number in range(2):
            lines = drawn_lines(data, notices, POOL)
            form, bank = data.draw(st.sampled_from(FORMS)), data.draw(st.sampled_from(["LYYH", "JSYH"]))
            must_be_brought_in(content(lines, form, bank=bank, file_number=f"{number}"), lines)
        must_all_be_receipts(before)
        transaction.set_rollback(True)


@pytest.mark.django_db
@IMPORTED
@given(data=st.data())
def test_of_files_with_bytes_changed_that_are_taken_all_the_same_nothing_is_lost_either(data):
    """Bytes of any line exchanged, in references, notices, names and days too, where no control total tells it."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "LINES_A_PART", data.draw(st.sampled_from([1, 2, 1000])))
        notices = [renewed().number for _ in range(2)] + ["N1999-0000001"]
        before = set(Receipt.objects.values_list("pk", flat=True))
        made = content(drawn_lines(data, notices, POOL), data.draw(st.sampled_from(FORMS)), file_number="1")
        file = bytearray(made)
        for _time in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(file) - 1))
            file[at : at + 1] = data.draw(st.one_of(st.binary(min_size=1, max_size=1), st.sampled_from(DIGITS)))
        changed = bytes(file)
        try:
            said = read(changed, LAW, TODAY)
        except Unreadable:
            with pytest.raises(DomainError):
                imported(changed)
            assert not BankFile.objects.exists()
        else:
            lines = [line for part in said.parts for line in lines_of(part, said.form)]
            must_be_brought_in(changed, lines)
        must_all_be_receipts(before)
        transaction.set_rollback(True)


DIGITS = [bytes([digit]) for digit in b"0123456789"]


def must_be_brought_in(file: bytes, lines: list[Line]) -> None:
    """The file lies there as it came, and each of its lines is on a notice, on the unmatched list, on record or a
    return with an end of its own; they come to what the trailer says.
    """
    found = imported(file)
    rows = list(found.rows.order_by("place"))
    assert bytes_of(found) == file
    assert [(row.returned, row.reference, row.amount) for row in rows] == [
        (line.returned, line.reference, line.amount) for line in lines
    ]
    for returned, count, total in (
        (False, found.payments, found.payments_sum),
        (True, found.returns, found.returns_sum),
    ):
        amounts = [row.amount for row in rows if row.returned is returned]
        assert (len(amounts), sum(amounts, Decimal(0))) == (count, total)
    for row in rows:
        must_fit(row)


def must_all_be_receipts(before: set[int]) -> None:
    """What came on lines that were not on record is what receipts were made of, one for each, to the fen."""
    lines = BankFileLine.objects.filter(result__in=["matched", "unmatched"])
    made = Receipt.objects.exclude(pk__in=before)
    assert set(lines.values_list("receipt", flat=True)) == set(made.values_list("pk", flat=True))
    assert lines.count() == made.count()
    received, brought = (rows.aggregate(sum=Sum("amount", default=Decimal(0)))["sum"] for rows in (made, lines))
    assert received == brought


def drawn_lines(data: st.DataObject, notices: list[str], pool: list[str]) -> list[Line]:
    references = data.draw(st.lists(st.sampled_from([*pool, "R1", "R2", "R3"]), max_size=7, unique=True))
    lines = []
    for reference in references:
        amount = Decimal(data.draw(st.sampled_from(["200.00", "200.00", "199.99", "40.00"])))
        if reference.startswith("R") and reference not in pool:
            lines.append(went_back(data.draw(st.sampled_from(pool)), amount, reference=reference))
        else:
            day = data.draw(st.sampled_from([VALUE, D(2009, 10, 19)]))
            number = data.draw(st.sampled_from(notices))
            lines.append(paid(number, reference=reference, amount=amount, day=day))
    return lines


def must_fit(row: BankFileLine) -> None:
    """The line is on a notice, on the unmatched list, on record, or a return with an end of its own."""
    if row.returned:
        assert row.result in ("returned", "on_record", "open")
        assert row.result != "returned" or row.receipt.status == "returned"
        return
    receipt = row.receipt
    assert (receipt.amount, receipt.paid_on) == (row.amount, row.day)
    if row.result == "matched":
        assert receipt.notice is not None
    elif row.result == "unmatched":
        assert receipt.problem == row.problem != ""


def test_what_is_wrong_in_the_domain_is_told_and_nothing_else_raised(db):
    for data in SOUND:
        with pytest.raises(DomainError):
            imported(data[:-40], m.clerk())
