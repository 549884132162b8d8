"""`make bench` at its smallest size: every line is a figure that was measured."""

import os
import re
import subprocess
import sys

from tests.conftest import ROOT

LINE = re.compile(r"[a-z0-9_]+ = [0-9.e+-]+")
EXPECTED = {
    "pgbench_tps",
    "settle_stay_per_pgbench",
    "settle_stay_statements",
    "http_stay_per_pgbench_c1",
    "http_stay_per_pgbench_c8",
    "http_stay_c8_per_pgbench_c8",
    "enroll_per_pgbench",
    "enroll_statements",
    "import_100_seconds",
    "import_100_vs_sql",
    "load_city_300_seconds",
    "load_city_300_vs_sql",
    "settle_300_vs_empty",
    "enroll_300_vs_empty",
    *(
        f"{job}_{figure}"
        for size in (100, 300)
        for job in ("close_window", "start_benefits", "open_window")
        for figure in (f"{size}_seconds", f"vs_sql_{size}")
    ),
    "statement_100_seconds",
    "statement_vs_sql_100",
    "worker_peak_mb_100",
    "worker_peak_mb_300",
    "search_300_vs_100",
    "queue_300_vs_100",
    "resident_page_300_vs_100",
    "cockpit_300_vs_100",
    "cash_book_300_vs_100",
    "ledger_300_vs_100",
    "dashboard_300_vs_3",
    "integrity_300_seconds",
    "integrity_300_vs_scan",
}


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, env=os.environ, capture_output=True, text=True
    )


def test_each_line_is_a_figure() -> None:
    done = bench("tiny")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert all(LINE.fullmatch(line) for line in lines), done.stdout
    figures = {name: float(value) for name, value in (line.split(" = ") for line in lines)}
    payments = {name for name in figures if name.startswith("import_payments_")}
    assert figures.keys() - payments == EXPECTED
    # By how many payments there are: of each city the import, its check, and the import against SQL.
    assert len(payments) == 6
    assert all(value > 0 for value in figures.values())
    # Each statement is a round trip while a resident's row is locked.
    assert figures["settle_stay_statements"] <= 34
    assert figures["enroll_statements"] <= 40


def test_an_unknown_size_is_told() -> None:
    done = bench("huge")
    assert done.returncode == 2
    assert "SIZE is one of" in done.stderr
