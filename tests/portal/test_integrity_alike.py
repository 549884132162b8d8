"""Checks that ask the rules once of all rows that are alike: every row that is wrong is told, whatever is wrong."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import translation

from claims.models import Settlement
from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Registration
from liaoyang_medins.kernel import clock
from liaoyang_medins.portal.integrity import Finding, check_integrity

from . import sound_city
from .faults import open_up
from .faults.planting import change

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The sound city, once for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        sound_city.build()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def in_the_city(city: None, db: None) -> Iterator[None]:
    with clock.on_day(sound_city.TODAY), translation.override("en"):
        yield


def told(code: str) -> set[str]:
    """The rows that a check finds."""
    found: list[Finding] = []
    check_integrity([code], found=found.append)
    assert all(finding.problem for finding in found)
    return {finding.row for finding in found}


def test_of_registrations_that_are_alike_each_is_told():
    open_up(Registration)
    wrong = Registration.objects.filter(tier="ordinary")
    numbers = set(wrong.values_list("number", flat=True))
    assert len(numbers) > 5
    wrong.update(tier="low_income")
    assert told("registration.eligibility") == numbers


def test_of_notices_that_are_alike_each_is_told():
    open_up(ContributionNotice)
    wrong = ContributionNotice.objects.filter(kind="renewal")
    numbers = set(wrong.values_list("number", flat=True))
    assert len(numbers) > 5
    wrong.update(personal=F("personal") + 1)
    assert told("notice.amounts") == numbers


@pytest.mark.parametrize(
    "values",
    [
        {"payable": False},
        {"reasons": ["foreign"]},
        {"total": Decimal("0.01")},
        {"in_scope": Decimal("0.01")},
        {"cap": Decimal("29999.99")},
        {"cap_used": Decimal("0.01")},
        {"ratio": Decimal("0.9999")},
        {"fund": Decimal("0.01")},
        {"out_of_scope": Decimal("99999.99")},
        {"deductible": Decimal("0.01")},
        {"over_cap": Decimal("0.01")},
        {"over_cap": None},
        {"facts": {}},
        {"facts": {"category": "nobody"}},
    ],
    ids=str,
)
def test_whatever_of_a_settlement_is_wrong_is_told(values: dict[str, Any]):
    row = Settlement.objects.filter(live=True, payable=True, cap_used=0, over_cap=0, fund__gt=1).order_by("number")[0]
    number = row.number
    change(row, **values)
    assert told("settlement.recomputed") == {number}


def test_a_settlement_that_pays_nothing_is_asked_too():
    row = Settlement.objects.filter(payable=True, fund__gt=1).order_by("number")[0]
    change(row, payable=False, fund=0, reasons=["treated_abroad"], ratio=None, out_of_scope=None, deductible=None)
    assert told("settlement.recomputed") == {row.number}


def test_facts_without_the_amounts_are_told_as_what_cannot_be_recomputed():
    row = Settlement.objects.filter(payable=True).order_by("number")[0]
    facts = {name: value for name, value in row.facts.items() if name != "total"}
    change(row, facts=facts)
    assert told("settlement.recomputed") == {row.number}
