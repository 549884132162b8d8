"""Reading bank files: what is taken, and each refusal with its line, its column and its words."""

import datetime
import re
from decimal import Decimal

import pytest

from enrollment.bankfiles import reading
from enrollment.bankfiles.labels import COLUMNS, PROBLEMS, problem_text
from enrollment.bankfiles.layouts import LENGTH, RECORDS, Record, widths
from enrollment.bankfiles.reading import Form, Layout, Unreadable, lines_of, read
from enrollment.bankfiles.writing import TooWide

from .makers import CSV, FIXED, FORMS, TODAY, VALUE, content, paid, went_back

D = datetime.date
LAW = D(2008, 7, 1)
LINES = [paid("N2009-0000001", reference="A1"), paid("N2009-0000002", reference="A2"), went_back("A0", 40)]


def taken(data: bytes) -> reading.Content:
    return read(data, LAW, TODAY)


def refusal(data: bytes) -> list[str]:
    with pytest.raises(Unreadable) as error:
        taken(data)
    return [problem_text(problem) for problem in error.value.problems]


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("ends", [b"\r\n", b"\n"])
def test_a_file_is_read_in_every_format_and_encoding(form, marked, ends):
    data = content(LINES, form).replace(b"\r\n", ends)
    data = ("\ufeff".encode(form.encoding) if marked else b"") + data
    found = taken(data)
    assert found.form == form
    assert (found.bank, found.bank_name, found.file_day) == ("LYYH", "辽阳银行", VALUE)
    assert found.sums == reading.Sums(2, Decimal("400.00"), 1, Decimal("40.00"))
    assert b"".join(part.content for part in found.parts) == data
    lines = [line for part in found.parts for line in lines_of(part, found.form)]
    assert [(line.place, line.reference, line.stated, line.words, line.way) for line in lines] == [
        (2, "A1", "N2009-0000001", "张大爷", "01"),
        (3, "A2", "N2009-0000002", "张大爷", "01"),
        (4, lines[2].reference, "A0", "账户已销户", ""),
    ]
    assert [(line.amount, line.day, line.returned) for line in lines][1:] == [
        (Decimal("200.00"), VALUE, False),
        (Decimal("40.00"), VALUE, True),
    ]


def test_the_records_fit_into_their_lines():
    assert max(widths(record) for record in Record) <= LENGTH
    assert {column.code for columns in RECORDS.values() for column in columns} == set(COLUMNS)


def test_a_file_without_lines_and_one_without_a_last_line_end_are_files():
    assert taken(content([])).sums == reading.Sums()
    assert taken(content(LINES).removesuffix(b"\r\n")).sums.payments == 2


def test_parts_hold_so_many_lines(monkeypatch):
    monkeypatch.setattr(reading, "LINES_A_PART", 2)
    found = taken(content([*LINES, *(paid("N1") for _ in range(4))]))
    assert [(part.first, part.lines) for part in found.parts] == [(1, 0), (2, 2), (4, 2), (6, 2), (8, 1), (9, 0)]


def test_blanks_of_full_width_and_quotation_marks_are_read():
    data = content([paid("N1", words="王,小“明”\u3000", reference="A1")], CSV)
    assert b'"' in data
    (line,) = lines_of(taken(data).parts[1], CSV)
    assert line.words == "王,小“明”"


def test_what_does_not_fit_is_not_written():
    with pytest.raises(TooWide):
        content([paid("N1", words="王" * 30)])


F, C = content(LINES, FIXED, file_number="F1"), content(LINES, CSV, file_number="C1")
GB = content(LINES, Form(Layout.CSV, "gb18030"), file_number="C2")


def line(data: bytes, place: int) -> bytes:
    return data.split(b"\r\n")[place - 1]


def changed(data: bytes, place: int, old: bytes | str, new: bytes | str) -> bytes:
    """The file with something else in a line."""
    old, new = (text.encode("gb18030") if isinstance(text, str) else text for text in (old, new))
    lines = data.split(b"\r\n")
    assert old in lines[place - 1]
    lines[place - 1] = lines[place - 1].replace(old, new, 1)
    return b"\r\n".join(lines)


CUT = "it was cut off. Fetch it from the bank again."
WHOLE = "The file is not whole: fetch it from the bank again."
ANEW = "Ask the bank to send the file anew."
AGAIN = "Fetch it from the bank again."
TWO = "two files were put together. Upload each by itself."
UTF = content([paid("N1", words="张大爷", reference="U1")], Form(Layout.CSV, "utf-8"), file_number="U")

REFUSED = {
    "nothing": (b" \r\n", f"The file is empty. {AGAIN}"),
    "workbook": (
        b"PK\x03\x04" + b"x" * 400,
        "This is a workbook, a PDF or a picture, no bank file. Choose the file as the bank sent it.",
    ),
    "unknown format": (
        b"notice,amount\r\n",
        "Line 1: The format is not known: a bank file begins with HLYMEDINS (fixed width) or H,LYMEDINS, (CSV). "
        "Choose the file as the bank sent it.",
    ),
    "neither encoding": (
        F + b"\xff\xff",
        "Line 6: The characters are neither UTF-8 nor GB18030. Ask the bank to send it anew.",
    ),
    "marked and not": (
        b"\xef\xbb\xbf" + F,
        "Line 1: The file is marked as UTF-8 and holds other bytes. Ask the bank to send it anew.",
    ),
    "two encodings": (
        changed(GB, 3, "张大爷", "张大爷".encode()),
        "Line 3: This line is in UTF-8, the others are in GB18030. Ask the bank to send it in one of them.",
    ),
    "cut off": (
        b"\r\n".join(F.split(b"\r\n")[:3]),
        f"Line 3: The file ends here without a trailer: {CUT}",
    ),
    "cut off within a line": (F[:300], f"Line 3: The file ends here without a trailer: {CUT}"),
    "only a header": (line(F, 1), f"Line 1: The file ends here without a trailer: {CUT}"),
    "two files": (F + F, f"Line 6: Something follows the trailer in line 5: {TWO}"),
    "a second header": (
        b"\r\n".join([line(F, 1), line(F, 1), *F.split(b"\r\n")[1:]]),
        f"Line 2: A second header: {TWO}",
    ),
    "the other format in fixed": (
        b"\r\n".join([line(F, 1), line(GB, 2), line(F, 5)]),
        f"Line 2: This line is of the other format: {TWO}",
    ),
    "the other format in CSV": (
        b"\r\n".join([line(GB, 1), line(F, 2), line(GB, 5)]),
        f"Line 2: This line is of the other format: {TWO}",
    ),
    "another record": (changed(F, 2, b"PA1", b"XA1"), f"Line 2: The line begins with none of P, R and T. {ANEW}"),
    "a blank line": (changed(F, 2, line(F, 2), b""), f"Line 2: The line begins with none of P, R and T. {ANEW}"),
    "a short line": (changed(F, 2, b"01   ", b"01"), f"Line 2: The line has 125 bytes instead of 128. {ANEW}"),
    "something behind": (
        changed(F, 2, line(F, 2), line(F, 2)[:127] + b"x"),
        f"Line 2: From byte 126 on there must be blanks. {ANEW}",
    ),
    "a column more": (changed(C, 2, b",01", b",01,"), f"Line 2: The line has 8 columns instead of 7. {ANEW}"),
    "quotation marks": (
        changed(C, 2, "张大爷".encode(), '"张大爷'.encode()),
        f"Line 2: Quotation marks do not fit. {ANEW}",
    ),
    "shifted": (
        changed(F, 2, "20091020张大爷" + " " * 34, "20091020" + "张大爷" + "a" * 33 + "张"),
        f"Line 2: The line has 129 bytes instead of 128. {ANEW}",
    ),
    "cut within a character": (
        changed(F, 2, "张大爷" + " " * 34 + "01", "张大爷" + "a" * 33 + "张" + "1"),
        f"Line 2, Payer: Bytes 84 to 123 end within a character: the columns are shifted. {ANEW}",
    ),
    "no reference": (changed(C, 2, b"P,A1", b"P,"), "Line 2, Bank reference: This is missing."),
    "a reference of other characters": (
        changed(C, 2, b"P,A1", b"P,A/1"),
        "Line 2, Bank reference: “A/1”: only letters A to Z, digits and hyphens.",
    ),
    "a long reference": (
        changed(C, 2, b"P,A1", b"P," + b"A" * 31),
        "Line 2, Bank reference: At most 30 characters.",
    ),
    "a reference twice": (
        changed(F, 3, b"PA2", b"PA1"),
        f"Line 3, Bank reference: This reference stands in line 2 already. {ANEW}",
    ),
    "a reference twice in another case": (
        changed(C, 3, b"P,A2", b"P,a1"),
        f"Line 3, Bank reference: This reference stands in line 2 already. {ANEW}",
    ),
    "no fen": (
        changed(F, 2, b"00000000020000", b"00000000200.00"),
        "Line 2, Amount: “00000000200.00” is no amount in fen, digits only.",
    ),
    "no yuan": (changed(C, 2, b",200.00", b",200"), "Line 2, Amount: “200” is no amount in yuan such as 200.00."),
    "less than nothing": (
        changed(C, 2, b",200.00", b",-200.00"),
        "Line 2, Amount: “-200.00” is no amount in yuan such as 200.00.",
    ),
    "nothing paid": (changed(C, 2, b",200.00", b",0.00"), "Line 2, Amount: An amount above zero must stand here."),
    "no day": (
        changed(F, 2, b"20091020", b"20091032"),
        "Line 2, Value date: “20091032” is no date such as 20091020.",
    ),
    "a day of the other format": (
        changed(C, 2, b"2009-10-20", b"20091020"),
        "Line 2, Value date: “20091020” is no date such as 2009-10-20.",
    ),
    "a day after the file": (
        changed(C, 2, b"2009-10-20", b"2009-10-21"),
        "Line 2, Value date: 2009-10-21 lies after 2009-10-20, the date of the file or today.",
    ),
    "a day before the law": (
        changed(C, 2, b"2009-10-20", b"2008-06-30"),
        "Line 2, Value date: The scheme began on 2008-07-01; 2008-06-30 lies before.",
    ),
    "a file of tomorrow": (
        changed(C, 1, b"2009-10-20", b"2009-10-22"),
        "Line 1, Date of the file: 2009-10-22 lies after 2009-10-21, the date of the file or today.",
    ),
    "an unknown way": (changed(C, 2, b",01", b",09"), "Line 2, Paid by: “09” is none of 01, 02, 03, 04."),
    "a control character": (
        changed(C, 2, "大".encode(), b"\x07"),
        "Line 2, Payer: A character stands here that cannot be printed.",
    ),
    "no bank": (changed(C, 1, b"LYYH", b""), "Line 1, Bank: This is missing."),
    "a trailer of other payments": (
        changed(C, 5, b"T,2", b"T,3"),
        f"Line 5, Count of the payments: 3 in the trailer, 2 in the lines. {WHOLE}",
    ),
    "a trailer of another sum": (
        changed(C, 5, b"400.00", b"400.01"),
        f"Line 5, Sum of the payments: 400.01 in the trailer, 400.00 in the lines. {WHOLE}",
    ),
    "a trailer of other returns": (
        changed(F, 5, b"0000000000004000", b"0000000000004001"),
        f"Line 5, Sum of the returned payments: 40.01 in the trailer, 40.00 in the lines. {WHOLE}",
    ),
    "no count": (changed(C, 5, b"T,2", b"T,two"), "Line 5, Count of the payments: “two” is no count, digits only."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_not_right_is_refused_with_its_place_and_what_to_do(name):
    data, words = REFUSED[name]
    assert refusal(data) == [words]


def test_all_that_is_wrong_is_said_at_once_up_to_twenty():
    data = changed(changed(C, 2, b",200.00", b",x"), 2, b"2009-10-20", b"y")
    assert refusal(changed(data, 3, b",01", b",")) == [
        "Line 2, Amount: “x” is no amount in yuan such as 200.00.",
        "Line 2, Value date: “y” is no date such as 2009-10-20.",
        "Line 3, Paid by: This is missing.",
    ]
    many = content([paid("N1") for _ in range(50)], CSV).replace(b",200.00", b",x")
    assert len(refusal(many)) == 20


def test_too_many_lines_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "LINES_AT_MOST", 2)
    assert refusal(F) == ["The file has more than 2 lines. Ask the bank to send it in several files."]


def test_every_problem_has_a_case():
    codes = set()
    for data, _words in REFUSED.values():
        with pytest.raises(Unreadable) as error:
            taken(data)
        codes |= {problem.code for problem in error.value.problems}
    # The mark is looked at before a line is read, and too many lines have a test of their own.
    assert codes == set(PROBLEMS) - {"many", "mark"}


def test_the_words_name_no_code():
    for code, words in PROBLEMS.items():
        assert not re.search(rf"\b{code}_", str(words))


def test_utf8_is_no_gb18030():
    assert taken(UTF).form.encoding == "utf-8"
