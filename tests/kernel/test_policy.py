"""The policy files: what the loader refuses, which version holds when, and that released files stay as they are."""

import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.policy import BeforeTheLaw, PolicyError
from liaoyang_medins.kernel.policy.loader import RELEASED, file_digest, load_area, released
from liaoyang_medins.kernel.policy.terms import Category, Disease, Grade, Tier

FIRST = policy.DATA / "liaoyang" / "2008-07-01.yaml"
SECOND_AREA = Path(__file__).parent.parent / "policies"

AMENDMENT = """\
area: liaoyang
version: 2
holds_from: 2010-01-01
approval:
  number: 辽市政发〔2009〕30号
  date: 2009-11-20

cap:
  amount: {value: 50000, article: "8"}
ratio:
  fund:
    grade3: {value: 0.45, article: "22(4)"}
"""


@pytest.fixture
def area(tmp_path: Path) -> Path:
    """A copy of the city's first file, not released, with an amendment beside it."""
    folder = tmp_path / "liaoyang"
    folder.mkdir()
    shutil.copy(FIRST, folder / "1.yaml")
    (folder / "2.yaml").write_text(AMENDMENT)
    return folder


def edit(path: Path, old: str, new: str) -> int:
    """Replaces the one `old` in a file and gives the line it stood in."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return text[: text.index(old)].count("\n") + 1


def test_the_figures_of_the_city():
    held = policy.on("liaoyang", date(2009, 1, 1))
    assert held.contributions.tiers(Category.MINOR)[Tier.LOW_INCOME].personal.value == 16
    assert held.contributions.tiers(Category.WORKING_AGE).keys() == {
        Tier.LOW_INCOME,
        Tier.LOW_INCOME_EDGE,
        Tier.SEVERELY_DISABLED,
    }
    assert held.contributions.city_share.value == Decimal("0.55")
    assert held.deductible.stay[Category.MINOR][Grade.GRADE3].value == 500
    assert [str(codes) for codes in held.deductible.none_for[Disease.HEPATITIS_B].value] == [
        "B16",
        "B17.0",
        "B18.0",
        "B18.1",
    ]
    assert held.cap.amount.article == "8"
    assert held.approval.number == "辽阳市人民政府令第102号"
    assert held.outpatient is None


def test_every_figure_has_its_article_from_the_order():
    articles = re.findall(r'article: "([^"]*)"', FIRST.read_text())
    assert len(articles) > 80
    assert all(re.fullmatch(r"\d+(\(\d\))?", article) for article in articles)


@pytest.mark.parametrize("day", [date(2008, 6, 30), date(1999, 1, 1)])
def test_a_day_before_the_law_is_refused(day: date):
    with pytest.raises(BeforeTheLaw, match=r"before the law.*2008-07-01"):
        policy.on("liaoyang", day)


def test_the_first_day_of_the_law_has_a_policy():
    assert policy.on("liaoyang", date(2008, 7, 1)).version == 1


def test_policy_of_a_contribution_year():
    assert policy.for_contribution_year("liaoyang", 2008).version == 1
    with policy.data_in(SECOND_AREA):
        assert policy.for_contribution_year("newport", 2010).version == 1
        assert policy.for_contribution_year("newport", 2011).version == 2
    with pytest.raises(BeforeTheLaw):
        policy.for_contribution_year("liaoyang", 2007)


@pytest.mark.parametrize("name", ["nowhere", "", "..", "."])
def test_an_unknown_area_is_refused(name: str):
    with pytest.raises(PolicyError, match="no policy for the pooling area"):
        policy.on(name, date(2009, 1, 1))


def test_an_amendment_changes_only_its_figures(area: Path):
    old, new = load_area(area).versions
    assert [str(version.cap.amount.value) for version in (old, new)] == ["30000", "50000"]
    assert (old.holds_until, new.holds_until) == (date(2009, 12, 31), None)
    assert new.cap.amount.holds_from == date(2010, 1, 1)
    assert new.cap.school_year_starts == old.cap.school_year_starts
    assert old.content_hash != new.content_hash


def test_a_figure_repeated_unchanged_keeps_its_date(area: Path):
    new = load_area(area).versions[1]
    assert new.ratio.fund[Grade.GRADE3].holds_from == date(2008, 7, 1)


def test_an_old_version_stays_what_it_was(area: Path):
    alone = policy.version("liaoyang", 1)
    assert load_area(area).version(1).content_hash == alone.content_hash


def test_an_unknown_version_is_refused(area: Path):
    with pytest.raises(PolicyError, match="no policy version 3"):
        load_area(area).version(3)


def test_any_other_figure_gives_another_hash(area: Path):
    before = load_area(area).version(1).content_hash
    edit(area / "1.yaml", "amount: {value: 30000", "amount: {value: 30001")
    assert load_area(area).version(1).content_hash != before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  city_share:", "  county_share:", "unknown key `contributions.county_share`"),
        ("  outside: {value: 700", "  outside: {amount: 700", "`deductible.outside` has no value"),
        ('{value: 30000, article: "8"}', "{value: 30000}", "`cap.amount` has no article"),
        ('value: 30000, article: "8"', 'value: 30000, article: "8", note: x', "unknown key `cap.amount.note`"),
        ("amount: {value: 30000", "amount: {value: -1", "not an amount in yuan"),
        ("amount: {value: 30000", "amount: {value: 30000.001", "not an amount in yuan"),
        ("amount: {value: 30000", "amount: {value: .inf", "not an amount in yuan"),
        ("city_share: {value: 0.55", "city_share: {value: 1.55", "not a share from 0 to 1"),
        ("opens: {value: 10-01", "opens: {value: 02-29", "not a day of the year"),
        ("first_notice_days: {value: 30", "first_notice_days: {value: soon", "not a whole number"),
        ("no_subsidy_moved_in_from: {value: 2008-07-01", "no_subsidy_moved_in_from: {value: July", "not a date"),
        ("divisor: {value: 4", "divisor: {value: 0", "not a whole number from 1"),
        ("value: out_of_city", "value: anywhere", "not one of out_of_city, receiving, sending"),
        ("[F00-F99]", "[Fxx]", "not an ICD-10 code"),
        ("[F00-F99]", "F00", "a list is expected"),
        ("cap:\n", "cap: 1\ncaps:\n", "a mapping of keys is expected"),
        ("district_days: {value: 7", "community_days: {value: 7", "stands here twice"),
        ("number: 辽阳市人民政府令第102号", 'number: ""', "`approval.number` is missing"),
        ("  date: 2008-04-28", "  signed: 2008-04-28", "`approval.date` is missing"),
        ("opens: {value: 10-01", "opens: {value: 12-01", "the window closes before it opens"),
        ("student_months: {value: 4", "student_months: {value: 13", "a year has 12 months"),
        ("M: {value: 59", "M: {value: 17", "`eligibility.elderly_first_age.M`: old age begins"),
        ("minor_last_age: {value: 18", "minor_last_age: {value: 49", "working age ends before it begins"),
        ("year: {value: 2008", "year: {value: 2009", "benefits of the first year start in 2009"),
        ("  number: 辽阳", "  seal: x\n  number: 辽阳", "unknown key `approval.seal`"),
        ("city_share: {value: 0.55", "city_share: {value: [0.55]", "a single value is expected"),
    ],
)
def test_a_fault_is_refused_with_file_and_line(area: Path, old: str, new: str, message: str):
    # Of two figures that do not fit together the one is named that is measured by the other, a few lines away.
    reach = 10 if any(word in message for word in ("old age", "working age", "first year")) else 1
    line = edit(area / "1.yaml", old, new)
    with pytest.raises(PolicyError, match=re.escape(message)) as refused:
        load_area(area)
    found = re.match(rf"{re.escape(str(area / '1.yaml'))}:(\d+): ", str(refused.value))
    assert found
    assert abs(int(found[1]) - line) <= reach


@pytest.mark.parametrize(
    ("old", "message"),
    [
        ('  amount: {value: 30000, article: "8"}\n', "the figure `cap.amount` is missing"),
        ('      grade2: {value: 300, article: "20(1)"}\n', "the figure `deductible.stay.minor.grade2` is missing"),
        ("area: liaoyang\n", "`area` is missing"),
        ("holds_from: 2008-07-01\n", "`holds_from` is missing"),
    ],
)
def test_a_missing_figure_is_refused_with_its_file(area: Path, old: str, message: str):
    edit(area / "1.yaml", old, "")
    with pytest.raises(PolicyError, match=re.escape(message)) as refused:
        load_area(area)
    assert str(refused.value).startswith(f"{area / '1.yaml'}:1: ")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 2", "version: 3", "version 3 where version 2 is expected"),
        ("holds_from: 2010-01-01", "holds_from: 2008-07-01", "overlap: version 1 still holds on 2008-07-01"),
        ("holds_from: 2010-01-01", "holds_from: 2008-01-01", "overlap"),
        ("area: liaoyang", "area: fushun", "area fushun in the folder of liaoyang"),
        ("approval:\n  number: 辽市政发〔2009〕30号\n  date: 2009-11-20\n", "", "`approval` is missing"),
        ("cap:\n", "cap\n", "not readable"),
    ],
)
def test_versions_follow_each_other(area: Path, old: str, new: str, message: str):
    edit(area / "2.yaml", old, new)
    with pytest.raises(PolicyError, match=message) as refused:
        load_area(area)
    assert str(area / "2.yaml") in str(refused.value)


def test_a_temporary_version_leaves_no_gap_and_no_overlap(area: Path):
    edit(area / "1.yaml", "holds_from: 2008-07-01", "holds_from: 2008-07-01\nholds_until: 2009-11-30")
    with pytest.raises(PolicyError, match=r"2\.yaml:3: gap: no version holds from 2009-12-01 to 2009-12-31"):
        load_area(area)
    edit(area / "1.yaml", "holds_until: 2009-11-30", "holds_until: 2010-01-01")
    with pytest.raises(PolicyError, match=r"2\.yaml:3: overlap"):
        load_area(area)
    edit(area / "1.yaml", "holds_until: 2010-01-01", "holds_until: 2009-12-31")
    assert load_area(area).on(date(2009, 12, 31)).version == 1


def test_after_the_last_version_has_run_out_nothing_holds(area: Path):
    edit(area / "2.yaml", "holds_from: 2010-01-01", "holds_from: 2010-01-01\nholds_until: 2010-12-31")
    policies = load_area(area)
    assert policies.on(date(2010, 12, 31)).version == 2
    with pytest.raises(PolicyError, match="ended on 2010-12-31"):
        policies.on(date(2011, 1, 1))


def test_ages_leave_no_gap(area: Path):
    edit(area / "1.yaml", '    M: {value: 60, article: "6(3)"}', '    M: {value: 61, article: "6(3)"}')
    with pytest.raises(PolicyError, match=r"1\.yaml:\d+: `eligibility\.elderly_first_age\.M`: old age begins"):
        load_area(area)


def test_every_file_of_the_portal_is_released_and_unchanged():
    for folder in (path for path in policy.DATA.iterdir() if path.is_dir()):
        files = {path.name: file_digest(path) for path in folder.glob("*.yaml") if path.name != RELEASED}
        assert files == released(folder)


def test_a_released_file_can_no_longer_be_edited(tmp_path: Path):
    folder = tmp_path / "liaoyang"
    shutil.copytree(policy.DATA / "liaoyang", folder)
    load_area(folder)
    edit(folder / FIRST.name, "amount: {value: 30000", "amount: {value: 40000")
    with pytest.raises(PolicyError, match="edited after its release"):
        load_area(folder)


def test_a_file_that_is_not_released_is_not_used(tmp_path: Path):
    folder = tmp_path / "liaoyang"
    shutil.copytree(policy.DATA / "liaoyang", folder)
    (folder / "2010-01-01.yaml").write_text(AMENDMENT)
    with pytest.raises(PolicyError, match="not in released"):
        load_area(folder)


def test_a_released_file_does_not_go_away(tmp_path: Path):
    folder = tmp_path / "liaoyang"
    shutil.copytree(policy.DATA / "liaoyang", folder)
    (folder / FIRST.name).unlink()
    (folder / RELEASED).write_text((folder / RELEASED).read_text() + "2010-01-01.yaml: x\n")
    shutil.copy(FIRST, folder)
    with pytest.raises(PolicyError, match=r"2010-01-01\.yaml: released, but the file is gone"):
        load_area(folder)


def test_what_is_no_policy_at_all(tmp_path: Path):
    with pytest.raises(PolicyError, match="no policy file"):
        load_area(tmp_path)
    (tmp_path / "1.yaml").write_text("- a list\n")
    with pytest.raises(PolicyError, match=r"1\.yaml:1: a policy file is a mapping"):
        load_area(tmp_path)


def test_the_first_year_is_that_of_the_first_version(area: Path):
    (area / "2.yaml").unlink()
    edit(area / "1.yaml", "holds_from: 2008-07-01", "holds_from: 2007-07-01")
    with pytest.raises(PolicyError, match="the first version took effect in 2007"):
        load_area(area)


def test_a_second_area_is_data():
    with policy.data_in(SECOND_AREA):
        held = policy.on("newport", date(2011, 6, 1))
        assert (held.version, int(held.cap.amount.value), held.first_day) == (2, 20000, date(2009, 4, 1))
        assert held.outpatient is not None
        with pytest.raises(BeforeTheLaw):
            policy.on("newport", date(2009, 3, 31))
        assert policy.on("liaoyang", date(2009, 3, 31)).version == 1
    with pytest.raises(PolicyError):
        policy.on("newport", date(2011, 6, 1))


@pytest.mark.parametrize(
    ("code", "disease"),
    [
        ("F00", Disease.MENTAL),
        ("F99.9", Disease.MENTAL),
        ("f20.0", Disease.MENTAL),
        ("F20.900x001", Disease.MENTAL),
        ("G00.0", None),
        ("E99", None),
        ("B16.9", Disease.HEPATITIS_B),
        ("B17.0", Disease.HEPATITIS_B),
        ("B17.000", Disease.HEPATITIS_B),
        ("B17.1", None),
        ("B17", None),
        ("B18.0", Disease.HEPATITIS_B),
        ("B181", Disease.HEPATITIS_B),
        ("B18.2", None),
        ("A15.0", Disease.PULMONARY_TUBERCULOSIS),
        ("A16", Disease.PULMONARY_TUBERCULOSIS),
        ("A17.0", None),
        ("A18.8", None),
        ("A19.9", Disease.PULMONARY_TUBERCULOSIS),
        ("B90.9", Disease.PULMONARY_TUBERCULOSIS),
        ("B90.8", None),
        ("", None),
        (" a15.0 ", Disease.PULMONARY_TUBERCULOSIS),
    ],
)
def test_icd_ranges(code: str, disease: Disease | None):
    figures = policy.on("liaoyang", date(2009, 1, 1)).deductible.none_for
    found = [name for name, figure in figures.items() if any(codes.covers(code) for codes in figure.value)]
    assert found == ([disease] if disease else [])
