"""Papers: drawn up once, the same as page and as PDF, kept word for word."""

import datetime
import io
import json
import re
from decimal import Decimal

import pypdf
import pytest
import segno
from django.test import RequestFactory
from django.utils import translation

from liaoyang_medins.kernel.papers import pdf, services
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.papers.paper import (
    NUMBER,
    SHORT,
    TEXT,
    Paper,
    amount,
    code,
    draw_up,
    facts,
    heading,
    table,
    text,
)
from liaoyang_medins.kernel.papers.pdf import to_pdf
from liaoyang_medins.kernel.papers.web import show, show_all
from tests import factories as make

DAY = datetime.date(2009, 10, 12)
# What would be markup, code or a function in the source of a PDF, a page or a form.
NASTY = '#panic("x") *b* _i_ $x^2$ @ref <b>&amp; \\u{41} "q" [c] #sys.inputs'


def paper(number: str = "R2009-0000001", rows: int = 3, **values: object) -> Paper:
    given: dict[str, object] = {
        "title": "受理回执",
        "agency": "中华大街社区",
        "number": number,
        "on": DAY,
        "body": [
            facts([("姓名", NASTY), ("身份证号", "211002********1234"), ("备注", "")]),
            table([("材料", TEXT), ("份数", NUMBER), ("情况", SHORT)], [["户口簿", 2, "缺"]] * rows, caption="材料"),
            amount("应缴", Decimal("1234.50")),
            heading("下一步"),
            text("社区在三日内报送街道。"),
        ],
        "signatures": ["经办人", "申请人签字"],
        "seal": "受理单位章",
    }
    return draw_up(**given | values)  # type: ignore[arg-type]


def pages_of(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def test_a_pdf_says_all_of_the_paper_and_takes_nothing_for_markup():
    with translation.override("zh-hans"):
        (page,) = pages_of(to_pdf([paper()]))
    words = page.replace(" ", "")
    for said in ("中华大街社区", "受理回执", "编号R2009-0000001", "2009年10月12日", "户口簿", "¥1,234.50", "1/1"):
        assert said in words
    assert "壹仟贰佰叁拾肆元伍角整" in words
    assert "受理单位章" in words
    assert NASTY.replace(" ", "") in words.replace("\n", "")
    # A fact without a value is left out.
    assert "备注" not in words


def test_every_paper_counts_its_own_pages():
    papers = [paper("A"), paper("B", rows=90), paper("C")]
    feet = [page.replace(" ", "").rstrip().split("\n")[-1] for page in pages_of(to_pdf(papers))]
    assert feet[0] == "1/1"
    assert feet[-1] == "1/1"
    middle = feet[1:-1]
    assert len(middle) > 1
    # Sheets come apart: each of several says of which paper it is.
    assert middle == [f"B·{place}/{len(middle)}" for place in range(1, len(middle) + 1)]


def test_neither_a_sum_nor_the_signatures_stand_alone_on_a_sheet():
    """The last row goes with the sum, the last words go with the signatures, however many rows there are."""
    columns = [("材料", TEXT), ("份数", NUMBER)]
    for rows in range(14, 30):
        body = [table(columns, [["户口簿", 2]] * rows, foot=["合计", 2 * rows]), text("校验值")]
        last = [words.replace(" ", "") for words in pages_of(to_pdf([paper(body=body, layout="wide")]))]
        (sum_on,) = [words for words in last if "合计" in words]
        (signed_on,) = [words for words in last if "受理单位章" in words]
        assert "户口簿" in sum_on
        assert "校验值" in signed_on


def test_a4_with_margins_and_the_font_of_the_package_only():
    first = pypdf.PdfReader(io.BytesIO(to_pdf([paper()]))).pages[0]
    assert (round(float(first.mediabox.width)), round(float(first.mediabox.height))) == (595, 842)
    fonts = {font.get_object()["/BaseFont"] for font in first["/Resources"]["/Font"].values()}
    assert fonts
    assert all("NotoSansSC" in font for font in fonts)


def test_the_same_papers_give_the_same_bytes():
    assert to_pdf([paper(), paper("B")]) == to_pdf([paper(), paper("B")])


def test_a_large_pdf_comes_from_a_process_of_its_own_and_is_the_same(monkeypatch):
    papers = [paper(f"R2009-{place:07d}") for place in range(3)]
    by_itself = pages_of(to_pdf(papers))
    monkeypatch.setattr(pdf, "TAGGED", 2)
    apart = to_pdf(papers)
    assert pages_of(apart) == by_itself
    assert to_pdf(papers) == apart
    with pytest.raises(RuntimeError, match="No PDF was made"):
        to_pdf([paper(layout="nowhere") for _each in range(3)])


def test_a_paper_across_lies_across():
    first = pypdf.PdfReader(io.BytesIO(to_pdf([paper(layout="wide")]))).pages[0]
    assert (round(float(first.mediabox.width)), round(float(first.mediabox.height))) == (842, 595)


def test_a_code_has_the_squares_of_its_number():
    block = code("N2009-0000123", "扫码")
    drawn = set()
    for across, down, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", block["path"]):
        drawn |= {(int(across) + place, int(down)) for place in range(int(run))}
    squares = segno.make("N2009-0000123", micro=False, error="m", boost_error=False).matrix
    assert block["size"] == len(squares) == 21
    assert drawn == {(x, y) for y, row in enumerate(squares) for x, dark in enumerate(row) if dark}
    # On the page and in the PDF: the words beside it, and a drawing that says its number.
    with_code = paper(body=[block])
    request = RequestFactory().get("/", headers={"accept-language": "zh-hans"})
    page = show(request, with_code, back_url="/").content.decode()
    assert block["path"] in page
    assert 'viewBox="-4 -4 29 29"' in page
    assert "扫码" in pages_of(to_pdf([with_code]))[0]


def test_papers_of_two_layouts_make_no_pdf():
    with pytest.raises(ValueError, match="one layout"):
        to_pdf([])
    with pytest.raises(ValueError, match="one layout"):
        to_pdf([paper(), paper(layout="other")])


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="every column"):
        table([("a", TEXT), ("b", TEXT)], [["1"]])
    with pytest.raises(ValueError, match="every column"):
        table([("a", TEXT)], [["1"]], foot=["1", "2"])


def test_json_gives_the_paper_back():
    drawn = paper()
    assert Paper.of(json.loads(json.dumps(drawn.data()))) == drawn


@pytest.mark.django_db
def test_page_and_pdf_are_of_the_same_data():
    request = RequestFactory().get("/", {"as": "pdf"})
    as_pdf = show(request, paper(), back_url="/")
    assert as_pdf["Content-Type"] == "application/pdf"
    assert as_pdf["Content-Disposition"] == 'attachment; filename="R2009-0000001.pdf"'
    assert as_pdf.content == show_all([paper()], "x").content
    page = show(RequestFactory().get("/"), paper(), back_url="/").content.decode()
    assert "壹仟贰佰叁拾肆元伍角整" in page
    assert "<b>" not in page
    assert "?as=pdf" in page


@pytest.mark.django_db
def test_a_kept_paper_says_later_what_it_said_in_both_languages():
    office = make.community()
    word = {"en": "first", "zh-hans": "初次"}

    def draw(round_of: int) -> Paper:
        return paper(body=[text(f"{word[translation.get_language()]} {round_of}")])

    kept = services.keep(kind="notice", of=office, on=DAY, draw=draw)
    again = services.keep(kind="notice", of=office, on=DAY, draw=draw)
    word.update({"en": "changed", "zh-hans": "改了"})
    with translation.override("zh-hans"):
        assert KeptPaper.objects.get(pk=kept.pk).paper().body == (text("初次 1"),)
    with translation.override("en"):
        assert KeptPaper.objects.get(pk=again.pk).paper().body == (text("first 2"),)
    assert [row.round for row in services.of_object(office, "notice")] == [1, 2]
    assert services.of_object(office, "other").count() == 0
