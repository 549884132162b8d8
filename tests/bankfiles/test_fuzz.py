"""Bank files of any kind: none crashes the reader, and of those that are taken no line and no fen is lost."""

import datetime
from collections import Counter
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from enrollment.bankfiles import reading
from enrollment.bankfiles.labels import problem_text
from enrollment.bankfiles.models import BankFileLine
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


@pytest.mark.django_db
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_of_files_that_are_imported_no_line_and_no_fen_is_lost(data):
    """Two files of a few people's payments and returns, of two banks, with references in common and small parts."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "LINES_A_PART", data.draw(st.sampled_from([1, 2, 1000])))
        notices = [renewed().number for _ in range(3)] + ["N1999-0000001", ""]
        pool = [f"REF{place}" for place in range(5)]
        before = Receipt.objects.count()
        seen: Counter[str] = Counter()
        for number in range(2):
            lines = drawn_lines(data, notices, pool)
            form, bank = data.draw(st.sampled_from(FORMS)), data.draw(st.sampled_from(["LYYH", "JSYH"]))
            file = content(lines, form, bank=bank, file_number=f"{number}")
            found = imported(file)
            rows = found.rows.order_by("place")
            assert bytes_of(found) == file
            assert [(row.returned, row.reference, row.amount) for row in rows] == [
                (line.returned, line.reference, line.amount) for line in lines
            ]
            for row in rows:
                seen[row.result] += 1
                must_fit(row)
        made = Receipt.objects.count() - before
        assert made == seen["matched"] + seen["unmatched"]
        lines_made = BankFileLine.objects.filter(result__in=["matched", "unmatched"])
        received = Receipt.objects.filter(bank_lines__in=lines_made).aggregate(sum=Sum("amount"))["sum"]
        assert received == lines_made.aggregate(sum=Sum("amount"))["sum"]
        transaction.set_rollback(True)


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
