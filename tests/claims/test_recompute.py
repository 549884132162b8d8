"""Settlements decided again: the page of one, and the command over those of a period or of an institution."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from claims.models import Settlement
from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User

from . import makers
from .flat import write_flat

pytestmark = pytest.mark.django_db


def page(settlement: Settlement, by: Actor | None = None, route: str = "settlement-recompute") -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=(by or makers.reviewer()).user_id))
    return client.get(reverse(route, args=[settlement.number])).content.decode()


def test_a_sound_settlement_is_the_same_to_the_fen():
    shown = page(makers.settled(makers.insured(), makers.hospital()))
    assert "The same to the fen" in shown
    assert "Different" not in shown
    assert shown.count("The same</span>") == 13


def test_a_changed_one_names_each_figure_with_both_values():
    settlement = makers.settled(makers.insured(), makers.hospital())
    Settlement.objects.update(
        fund=settlement.fund - 1, resident_pays=settlement.resident_pays + 1, copayment=settlement.copayment + 1
    )
    shown = page(settlement)
    assert "Not the same" in shown
    assert "The fund pays: 3,374.00 is stored, 3,375.00 comes out." in shown
    assert shown.count(" is stored, ") == 3


def test_one_under_another_policy_says_that_it_cannot_be_recomputed():
    settlement = makers.settled(makers.insured(), makers.hospital())
    Settlement.objects.update(policy_hash="0" * 64)
    shown = page(settlement)
    assert "It cannot be recomputed" in shown
    assert "Its policy version is not there any more, or was edited since." in shown


def test_another_hospital_does_not_find_it():
    settlement = makers.settled(makers.insured(), makers.hospital())
    assert "3,375.00" not in page(settlement, makers.hospital("H9"))


def told(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("recompute_settlements", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return f"{error}", err.getvalue()
    return out.getvalue(), err.getvalue()


def test_the_command_takes_a_period_and_an_institution():
    right = makers.settled(makers.insured(), makers.hospital())
    wrong = makers.settled(makers.insured(), makers.hospital("H2", grade="grade2"))
    Settlement.objects.filter(pk=wrong.pk).update(
        fund=wrong.fund - 1, resident_pays=wrong.resident_pays + 1, copayment=wrong.copayment + 1
    )
    assert told("--institution", "H3")[0].startswith("1 settlements recomputed")
    end, rows = told("--institution", "H2")
    assert end == "1 of 1 settlements differ."
    assert [row.split(":")[0] for row in rows.splitlines()] == [wrong.number]
    assert "fund 3799.00 stored, 3800.00 recomputed" in rows
    assert told("--from", "2010-07-01")[0].startswith("0 settlements")
    assert told("--until", "2010-06-29")[0].startswith("0 settlements")
    assert told("--from", "2010-06-30", "--until", "2010-06-30")[0] == "1 of 2 settlements differ."
    assert told("--institution", "NONE")[0] == "There is no institution NONE."
    assert right.number not in rows


def test_each_is_decided_again_under_its_own_policy_version(tmp_path):
    """Version 1 has another deductible and ratio than version 2, which has held since June."""
    write_flat(tmp_path, makers.day("2010-06-01"))
    person, by = makers.insured(years=(2010,)), makers.hospital()
    with policy.data_in(tmp_path):
        old = makers.settled(person, by, on="2010-05-03", until="2010-05-31")
        new = makers.settled(person, by, on="2010-06-03", until="2010-06-08")
        assert [(row.policy_version, str(row.fund)) for row in (old, new)] == [(1, "3375.00"), (2, "4125.00")]
        assert "The same to the fen" in page(old)
        assert told()[0].startswith("2 settlements recomputed, no difference")
        Settlement.objects.filter(pk=old.pk).update(policy_version=2, policy_hash=new.policy_hash)
        assert "Fund ratio: 45% is stored, 55% comes out." in page(old)
        assert told()[0] == "1 of 2 settlements differ."


def test_a_fact_that_was_changed_since_is_caught_by_the_button_the_page_and_the_command():
    settlement = makers.settled(makers.insured(), makers.hospital())
    Settlement.objects.update(facts=settlement.facts | {"grade": "grade2"})
    assert "Fund ratio: 45% is stored, 50% comes out." in page(settlement)
    assert "cannot be recomputed to the same fen" in page(settlement, route="settlement")
    assert f"{settlement.number}: ratio 0.4500 stored, 0.5" in told()[1]


@pytest.mark.parametrize("broken", [{"total": "a lot"}, {"grade": "grade9"}, {"shoe_size": 42}])
def test_facts_that_cannot_be_read_are_said_so_and_break_no_page(broken):
    settlement = makers.settled(makers.insured(), makers.hospital())
    Settlement.objects.update(facts=settlement.facts | broken)
    assert "Its stored facts cannot be read." in page(settlement)
    assert "cannot be recomputed to the same fen" in page(settlement, route="settlement")
    assert told()[0] == "1 of 1 settlements differ."
    assert "cannot be recomputed" in told()[1]
