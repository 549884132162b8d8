"""Each pattern finds its case and not the near miss; those over all pairs and windows as counted one by one."""

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from claims.facts import span
from claims.models import Stay
from claims.rules import share_too_many_days
from enrollment.registration.models import Resident
from funds.watch.models import Finding
from tests import factories
from tests.claims import makers as claims

from .makers import FIGURES, TODAY, D, found, settled, stay, stays_found

pytestmark = pytest.mark.django_db


def crowded(days: Sequence[datetime.date], many: int, within: int) -> set[int]:
    """The places of the days that lie with `many` or more in any window of `within` days, window by window."""
    counted: set[int] = set()
    for day in days:
        ahead = {place for place, other in enumerate(days) if 0 <= (other - day).days < within}
        if len(ahead) >= many:
            counted |= ahead
    return counted


# --- many stays ------------------------------------------------------------------------------------------------------


def five_stays(last: str) -> Resident:
    person = factories.resident()
    for day in ("2009-03-01", "2009-03-20", "2009-04-10", "2009-05-01", last):
        stay(person, "H3", day, (claims.day(day) + datetime.timedelta(days=2)).isoformat())
    return person


def test_five_admissions_within_ninety_days():
    person = five_stays("2009-05-29")
    (one,) = found("many_stays")
    assert one.resident == person.pk
    assert len(one.stays) == 5
    assert one.figures == {"stays": "5", "institutions": "1", "from": "2009-03-01", "until": "2009-05-29"}


def test_the_fifth_on_the_ninety_first_day_is_not_found():
    five_stays("2009-05-30")
    assert found("many_stays") == []


def test_cancelled_stays_and_outpatient_treatment_do_not_count():
    person = five_stays("2009-05-29")
    Stay.objects.filter(resident=person, admitted_on="2009-04-10").update(status="cancelled", discharged_on=None)
    assert found("many_stays") == []
    Stay.objects.filter(resident=person, admitted_on="2009-04-10").update(status="admitted", outpatient=True)
    assert found("many_stays") == []


def test_what_is_longer_ago_than_the_months_looked_through_is_not_found():
    five_stays("2009-05-29")
    assert found("many_stays", replace(FIGURES, months=4)) == []


# --- stays that overlap ----------------------------------------------------------------------------------------------


def test_two_stays_that_share_two_days():
    person = factories.resident()
    first = stay(person, "H3", "2009-05-01", "2009-05-10")
    second = stay(person, "H1", "2009-05-09", "2009-05-12")
    (one,) = found("overlap")
    assert (one.resident, one.stays, one.figures) == (person.pk, (first.pk, second.pk), {"days": "2"})


def test_discharged_and_admitted_again_on_one_day_is_none():
    person = factories.resident()
    stay(person, "H3", "2009-05-01", "2009-05-10")
    stay(person, "H1", "2009-05-10", "2009-05-12")
    stay(factories.resident(), "H1", "2009-05-02", "2009-05-12")
    assert found("overlap") == []


SPANS = st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(0, 8)))


class TestAgainstBruteForce(TestCase):
    def made(self, person: Resident, spans: Sequence[tuple[int, int | None]]) -> list[Stay]:
        start = TODAY - datetime.timedelta(days=18)
        made = []
        for offset, length in spans:
            first = min(start + datetime.timedelta(days=offset), TODAY)
            last = None if length is None else (first + datetime.timedelta(days=length)).isoformat()
            made.append(stay(person, f"H{len(made) % 2}", first.isoformat(), last))
        return made

    @hypothesis_settings(max_examples=40)
    @given(st.lists(st.tuples(st.integers(0, 1), SPANS), max_size=6))
    def test_overlaps_are_those_of_the_rule_pair_by_pair(self, drawn):
        people = [factories.resident(), factories.resident()]
        stays = [
            one for who in (0, 1) for one in self.made(people[who], [span for whose, span in drawn if whose == who])
        ]
        expected = {
            frozenset({one.pk, other.pk})
            for one, other in itertools.combinations(stays, 2)
            if one.resident_id == other.resident_id and share_too_many_days(span(one, TODAY), span(other, TODAY))
        }
        pairs = stays_found("overlap")
        assert {frozenset(pair) for pair in pairs} == expected
        assert len(pairs) == len(expected)

    @hypothesis_settings(max_examples=30)
    @given(st.lists(st.integers(0, 60), max_size=8), st.integers(2, 4), st.integers(1, 30))
    def test_many_stays_are_those_of_the_windows_one_by_one(self, offsets, many, within):
        person = factories.resident()
        days = sorted(TODAY - datetime.timedelta(days=offset) for offset in offsets)
        stays = [stay(person, "H3", day.isoformat(), day.isoformat()) for day in days]
        expected = {stays[place].pk for place in crowded(days, many, within)}
        pairs = stays_found("many_stays", replace(FIGURES, many_stays=many, many_days=within))
        assert {key for keys in pairs for key in keys} == expected
        assert len(pairs) == bool(expected)


# --- reported dead ---------------------------------------------------------------------------------------------------


def dead(on: str = "2009-05-04") -> Resident:
    person = factories.resident()
    factories.circumstance(person, "death", "died", starts=claims.day(on))
    return person


def test_a_stay_that_began_after_the_death_or_went_on_for_days():
    person = dead()
    later = stay(person, "H3", "2009-05-05", "2009-05-05")
    longer = stay(dead(), "H3", "2009-05-01", "2009-05-06")
    running = stay(dead(), "H3", "2009-05-01")
    assert sorted(stays_found("after_death")) == [(later.pk,), (longer.pk,), (running.pk,)]
    assert found("after_death")[0].figures == {"died_on": "2009-05-04"}


def test_who_died_there_is_none_nor_a_death_that_was_taken_back():
    stay(dead(), "H3", "2009-05-01", "2009-05-04")
    stay(dead(), "H3", "2009-05-04", "2009-05-05")
    person = dead()
    person.circumstances.filter(kind="death").update(voided=True)
    stay(person, "H3", "2009-06-01", "2009-06-05")
    assert found("after_death") == []


# --- a card in two places --------------------------------------------------------------------------------------------


def test_a_card_presented_at_two_institutions_within_a_day():
    person = factories.resident()
    first = stay(person, "H3", "2009-05-01 08:00", "2009-05-01", presented="2009-05-01 08:00")
    second = stay(person, "H1", "2009-05-02 08:00", "2009-05-09", presented="2009-05-02 08:00")
    (one,) = found("two_places")
    assert (one.resident, one.stays, one.figures) == (person.pk, (first.pk, second.pk), {"hours": "24"})


@pytest.mark.parametrize(
    "change",
    [
        {"presented": "2009-05-02 08:01"},
        {"at": "H3"},
        {"transfer_stated": True},
        {"resident": "another"},
    ],
)
def test_not_later_there_again_or_by_a_transfer(change):
    person = factories.resident()
    stay(person, "H3", "2009-05-01", "2009-05-01", presented="2009-05-01 08:00")
    values = {"at": "H1", "presented": "2009-05-02 08:00"} | change
    who = factories.resident() if values.pop("resident", None) else person
    stay(who, values.pop("at"), "2009-05-02", "2009-05-09", **values)
    assert found("two_places") == []


def test_who_was_sent_on_by_the_first_is_none():
    person = factories.resident()
    stay(person, "H3", "2009-05-01", "2009-05-01", presented="2009-05-01 08:00", discharge_way="transferred")
    stay(person, "H1", "2009-05-01 15:00", "2009-05-09", presented="2009-05-01 15:00")
    assert found("two_places") == []


def treated(person: Resident, on: str, at: str = "H1") -> Stay:
    made = stay(person, at, on, on, outpatient=True)
    Stay.objects.filter(pk=made.pk).update(card_presented_at=None)
    made.lines.create(
        line_number="1",
        on=claims.day(on),
        item_code="A1",
        item_name="透析",
        quantity=1,
        unit_price=400,
        amount=400,
        in_scope=400,
    )
    return made


def test_outpatient_treatment_while_the_person_lay_elsewhere():
    person = factories.resident()
    lying = stay(person, "H3", "2009-05-01", "2009-05-10")
    made = treated(person, "2009-05-09")
    (one,) = found("two_places")
    assert (one.stays, one.figures) == ((lying.pk, made.pk), {"day": "2009-05-09"})


@pytest.mark.parametrize(("day", "at"), [("2009-05-10", "H1"), ("2009-05-01", "H1"), ("2009-05-05", "H3")])
def test_on_the_days_of_coming_and_going_or_in_the_same_house_is_none(day, at):
    person = factories.resident()
    stay(person, "H3", "2009-05-01", "2009-05-10")
    treated(person, day, at)
    assert found("two_places") == []


# --- in series -------------------------------------------------------------------------------------------------------


def admitted_at_once(count: int, day: str = "2009-05-04", diagnosis: str = "M51.2") -> list[Stay]:
    return [stay(factories.resident(), "H3", day, day, diagnosis_id=diagnosis) for _number in range(count)]


def test_six_persons_with_one_disease_on_a_day():
    made = admitted_at_once(5) + admitted_at_once(1, diagnosis="M51.9")
    (one,) = found("series")
    assert one.stays == tuple(row.pk for row in made)
    assert one.institution == made[0].institution_id
    assert one.figures == {"day": "2009-05-04", "disease": "M51", "persons": "6", "usual": "0.0000"}


def test_five_persons_or_six_with_two_diseases_are_none():
    admitted_at_once(5)
    admitted_at_once(1, diagnosis="J18.9")
    admitted_at_once(1, day="2009-05-05")
    assert found("series") == []


def test_what_is_usual_there_is_none():
    admitted_at_once(6)
    wanted = replace(FIGURES, months=1, series_persons=2, series_times=5)
    # Two a day on every day of the month is what the house does.
    for offset in range(30):
        admitted_at_once(2, day=(TODAY - datetime.timedelta(days=offset)).isoformat())
    assert found("series", wanted) == []


# --- unlike its peers ------------------------------------------------------------------------------------------------

FEW = replace(FIGURES, peer_stays=2)


def houses(unlike: dict[str, str | None], **usual: str) -> None:
    """Four institutions of grade 2 with two settled stays each in the last quarter; the last is otherwise."""
    for place in range(4):
        at = claims.institution(f"P{place}", grade="grade2")
        for number in range(2):
            values = {"last": "2009-05-05", "total": f"{1000 + place}.00", "in_scope": f"{900 + place}.00"} | usual
            values |= unlike if place == 3 else {}
            person = factories.resident()
            settled(person, at, "2009-05-01", values["last"], values["total"], values["in_scope"])
            if values.get("again") and number == 0:
                stay(person, at, values["again"], values["again"])


@pytest.mark.parametrize(
    ("kind", "unlike", "value"),
    [
        ("peer_cost", {"total": "5000.00", "in_scope": "4500.00"}, "5000.0000"),
        ("peer_length", {"last": "2009-05-25"}, "24.0000"),
        ("peer_readmission", {"again": "2009-05-19"}, "0.5000"),
        ("peer_out_of_scope", {"in_scope": "400.00"}, "0.6012"),
    ],
)
def test_an_institution_unlike_its_peers(kind, unlike, value):
    houses(unlike)
    (one,) = found(kind, FEW)
    assert one.institution == claims.institution("P3").pk
    assert (one.figures["value"], one.figures["grade"], one.figures["stays"]) == (value, "grade2", "2")
    assert one.period == "2009-04-01 2009-06-30"
    assert len(one.stays) == 2
    others = {other for other in Finding.Kind.values if other.startswith("peer_")} - {kind}
    assert [other for other in others if found(other, FEW)] == []


def test_the_fifteenth_day_is_no_readmission():
    houses({"again": "2009-05-20"})
    person = factories.resident()
    settled(person, "P0", "2009-05-01", "2009-05-05", "1000.00", "900.00")
    stay(person, "P0", "2009-05-06", "2009-05-06")
    assert claims.institution("P3").pk not in [one.institution for one in found("peer_readmission", FEW)]


def test_like_its_peers_is_none():
    houses({"total": "1100.00", "in_scope": "990.00"})
    assert found("peer_cost", FEW) == []


def test_too_few_stays_are_not_compared():
    houses({"total": "5000.00", "in_scope": "4500.00"})
    assert len(found("peer_cost", FEW)) == 1
    assert found("peer_cost", FIGURES) == []


def test_the_present_quarter_is_not_judged_yet():
    for place in range(4):
        at = claims.institution(f"P{place}", grade="grade2")
        for _number in range(2):
            settled(factories.resident(), at, "2009-07-01", "2009-07-03", "9000.00" if place == 3 else "1000.00")
    assert found("peer_cost", FEW) == []
    assert D(2009, 7, 3) <= TODAY
