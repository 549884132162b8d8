"""`manage.py calculate`: the golden tables, bad rows, streaming, and that it needs nothing but the code."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from liaoyang_medins.portal.calculate import TABLES, calculate

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden"
FILES = {
    "contribution": GOLDEN / "contribution.csv",
    "benefit-start": GOLDEN / "benefit_start.csv",
    "claim": GOLDEN / "claim.csv",
}


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def answers(
    table: str, lines: list[str], *, explain: bool = False
) -> tuple[list[dict[str, str]], list[tuple[int, str]]]:
    """The answered rows, and line and reason of the others."""
    bad: list[tuple[int, str]] = []
    rows = calculate(
        table,
        iter(f"{line}\n" for line in lines),
        area="liaoyang",
        day=date(2009, 6, 1),
        explain=explain,
        complain=lambda line, reason: bad.append((line, reason)),
    )
    header, *found = rows
    return [dict(zip(header, row, strict=True)) for row in found], bad


def golden_row(table: str, case: str, **other: str) -> tuple[str, str]:
    """Header and a row of the golden table's input columns, with other values in some of them."""
    row = next(row for row in read(FILES[table].read_text()) if row["case"] == case)
    columns = ["case", *TABLES[table].inputs]
    assert set(other) <= set(columns)
    return ",".join(columns), ",".join((row | other)[column] for column in columns)


@pytest.mark.parametrize("table", list(TABLES))
def test_every_golden_row_comes_out(table: str, capsys: pytest.CaptureFixture[str]):
    call_command("calculate", table, str(FILES[table]))
    out, err = capsys.readouterr()
    expected = read(FILES[table].read_text())
    columns = ["case", *TABLES[table].outputs]
    assert read(out) == [{column: row[column] for column in columns} for row in expected]
    assert err == ""
    assert out.splitlines()[0] == ",".join(columns)


@pytest.mark.parametrize(
    "arguments",
    [
        ["claim", str(FILES["claim"]), "--explain", "--language", "en"],
        ["claim", "--explain", "--language", "en", str(FILES["claim"])],
        ["--language", "en", "claim", "--explain", str(FILES["claim"])],
    ],
)
def test_options_may_stand_anywhere(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    call_command("calculate", *arguments)
    assert "Deductible" in read(capsys.readouterr().out)[1]["steps"]


@pytest.mark.parametrize("table", list(TABLES))
@pytest.mark.parametrize("debug", ["", "false"])
def test_standard_input_alone_without_any_setting(table: str, debug: str):
    bare = {"DEBUG": debug} | {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "manage.py", "calculate", table],
        cwd=ROOT,
        env=bare,
        input=FILES[table].read_bytes(),
        capture_output=True,
        check=True,
    )
    assert len(read(done.stdout.decode())) == len(read(FILES[table].read_text()))
    assert done.stderr == b""


def test_a_bad_row_is_named_and_the_others_are_answered(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    header, good = golden_row("claim", "2")
    _header, bad = golden_row("claim", "3", total="12,5")
    bad = bad.replace("12,5", '"12,5"')
    file = tmp_path / "claims.csv"
    file.write_text("\n".join([header, good, bad, "", good, "1,2,3"]))
    with pytest.raises(SystemExit) as ended:
        call_command("calculate", "claim", str(file), language="en")
    out, err = capsys.readouterr()
    assert ended.value.code == 1
    assert [row["fund"] for row in read(out)] == ["60.00", "60.00"]
    assert err.splitlines() == [
        "line 3: total: “12,5” is not an amount in yuan such as 1234.50.",
        "line 6: 3 cells where the first line has 14.",
    ]


BAD_CELLS = [
    ("claim", {"category": "adult"}, "category: “adult” is not one of minor, working_age, elderly."),
    ("claim", {"grade": ""}, "grade: “” is not one of community, grade1, grade2, grade3."),
    ("claim", {"total": "-1.00"}, "total: “-1.00” is not an amount"),
    ("claim", {"total": "1e5"}, "total: “1e5” is not an amount"),
    ("claim", {"total": "NaN"}, "total: “NaN” is not an amount"),
    ("claim", {"used": "0.001"}, "used: “0.001” is not an amount"),
    ("claim", {"used": ""}, "used: “” is not an amount"),
    ("claim", {"used": "１"}, "used: “１” is not an amount"),
    ("claim", {"total": "299.99"}, "in_scope: 300.00 is more than the total 299.99."),
    ("claim", {"designated": "yes"}, "designated: “yes” is not true or false."),
    ("claim", {"out_of_city": "true"}, "an institution out of the city is never designated"),
    ("claim", {"specialist_for": "mental|flu"}, "specialist_for: “mental|flu” is not made of mental, hepatitis_b"),
    ("contribution", {"on": "2010-02-30"}, "on: “2010-02-30” is not a date"),
    ("contribution", {"on": "20100201"}, "on: “20100201” is not a date"),
    ("contribution", {"on": "2008-06-30"}, "2008-06-30 lies before the law: the measures took effect on 2008-07-01."),
    ("contribution", {"birth": "2030-01-01"}, "birth: 2030-01-01 lies after on"),
    ("contribution", {"disability_grade": "5"}, "disability_grade: “5” is not a whole number from 0 to 4."),
    ("contribution", {"contribution_year_no": "0"}, "contribution_year_no: “0” is not a whole number"),
    ("contribution", {"sex": "m"}, "sex: “m” is not one of M, F."),
    ("benefit-start", {"paid": "2008-06-30"}, "2008-06-30 lies before the law"),
    ("benefit-start", {"kind": "renewal"}, "contribution_year is empty: a renewal needs it."),
    ("benefit-start", {"kind": "renewal", "contribution_year": "2014"}, "that is no renewal"),
    ("benefit-start", {"moved_from": "outside"}, "moved_from is given, but moved_in is empty."),
    ("benefit-start", {"eligible_since": ""}, "eligible_since: “” is not a date"),
]


@pytest.mark.parametrize(("table", "other", "reason"), BAD_CELLS, ids=lambda value: str(value)[:40])
def test_what_is_wrong_with_a_row(table: str, other: dict[str, str], reason: str):
    case = {"claim": "2", "contribution": "4", "benefit-start": "1"}[table]
    header, row = golden_row(table, case, **other)
    with translation.override("en"):
        found, bad = answers(table, [header, row])
    assert found == []
    assert [line for line, _reason in bad] == [2]
    assert reason in bad[0][1]


def test_columns_may_stand_in_any_order_with_others_between():
    header, row = golden_row("claim", "2")
    columns, cells = header.split(",")[::-1], row.split(",")[::-1]
    found, bad = answers("claim", [",".join(["remark", *columns]), ",".join(["x", *cells])])
    assert (found[0]["case"], found[0]["fund"], bad) == ("2", "60.00", [])


def test_an_empty_cell_is_none():
    empty = dict.fromkeys(("student", "low_income", "disability_grade", "pension", "other_scheme"), "")
    found, bad = answers("contribution", list(golden_row("contribution", "4", **empty)))
    assert (found[0]["personal"], bad) == ("40.00", [])


def test_a_day_too_far_away_is_a_bad_row():
    _found, bad = answers("benefit-start", list(golden_row("benefit-start", "1", paid="9999-12-31")))
    assert len(bad) == 1


def test_cells_may_have_spaces_and_the_file_a_mark(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    header, row = golden_row("claim", "2", total=" 300.00 ", designated="true ")
    file = tmp_path / "claims.csv"
    file.write_bytes(b"\xef\xbb\xbf" + f"{header}\r\n{row}\r\n".encode())
    call_command("calculate", "claim", str(file))
    assert read(capsys.readouterr().out)[0]["fund"] == "60.00"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column case, category"),
        ("case,category\n", "no column grade, total"),
        (",".join(["case", *TABLES["claim"].inputs, "cap"]), "the column cap twice"),
    ],
)
def test_a_wrong_first_line_is_an_error(text: str, message: str, tmp_path: Path):
    file = tmp_path / "claims.csv"
    file.write_text(text)
    with pytest.raises(CommandError, match=message) as refused:
        call_command("calculate", "claim", str(file), language="en")
    assert refused.value.returncode == 1


def test_a_missing_file_and_an_unknown_area_are_errors():
    with pytest.raises(CommandError, match=r"nowhere\.csv"):
        call_command("calculate", "claim", "nowhere.csv")
    with pytest.raises(CommandError, match="no policy for the pooling area"):
        call_command("calculate", "claim", str(FILES["claim"]), area="nowhere")


def test_bytes_of_another_encoding_spoil_only_their_row(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    header, row = golden_row("claim", "2")
    file = tmp_path / "claims.csv"
    file.write_bytes(f"{header}\n{row}\n".encode() + "病例".encode("gbk") + row[1:].encode() + b"\n")
    with pytest.raises(SystemExit):
        call_command("calculate", "claim", str(file), language="en")
    out, err = capsys.readouterr()
    assert len(read(out)) == 1
    assert err == "line 3: case is not UTF-8 text.\n"


def test_a_field_without_end_is_one_bad_row():
    header, row = golden_row("claim", "2")
    found, bad = answers("claim", [header, '"' + "x" * 200_000, row])
    assert bad[0][0] == 2
    assert found == [] or found[0]["case"] == "2"


def test_claims_are_decided_by_the_policy_of_the_day_given():
    with pytest.raises(SystemExit):
        call_command("calculate", "claim", str(FILES["claim"]), date=date(2008, 6, 30))


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Deductible that holds: Elderly"), ("zh-hans", "适用的起付标准")]
)
def test_the_steps_are_explained_in_both_languages(language: str, word: str, capsys: pytest.CaptureFixture[str]):
    call_command("calculate", "claim", str(FILES["claim"]), explain=True, language=language)
    steps = read(capsys.readouterr().out)[1]["steps"]
    assert word in steps
    assert "D1" in steps
    assert "2008-07-01" in steps


@pytest.mark.parametrize("table", list(TABLES))
def test_every_golden_row_can_be_explained(table: str):
    found, bad = answers(table, FILES[table].read_text().splitlines(), explain=True)
    assert bad == []
    assert all(row["steps"] for row in found)


def test_one_row_is_held_at_a_time():
    header, row = golden_row("claim", "2")
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        yield f"{header}\n"
        while True:
            taken += 1
            yield f"{row}\n"

    rows = calculate("claim", endless(), area="liaoyang", day=date(2009, 1, 1), explain=False, complain=pytest.fail)
    for answered in range(1000):
        next(rows)
        assert taken <= answered + 1


MEASURED = """
import resource, runpy, sys
sys.argv = ["manage.py", "calculate", "claim", sys.argv[1]]
try:
    runpy.run_path("manage.py", run_name="__main__")
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def peak_memory(rows: int, folder: Path) -> int:
    """Kilobytes that the command takes at most for so many claims."""
    header, row = golden_row("claim", "2")
    file = folder / f"{rows}.csv"
    with file.open("w") as out:
        out.write(f"{header}\n")
        out.writelines(f"{row}\n" for _ in range(rows))
    with (folder / "out.csv").open("wb") as out_file:
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(file)], cwd=ROOT, stdout=out_file, stderr=subprocess.PIPE, check=True
        )
    with (folder / "out.csv").open() as answered:
        assert sum(1 for _line in answered) == rows + 1
    return int(done.stderr)


def test_a_million_claims_take_no_more_memory_than_a_few(size: Callable[[int, int], int], tmp_path: Path):
    assert peak_memory(size(30_000, 1_000_000), tmp_path) - peak_memory(10, tmp_path) < 8_000


def test_no_database_is_asked(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        call_command("calculate", "claim", str(FILES["claim"]), stdout=io.StringIO())


def test_a_reader_that_stops_early_is_no_error():
    script = f"{sys.executable} manage.py calculate claim tests/golden/claim.csv | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "0"
    assert done.stderr == ""
