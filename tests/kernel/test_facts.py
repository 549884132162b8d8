"""Facts as JSON and back."""

import json
from datetime import date
from decimal import Decimal

import pytest

from claims.rules import LineFacts, StayFacts
from enrollment.contributions.rules import BenefitFacts, ContributionFacts
from enrollment.registration.rules import FactsHistory, PersonFacts
from liaoyang_medins.kernel.facts import from_json, to_json
from liaoyang_medins.kernel.policy.terms import (
    CatalogueClass,
    Category,
    Disease,
    EnrollmentKind,
    Grade,
    MovedFrom,
    Sex,
    StudentKind,
)

PERSON = PersonFacts(Sex.F, date(1992, 2, 29), student=StudentKind.SCHOOL, disability_grade=2, working=True)

FACTS = [
    PERSON,
    FactsHistory(((date(2008, 7, 1), PERSON), (date(2010, 3, 1), PERSON))),
    ContributionFacts(PERSON, date(2010, 1, 1), None, 2),
    BenefitFacts(EnrollmentKind.FIRST, date(2010, 1, 5), date(2010, 2, 1), moved_from=MovedFrom.NONE, year_after=True),
    LineFacts(Decimal("12.30"), date(2009, 5, 1), CatalogueClass.B, Decimal("0.1"), unit_price=None),
    StayFacts(
        Category.MINOR,
        Grade.GRADE3,
        Decimal("100.10"),
        Decimal("90.00"),
        Decimal(30000),
        specialist_for=frozenset({Disease.MENTAL, Disease.HEPATITIS_B}),
    ),
]


@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: type(facts).__name__)
def test_there_and_back(facts):
    stored = json.loads(json.dumps(to_json(facts)))
    assert from_json(type(facts), stored) == facts


def test_a_field_added_later_has_its_default():
    stored = to_json(PERSON)
    del stored["barred"]
    assert from_json(PersonFacts, stored).barred is False


def test_an_unknown_field_is_refused():
    with pytest.raises(ValueError, match="no field shoe_size"):
        from_json(PersonFacts, to_json(PERSON) | {"shoe_size": 42})


def test_what_would_not_come_back_is_refused():
    with pytest.raises(TypeError, match="float is no kind of fact"):
        to_json({"amount": 0.1})
    with pytest.raises(TypeError):
        from_json(PersonFacts, to_json(PERSON) | {"disability_grade": True})


@pytest.mark.parametrize("broken", [{"total": "a lot"}, {"total": None}, {"grade": "grade9"}, {"cap": ["1"]}])
def test_what_cannot_be_read_is_refused_as_no_fact(broken):
    with pytest.raises((TypeError, ValueError)):
        from_json(StayFacts, to_json(FACTS[-1]) | broken)
    with pytest.raises(TypeError):
        from_json(StayFacts, [1, 2])
