"""The table of codes in docs/hospital-api.md, made from codes.py."""

from django.utils import translation

from .codes import CODES, LINE_FAULTS

SCHEMA = "openapi.yaml"
GUIDE = "hospital-api.md"
BEGINS, ENDS = "<!-- codes -->\n", "<!-- end of codes -->\n"


def codes_as_table() -> str:
    """Every code with its HTTP status, what it says, and what to do."""
    with translation.override("en"):
        rows = [f"| `{code.code}` | {code.status} | {code.title} | {code.action} |" for code in CODES.values()]
        lines = [f"| `{code}` | {words} |" for code, words in LINE_FAULTS.items()]
    head = ["| code | HTTP | it says | what to do |", "| --- | --- | --- | --- |"]
    of_lines = ["", "Of a line of an upload (`wrong_lines`):", "", "| code | the line is |", "| --- | --- |"]
    return "\n".join([*head, *rows, *of_lines, *lines]) + "\n"


def with_codes(guide: str) -> str:
    """The guide with the table of now between its two marks. Raises ValueError where it has no marks."""
    before, mark, rest = guide.partition(BEGINS)
    _old, end, after = rest.partition(ENDS)
    if not (mark and end):
        raise ValueError(f"The guide has no {BEGINS.strip()} … {ENDS.strip()}.")
    return f"{before}{BEGINS}\n{codes_as_table()}\n{ENDS}{after}"
