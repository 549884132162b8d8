"""Cases that the best-known open system gets wrong, through the services: a deductible of 500, 55 %, a cap of 30,000.

Two settlements of one person at once, and two admissions with one inpatient number, are in test_at_once.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaoyang_medins.kernel import policy
from tests.claims import makers
from tests.claims.flat import write_flat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def flat(tmp_path: Path) -> Iterator[None]:
    """The figures hold from June 2010 on, the month in which these tests live."""
    write_flat(tmp_path, makers.day("2010-06-01"))
    with policy.data_in(tmp_path):
        yield


@pytest.mark.parametrize(
    ("lines", "fund"),
    [
        (("8000.00",), "4125.00"),
        (("1000.00", "2500.00", "500.00", "3000.00", "1500.00", "1500.00"), "5225.00"),
        (("8000.90",), "4125.50"),
        (("300.00",), "0.00"),
        (("300.00", "300.00"), "55.00"),
        (("60000.00",), "30000.00"),
    ],
)
def test_deductible_ratio_cap_and_fen_are_right_in_any_order_of_the_lines(lines, fund):
    by = makers.hospital()
    for order in sorted({lines, lines[::-1], tuple(sorted(lines)), tuple(sorted(lines, reverse=True))}):
        settlement = makers.settled(makers.insured(years=(2010,)), by, order, on="2010-06-01", until="2010-06-20")
        assert (str(settlement.fund), settlement.policy_version) == (fund, 2)
        assert settlement.fund + settlement.resident_pays == settlement.total
        parts = (settlement.out_of_scope, settlement.deductible, settlement.copayment, settlement.over_cap)
        assert sum(parts) == settlement.resident_pays


def test_what_is_over_the_cap_is_said():
    settlement = makers.settled(
        makers.insured(years=(2010,)), makers.hospital(), ("60000.00",), on="2010-06-01", until="2010-06-20"
    )
    assert (str(settlement.over_cap), str(settlement.copayment)) == ("2725.00", "26775.00")


def test_a_stay_that_is_entered_today_for_last_month_is_judged_by_last_months_measures():
    person, by = makers.insured(years=(2010,)), makers.hospital()
    last_month = makers.settled(person, by, ("8000.00",), on="2010-05-03", until="2010-05-31")
    this_month = makers.settled(person, by, ("8000.00",), on="2010-06-03", until="2010-06-08")
    assert (str(last_month.fund), last_month.policy_version) == ("3375.00", 1)
    assert (str(this_month.fund), this_month.policy_version) == ("4125.00", 2)
    assert last_month.decided_on == this_month.decided_on == makers.day("2010-06-30")
