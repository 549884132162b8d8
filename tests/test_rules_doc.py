"""docs/rules.md says where each rule lives and which test holds it: checked, so that it cannot go stale."""

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "rules.md"
RULES = [
    *(f"E{number}" for number in range(1, 10)),
    *(f"C{number}" for number in range(1, 9)),
    *(f"W{number}" for number in range(1, 11)),
    *(f"B{number}" for number in range(1, 6)),
    *(f"D{number}" for number in range(1, 8)),
    *(f"A{number}" for number in range(1, 9)),
    *(f"F{number}" for number in range(1, 4)),
    *(f"S{number}" for number in range(1, 3)),
]


def rows() -> list[list[str]]:
    """The rows of the tables: article, rule, what it settles, code, tests."""
    lines = DOCUMENT.read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [row for row in cells if len(row) == 5 and row[1] in RULES]


def later() -> dict[str, str]:
    """Rule → what of it is later work, from the list at the end."""
    return dict(re.findall(r"^- \*\*(\w+)\*\*: (.+)$", DOCUMENT.read_text(), re.MULTILINE))


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def functions_in(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


CODE = sorted({name for row in rows() for name in quoted(row[3])})
TESTS = sorted({name for row in rows() for name in quoted(row[4])})


def test_every_rule_is_there():
    found = [row[1] for row in rows()]
    assert len(found) == len(set(found))
    assert set(found) | set(later()) == set(RULES)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[1])
def test_a_row_names_article_code_and_test(row: list[str]):
    article, _rule, what, code, tests = row
    assert re.fullmatch(r"\d+(\(\d\))?(, \d+(\(\d\))?)*", article)
    assert what
    assert quoted(code)
    assert quoted(tests)


@pytest.mark.parametrize("name", CODE)
def test_the_function_exists(name: str):
    module, _colon, function = name.partition(":")
    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("name", [name for name in CODE if ".rules:" in name])
def test_a_rule_names_its_rule_and_article(name: str):
    module, _colon, function = name.partition(":")
    words = getattr(import_module(module), function).__doc__ or ""
    assert re.search(r"\b[ECWBDAFS]\d|Art\. \d", words)


@pytest.mark.parametrize("name", TESTS)
def test_the_test_exists(name: str):
    path, _colons, function = name.partition("::")
    assert function in functions_in(ROOT / path)


def test_what_is_later_work_is_a_rule():
    assert set(later()) <= set(RULES)
