"""Whether the records are sound: every sum, cap, period, split, statement, entry and seal, looked at anew.

A module for each area; each check has a code that stays, the rule behind it, and one statement that finds what breaks
it, however much there is. `docs/integrity.md` lists them. Nothing is written.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from liaoyang_medins.portal.snapshot import one_snapshot

from . import (
    account,
    audit,
    bankfiles,
    cards,
    claims,
    collections,
    findings,
    handover,
    journal,
    lists,
    messages,
    notices,
    outpatient,
    papers,
    paying,
    periods,
    receipts,
    registration,
    reimbursements,
    reviews,
    runs,
    statements,
    supervision,
    watching,
)
from .checks import Check, Finding

__all__ = ["CHECKS", "Check", "Finding", "Result", "UnknownCheck", "check_integrity", "chosen"]

CHECKS: tuple[Check, ...] = tuple(
    check
    for area in (
        registration,
        papers,
        notices,
        receipts,
        bankfiles,
        collections,
        periods,
        claims,
        reimbursements,
        reviews,
        outpatient,
        handover,
        messages,
        cards,
        watching,
        findings,
        paying,
        lists,
        statements,
        runs,
        journal,
        account,
        supervision,
        audit,
    )
    for check in area.CHECKS
)


class UnknownCheck(ValueError):
    """There is no check with this code."""


@dataclass(frozen=True, slots=True)
class Result:
    """How many rows a check looked at, and how many faults it found; `notes` are told and are no faults."""

    check: Check
    examined: int
    faults: int
    notes: int


def chosen(codes: Iterable[str]) -> tuple[Check, ...]:
    """The checks with these codes, or of an area (`journal`); all where none is given. Raises UnknownCheck."""
    wanted = tuple(codes)
    for code in wanted:
        if not any(check.code == code or check.code.startswith(f"{code}.") for check in CHECKS):
            raise UnknownCheck(code)
    return tuple(
        check
        for check in CHECKS
        if not wanted or any(check.code == code or check.code.startswith(f"{code}.") for code in wanted)
    )


def check_integrity(
    codes: Iterable[str] = (),
    *,
    at_work: bool = False,
    found: Callable[[Finding], None] = lambda finding: None,
    done: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Look at everything in one snapshot of the database; `found` is told each finding, `done` each check's result.

    `at_work`: the portal is running, so what waits for the next sweep of the journal is only a note. Raises
    UnknownCheck.
    """
    results = []
    checks = chosen(codes)
    # Many checks look at the same rows; in one snapshot they are as many each time.
    examined: dict[str, int] = {}
    with one_snapshot():
        for check in checks:
            faults = notes = 0
            for finding in check.findings():
                if check.note or (at_work and finding.waiting):
                    notes += 1
                else:
                    faults += 1
                found(finding)
            if check.rows not in examined:
                examined[check.rows] = check.examined()
            results.append(Result(check, examined[check.rows], faults, notes))
            done(results[-1])
    return results
