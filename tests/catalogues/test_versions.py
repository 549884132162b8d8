"""A catalogue on its way: uploaded, compared, applied by somebody else, from a day on."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import IntegrityError, transaction

from claims.catalogues import exports, selectors, services
from claims.catalogues.models import CatalogueFile, CatalogueRow, CatalogueVersion
from claims.catalogues.pinyin import LONGEST
from claims.models import CatalogueItem
from claims.selectors import find_items
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.sheets.reading import read_table
from tests.claims import makers as claims

from .makers import (
    A1,
    B1,
    C1,
    FROM,
    HEADINGS,
    L1,
    TODAY,
    D,
    applied,
    clerk,
    held,
    item,
    reviewer,
    sheet,
    states,
    uploaded,
)

pytestmark = pytest.mark.django_db
BEFORE = D(2010, 6, 30)


def test_the_difference_of_a_whole_catalogue(catalogue):
    version = uploaded(
        A1,
        ["B1", "头孢", "", "药品", "乙", "0.2", "", ""],
        ["N1", "阿司匹林", "Aspirin", "药品", "A", "", "3.5", "片"],
        L1,
        scope="whole",
    )
    assert states(version) == {"A1": "unchanged", "B1": "changed", "C1": "ended", "L1": "unchanged", "N1": "new"}
    row = version.rows.get(code="B1")
    assert (row.before["personal_share"], row.after["personal_share"]) == ("0.1", "0.2")
    # Nothing changed by that.
    assert CatalogueItem.objects.filter(starts=FROM).count() == 0
    assert bytes(version.file.content[:2]) == b"PK"


def test_applied_ends_the_day_before_and_starts_on_the_day(catalogue):
    version = applied(
        uploaded(["B1", "头孢", "", "药品", "甲类", "", "", ""], ["N1", "止咳糖浆", "", "药品", "甲类", "", "", ""])
    )
    assert version.applied_on == TODAY
    entries = {(row[0], row[5]): row for row in held()}
    assert entries["B1", claims.LAW][-1] == BEFORE
    assert entries["B1", FROM][2:5] == ("A", Decimal(0), None)
    assert entries["N1", FROM][-1] is None
    assert CatalogueItem.objects.get(code="N1").initials == "zktj"
    assert entries["A1", claims.LAW][-1] is None
    assert AuditEntry.objects.filter(verb="catalogue.apply", object_number=version.number).count() == 1


def test_what_a_whole_catalogue_does_not_name_ends_the_day_before(catalogue):
    applied(uploaded(A1, scope="whole"))
    assert {row[0]: row[-1] for row in held()} == {"A1": None, "B1": BEFORE, "C1": BEFORE, "L1": BEFORE}


def test_checked_again_a_whole_catalogue_ends_the_same(catalogue):
    version = uploaded(A1, scope="whole")
    with clock.on_day(TODAY):
        services.check_version(number=version.number, by=clerk(), calls=False)
    runs.work_off(number=Run.objects.latest("id").number)
    assert states(version) == {"A1": "unchanged", "B1": "ended", "C1": "ended", "L1": "ended"}


def test_a_part_leaves_the_rest_and_columns_that_are_not_there(catalogue):
    CatalogueItem.objects.filter(code="L1").update(name_en="Bed", unit="日")
    version = applied(uploaded(["L1", "床位费(普通)", "药品", "甲类"], headings=["编码", "名称", "类别", "甲乙丙类"]))
    found = CatalogueItem.objects.get(code="L1", starts=FROM)
    assert (found.name_en, found.unit, found.price_limit) == ("Bed", "日", Decimal(10))
    assert found.initials == "cwfpt"
    assert states(version) == {"L1": "changed"}


def test_the_export_of_a_day_uploaded_again_differs_in_nothing(catalogue):
    item("X-1", "B", share="0.125", limit="0.35", name="注射用水", initials="zsys")
    with exports.catalogue_of(day=FROM, by=clerk()) as file:
        version = uploaded(scope="whole", file=io.BytesIO(file.read()))
    assert set(states(version).values()) == {"unchanged"}
    with pytest.raises(Refused, match="Nothing differs"):
        services.apply_version(number=version.number, by=reviewer(), calls=False)


def test_who_uploads_does_not_apply(catalogue):
    by = reviewer()
    version = uploaded(["B1", "头孢", "", "药品", "甲类", "", "", ""])
    CatalogueVersion.objects.filter(pk=version.pk).update(uploaded_by=by.user_id)
    with pytest.raises(Refused, match="somebody else"):
        services.apply_version(number=version.number, by=by, calls=False)
    with pytest.raises(NotAllowed):
        services.apply_version(number=version.number, by=clerk(), calls=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        CatalogueVersion.objects.filter(pk=version.pk).update(applied_by=by.user_id)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["", "青霉素", "", "药品", "甲类", "", "", ""], "empty_cell"),
        (["A 1/2", "青霉素", "", "药品", "甲类", "", "", ""], "bad_code"),
        (["A9", "", "", "药品", "甲类", "", "", ""], "empty_cell"),
        (["A9", "青霉素", "", "食品", "甲类", "", "", ""], "unknown_word"),
        (["A9", "青霉素", "", "药品", "丁类", "", "", ""], "unknown_word"),
        (["A9", "青霉素", "", "药品", "甲类", "10%", "", ""], "share_a"),
        (["A9", "青霉素", "", "药品", "乙类", "", "", ""], "share_b"),
        (["A9", "青霉素", "", "药品", "丙类", "50%", "", ""], "share_c"),
        (["A9", "青霉素", "", "药品", "乙类", "10", "", ""], "bad_share"),
        (["A9", "青霉素", "", "药品", "乙类", "a lot", "", ""], "bad_share"),
        (["A9", "青霉素", "", "药品", "甲类", "", "-1", ""], "bad_limit"),
        (["A9", "青霉素", "", "药品", "甲类", "", "NaN", ""], "bad_limit"),
        (["A9", "青" * 121, "", "药品", "甲类", "", "", ""], "too_long"),
    ],
)
def test_a_row_that_cannot_be_read_says_why_and_keeps_nobody_back(catalogue, row, code):
    version = uploaded(row, ["B1", "头孢", "", "药品", "甲类", "", "", ""])
    bad = version.rows.get(place=2)
    assert (bad.state, bad.findings[0][0]) == ("refused", code)
    applied(version)
    assert CatalogueItem.objects.filter(code="B1", starts=FROM, catalogue_class="A").exists()
    with exports.refused_rows(version=version, by=clerk()) as workbook:
        rows = read_table(workbook)
    assert list(rows[0].cells[: len(HEADINGS)]) == HEADINGS
    assert len(rows) == 2


def test_a_code_twice_and_a_class_that_needs_a_share(catalogue):
    version = uploaded(
        ["A1", "青霉素", "药品", "乙类"], ["A1", "青霉素", "药品", "甲类"], headings=["编码", "名称", "类别", "等级"]
    )
    first, second = version.rows.order_by("place")
    assert (first.state, first.findings[0][0]) == ("refused", "share_b")
    assert (second.state, second.findings[0]) == ("refused", ["code_twice", {"row": 2}])


def test_a_refused_row_of_a_whole_catalogue_does_not_end_its_item(catalogue):
    version = uploaded(A1, B1, C1, ["L1", "床位费", "", "药品", "甲类", "5%", "", ""], scope="whole")
    assert states(version) == {"A1": "unchanged", "B1": "unchanged", "C1": "unchanged", "L1": "refused"}
    hidden = uploaded(A1, B1, C1, ["L/1", "床位费", "", "药品", "甲类", "", "", ""], scope="whole")
    with pytest.raises(Refused, match="row 5"):
        services.apply_version(number=hidden.number, by=reviewer(), calls=False)


def test_what_holds_later_already_is_refused(catalogue):
    applied(uploaded(["B1", "头孢", "", "药品", "甲类", "", "", ""]))
    earlier = uploaded(["B1", "头孢", "", "药品", "丙类", "", "", ""], A1, starts=D(2010, 6, 1))
    assert states(earlier) == {"B1": "refused", "A1": "unchanged"}
    with pytest.raises(Invalid, match="entries from 2010-07-01"):
        uploaded(A1, scope="whole", starts=D(2010, 6, 1))


def test_what_a_later_version_ended_stays_ended_when_an_earlier_day_is_put_right(catalogue):
    applied(uploaded(A1, C1, L1, scope="whole", starts=D(2011, 1, 1)))
    applied(uploaded(["B1", "头孢", "", "药品", "甲类", "", "", ""]))
    entries = [row for row in held() if row[0] == "B1"]
    assert [(row[2], row[5], row[6]) for row in entries] == [
        ("B", claims.LAW, BEFORE),
        ("A", FROM, D(2010, 12, 31)),
    ]


def test_the_same_file_twice_changes_nothing_the_second_time(catalogue):
    rows = [["B1", "头孢", "", "药品", "甲类", "", "", ""], ["N1", "参麦注射液", "", "药品", "甲类", "", "", ""]]
    applied(uploaded(*rows))
    before = held()
    again = uploaded(*rows)
    assert set(states(again).values()) == {"unchanged"}
    with pytest.raises(Refused, match="Nothing differs"):
        services.apply_version(number=again.number, by=reviewer(), calls=False)
    assert held() == before


def test_what_looks_like_a_formula_leaves_as_text(catalogue):
    """=, +, - and @ at the start of a name are text in both workbooks, also when they are read again."""
    item("X-1", name="=1+1", initials="x")
    item("X-2", name="@SUM(A1)", initials="x")
    version = uploaded(["X-9", "-2+3|cmd", "", "药品", "没有", "", "", ""])
    for file in (exports.catalogue_of(day=FROM, by=clerk()), exports.refused_rows(version=version, by=clerk())):
        with file:
            book = openpyxl.load_workbook(io.BytesIO(file.read()))
        cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
        assert not [cell.value for cell in cells if cell.data_type == "f"]
        assert {"=1+1", "-2+3|cmd"} & {cell.value for cell in cells}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("头孢曲松", {"tbqs"}),
        ("参麦注射液", {"smz", "cmz"}),
        ("重组人胰岛素", {"czr"}),
        ("参苓白术散", {"slbz", "clbz"}),
        ("B超", {"bc"}),
        ("CT平扫(增强)", {"ctpszq"}),
        ("注" * 70, {"z" * 60}),
    ],
)
def test_an_item_is_found_by_the_initials_of_each_usual_reading(catalogue, name, found):
    applied(uploaded(["N1", name, "", "药品", "甲类", "", "", ""]))
    for text in found:
        assert set(find_items(text, FROM).values_list("code", flat=True)) == {"N1"}
    assert len(CatalogueItem.objects.get(code="N1").initials) <= LONGEST


def test_on_its_very_day_an_entry_is_put_right(catalogue):
    applied(uploaded(["B1", "头孢", "", "药品", "甲类", "", "", ""], ["N1", "新药", "", "药品", "甲类", "", "", ""]))
    applied(uploaded(A1, C1, L1, ["B1", "头孢", "", "药品", "丙类", "", "", ""], scope="whole"))
    entries = [row for row in held() if row[0] in ("B1", "N1")]
    assert [(row[0], row[2], row[5], row[6]) for row in entries] == [
        ("B1", "B", claims.LAW, BEFORE),
        ("B1", "C", FROM, None),
    ]


def test_the_past_says_how_many_fee_lines_stand_on_it(catalogue):
    person = claims.insured(years=(2010,))
    by = claims.hospital()
    paid = claims.settled(person, by, ("500.00", "60.00"), on="2010-03-01", until="2010-03-10", lines_on="2010-03-02")
    stay = claims.admitted(person, by, "2010-06-01")
    claims.services.add_lines(stay_number=stay.number, lines=[claims.line("9.00", "2010-06-02")], by=by)
    change = ["A1", "青霉素", "", "药品", "乙类", "20%", "", ""]
    version = uploaded(change, starts=D(2010, 3, 1))
    counts = selectors.counts_of(version)
    assert (counts.settled_lines, counts.open_lines) == (2, 1)
    later = selectors.counts_of(uploaded(change, starts=D(2010, 4, 1)))
    assert (later.settled_lines, later.open_lines) == (0, 1)
    applied(version)
    paid.refresh_from_db()
    assert (paid.in_scope, paid.live) == (Decimal("560.00"), True)
    assert set(stay.lines.values_list("catalogue_class", flat=True)) == {"A"}


def test_a_check_that_is_older_than_another_application_is_made_again(catalogue):
    one = uploaded(["B1", "头孢", "", "药品", "甲类", "", "", ""])
    two = uploaded(["B1", "头孢", "", "药品", "丙类", "", "", ""])
    applied(one)
    with pytest.raises(Conflict, match="Check it again"):
        services.apply_version(number=two.number, by=reviewer(), calls=False)
    with clock.on_day(TODAY):
        services.check_version(number=two.number, by=reviewer(), calls=False)
    runs.work_off(number=Run.objects.latest("id").number)
    applied(two)
    assert CatalogueItem.objects.get(code="B1", starts=FROM).catalogue_class == "C"
    with pytest.raises(Conflict, match="applied on"):
        services.apply_version(number=two.number, by=reviewer(), calls=False)


def test_discarded_with_rows_and_file_while_nothing_was_applied(catalogue):
    version = uploaded(A1)
    services.discard_version(number=version.number, by=clerk())
    assert (CatalogueVersion.objects.count(), CatalogueRow.objects.count(), CatalogueFile.objects.count()) == (0, 0, 0)
    kept = applied(uploaded(["B1", "头孢", "", "药品", "甲类", "", "", ""]))
    with pytest.raises(Conflict):
        services.discard_version(number=kept.number, by=clerk())


def test_the_history_of_an_item_names_its_versions(catalogue):
    version = applied(uploaded(["B1", "头孢", "", "药品", "甲类", "", "", ""]))
    entries = selectors.history_of("B1")
    assert [(each.item.starts, each.version) for each in entries] == [(FROM, version), (claims.LAW, None)]
    assert selectors.items_on(BEFORE).get(code="B1").catalogue_class == "B"
    assert selectors.items_on(FROM).get(code="B1").catalogue_class == "A"


def test_the_file_is_kept_as_it_came(catalogue):
    version = uploaded(A1)
    content = services.file_of(number=version.number, by=reviewer())
    assert (len(content), content) == (version.size, bytes(version.file.content))
    assert AuditEntry.objects.filter(verb="catalogue.download").count() == 1


def test_statements_of_a_check_do_not_depend_on_the_rows(catalogue, django_assert_max_num_queries):
    rows = [[f"Z{number:04}", "药", "", "药品", "甲类", "", "", ""] for number in range(300)]
    with clock.on_day(TODAY):
        version = services.upload_version(
            scope="part", starts=FROM, file=sheet(*rows), file_name="a.xlsx", by=clerk(), calls=False
        )
    with django_assert_max_num_queries(40):
        runs.work_off(number=Run.objects.get(key=version.number).number)
