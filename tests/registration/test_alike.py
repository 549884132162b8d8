"""Whom the rules cannot tell apart: those of one situation get the same answer, but for their days."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.registration.alike import Horizon, Seen, horizon, seen
from enrollment.registration.data import CircumstanceData
from enrollment.registration.facts import history_of, hukou_entry
from enrollment.registration.models import Circumstance
from enrollment.registration.rules import FactsHistory, assess_eligibility, birthday, eligible_since
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.policy import BeforeTheLaw, PolicyOn
from liaoyang_medins.kernel.policy.terms import Sex

Kind = Circumstance.Kind
SECOND_AREA = Path(__file__).parent.parent / "policies"
LIAOYANG = partial(policy.on, "liaoyang")
TODAY, NEW_YEAR = date(2010, 10, 1), date(2011, 1, 1)
WITHIN = horizon(NEW_YEAR, TODAY, LIAOYANG)
LAW = WITHIN.first_day
# From then on men of Newport are elderly earlier, and fewer of the disabled may take part.
NEW_LAW = date(2011, 4, 1)
AMENDED = f"""
area: newport
version: 3
holds_from: {NEW_LAW}
approval: {{number: Newport Order No. 13, date: 2011-03-01}}
eligibility:
  working_age_last_age: {{M: {{value: 61, article: "3"}}}}
  elderly_first_age: {{M: {{value: 62, article: "4"}}}}
  severe_disability_last_grade: {{value: 2, article: "3"}}
"""
Person = tuple[Sex, date, list[CircumstanceData]]

VALUES = {
    Kind.HUKOU: ("native", "outside", "county"),
    Kind.STUDENT: ("school", "university"),
    Kind.LOW_INCOME: ("low_income", "low_income_edge"),
    Kind.DISABILITY: ("2", "3"),
    Kind.WORK: ("employed",),
    Kind.PENSION: ("here", "elsewhere"),
    Kind.SCHEME: ("employee",),
    Kind.BAR: ("barred",),
}


def people(chance: Random, within: Horizon) -> list[Person]:
    """Many people to whom few things happened on few days, so that some are alike."""
    law = within.first_day
    somewhen = [law + timedelta(days=chance.randint(-300, (within.until - law).days)) for _day in range(3)]
    few = sorted(chance.sample([*somewhen, *within.changes, NEW_LAW, law], 3))
    kinds = {Kind.HUKOU, *chance.sample(list(VALUES), chance.randint(1, 2))}
    found = []
    for _person in range(250):
        # Birth, or a birthday with which a category begins, is one of the days; or long over.
        birth = birthday(chance.choice([*few, date(1995, 3, 5)]), -chance.choice([0, 16, 19, 50, 60, 62, 65]))
        held = [stretch for kind in sorted(kinds) for stretch in stretches(chance, kind, [birth, *few])]
        found.append((chance.choice(list(Sex)), birth, held))
    return found


def stretches(chance: Random, kind: Kind, few: list[date]) -> list[CircumstanceData]:
    """What held of a kind, one after the other."""
    starts = sorted({chance.choice(few) for _stretch in range(chance.choice([0, 1, 1, 2]))})
    ends = [*(day - timedelta(days=1) for day in starts[1:]), chance.choice([None, *few])]
    return [
        CircumstanceData(kind.value, chance.choice(VALUES[kind]), *span)
        for span in zip(starts, ends, strict=False)
        if span[1] is None or span[1] >= span[0]
    ]


def seen_of(person: Person, within: Horizon) -> Seen:
    sex, birth, circumstances = person
    return seen(sex.value, birth, [(row.kind, row.value, row.starts, row.ends) for row in circumstances], within)


def answer(person: Person, reference: date, today: date, policy_on: PolicyOn, found: Seen) -> object:
    """What the rules say of a renewal's person, the days since when by their place."""
    sex, birth, circumstances = person
    history = history_of(sex, birth, circumstances)
    facts = history.on(today)
    if facts is None or birth > reference:
        return None
    history = FactsHistory(tuple((first, held) for first, held in history.segments if first <= today))
    since = eligible_since(history, max(reference, today), policy_on) or eligible_since(history, reference, policy_on)
    return (
        replace(facts, birth_date=LAW),
        assess_eligibility(facts, reference, policy_on(reference)),
        found.days.index(since) if since else None,
        hukou_entry(circumstances),
    )


def same_for_all_alike(chance: Random, reference: date, today: date, policy_on: PolicyOn) -> None:
    within = horizon(reference, today, policy_on)
    drawn = people(chance, within)
    sights = [(person, seen_of(person, within)) for person in drawn]
    told = [(found, answer(person, reference, today, policy_on, found)) for person, found in sights]
    told.sort(key=lambda one: repr(one[0].situation))
    for situation, group in groupby(told, key=lambda one: one[0].situation):
        answers = [given for _found, given in group]
        assert all(given == answers[0] for given in answers), situation


seeds = st.integers(0, 2**32)


@given(seeds)
def test_who_is_alike_gets_the_same_answer(seed: int):
    same_for_all_alike(Random(seed), NEW_YEAR, TODAY, LIAOYANG)


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Newport with an amendment of who may take part."""
    folder = tmp_path_factory.mktemp("areas")
    shutil.copytree(SECOND_AREA / "newport", folder / "newport")
    (folder / "newport" / f"{NEW_LAW}.yaml").write_text(AMENDED, encoding="utf-8")
    return folder


@given(seeds, st.dates(date(2011, 6, 1), date(2012, 3, 1)))
def test_so_over_a_new_policy_version_and_after_the_reference_date(areas: Path, seed: int, today: date):
    with policy.data_in(areas):
        same_for_all_alike(Random(seed), date(2012, 1, 1), today, partial(policy.on, "newport"))


def test_of_those_drawn_there_some_are_alike_on_other_days():
    """Else the two tests above would show nothing."""
    pairs = 0
    for seed in range(10):
        different: dict[object, set[object]] = {}
        for person in people(Random(seed), WITHIN):
            different.setdefault(seen_of(person, WITHIN).situation, set()).add((person[1], tuple(person[2])))
        pairs += sum(len(own) > 1 for own in different.values())
    assert pairs > 50


def native(birth: date, *more: tuple[Kind, str, date, date | None], sex: Sex = Sex.M) -> Person:
    held = [(Kind.HUKOU, "native", birth, None), *more]
    return sex, birth, [CircumstanceData(kind.value, *rest) for kind, *rest in sorted(held)]


def low(starts: date, ends: date | None = None) -> tuple[Kind, str, date, date | None]:
    return Kind.LOW_INCOME, "low_income", starts, ends


BORN = date(1970, 5, 6)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (native(date(1940, 1, 2)), native(date(1948, 7, 1)), True),
        (native(date(1940, 1, 2)), native(date(1940, 1, 2), sex=Sex.F), False),
        # Sixty between the law and the new year, or on its first day.
        (native(date(1949, 3, 1)), native(date(1950, 8, 9)), True),
        (native(date(1949, 3, 1)), native(birthday(LAW, -60)), False),
        (native(birthday(LAW, -60)), native(date(1940, 1, 2)), True),
        (native(date(2009, 3, 1)), native(date(2010, 3, 1)), True),
        (native(LAW), native(date(2000, 3, 1)), True),
        (native(BORN, low(date(2001, 1, 1))), native(BORN, low(LAW)), True),
        (native(BORN, low(date(2001, 1, 1))), native(BORN, low(date(2009, 1, 1))), False),
        (native(BORN, low(date(2009, 5, 1))), native(BORN, low(date(2009, 1, 1))), True),
        # Only known from tomorrow on.
        (native(BORN, low(date(2009, 5, 1))), native(BORN, low(date(2010, 10, 2))), False),
        (native(BORN, low(LAW, date(2009, 5, 1))), native(BORN, low(LAW, date(2010, 5, 1))), True),
        (native(BORN, low(LAW, date(2009, 5, 1))), native(BORN, low(LAW)), False),
        # The status came before sixty, or after it.
        (native(date(1949, 3, 1), low(date(2009, 2, 1))), native(date(1949, 3, 1), low(date(2009, 4, 1))), False),
        (native(date(1949, 3, 1), low(date(2009, 3, 1))), native(date(1949, 3, 1), low(date(2009, 4, 1))), False),
    ],
)
def test_what_is_alike(one: Person, other: Person, alike: bool):
    assert (seen_of(one, WITHIN).situation == seen_of(other, WITHIN).situation) is alike


def test_when_somebody_moved_in_is_looked_at_itself():
    moved = [
        (Sex.F, BORN, [CircumstanceData("hukou", value, starts)])
        for value, starts in (("outside", LAW), ("outside", date(2001, 1, 1)), ("county", LAW))
    ]
    assert len({seen_of(person, WITHIN).situation for person in moved}) == 3


def test_before_the_law_nothing_is_seen():
    with pytest.raises(BeforeTheLaw):
        horizon(date(2008, 1, 1), date(2008, 1, 1), LIAOYANG)
