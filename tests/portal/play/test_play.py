"""The play itself: it replays, joins, finds what is wrong, and does not go where it does not belong."""

import datetime
from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from claims.models import Settlement
from claims.services import settle_stay
from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.portal.demo.city import CitySize, create_demo_city, is_empty
from liaoyang_medins.portal.play import steps as playing_steps
from liaoyang_medins.portal.play.acts.funds import close_day
from liaoyang_medins.portal.play.calm import Calm
from liaoyang_medins.portal.play.cast import Newcomers, members
from liaoyang_medins.portal.play.looking import look
from liaoyang_medins.portal.play.steps import ACTS, PlayError, Step, perform
from liaoyang_medins.portal.play.story import knots, lives, year_of
from liaoyang_medins.portal.play.story.frame import frame_of
from liaoyang_medins.portal.play.tally import Tally
from liaoyang_medins.portal.play.year import CannotPlay, day_of_city
from liaoyang_medins.portal.play.year import play as play_years
from tests import factories

from .playing import clear, digest, play

D = datetime.date
RESIDENTS = 40
# Late in a year, so that little is left to play of it.
LATE = D(2010, 9, 12)


def city(as_of: D = LATE, seed: int = 5) -> None:
    create_demo_city(CitySize(RESIDENTS, seed, as_of), lambda text: None)


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_on_the_same_city_plays_the_same():
    seen = []
    for seed in (1, 1, 2):
        clear()
        city()
        told = play("--year", 2010, "--seed", seed)
        assert told.is_sound, told.output + told.errors
        seen.append(digest())
    assert seen[0] == seen[1] != seen[2]


@pytest.mark.django_db(transaction=True)
def test_years_join_without_a_gap():
    city()
    told = play("--year", 2010, "--years", 2)
    assert told.is_sound, told.output + told.errors
    assert "From 2010-09-13 to 2011-09-30:" in told.output
    assert told.counts["notices paid"] > RESIDENTS / 2
    assert day_of_city() == D(2011, 9, 30)
    assert "the contribution year 2011 is over" in play("--year", 2011).errors
    assert "play the year before first" in play("--year", 2013).errors


def make_dearer(settlement: Settlement, yuan: int | Decimal) -> None:
    """Write that the fund paid more than it should, past all services."""
    changed = {"fund": F("fund") + yuan, "total": F("total") + yuan, "in_scope": F("in_scope") + yuan}
    Settlement.objects.filter(pk=settlement.pk).update(**changed)


@pytest.mark.django_db(transaction=True)
def test_a_fault_in_the_records_is_found_and_named():
    city()
    wrong = Settlement.objects.filter(live=True, fund__gt=0).order_by("number")[0]
    make_dearer(wrong, 1)
    told = play("--year", 2010)
    assert told.status == 1
    assert wrong.number in told.output
    # Found at the end of the month too, by the sums.
    assert "2010-09-30: A2: Live settlements are" in told.output
    assert "findings: something is wrong." in told.errors


@pytest.mark.django_db
def test_the_looks_find_what_they_look_for():
    city()
    assert list(look()) == []
    before = Settlement.objects.get(live=False, stay__status="discharged")
    with clock.on_day(LATE):
        after = settle_stay(stay_number=before.stay.number, by=Actor.job("tests"))
        close_day()
    assert (before.facts, list(look())) == (after.facts, [])
    Receipt.objects.filter(pk=Receipt.objects.filter(status="matched")[0].pk).update(amount=F("amount") + 1)
    Receipt.objects.filter(pk=Receipt.objects.filter(status="unmatched")[0].pk).update(amount=F("amount") + 1)
    # The reversed settlement now differs from the one that took its place; with another's it is above the cap.
    make_dearer(after, 1)
    other = Settlement.objects.filter(live=True, fund__gt=0, over_cap=0, cap_used=0).exclude(pk=after.pk)[0]
    Settlement.objects.filter(pk=other.pk).update(
        resident=after.resident,
        settled_on=after.settled_on,
        cap_from=after.cap_from,
        cap_until=after.cap_until,
        sequence=99,
    )
    make_dearer(other, other.cap - other.fund)
    assert [words.partition(":")[0] for words in look()] == ["F1", "C6", "C6", "A2", "B4", "A4"]


@pytest.mark.django_db
def test_a_new_city_begins_where_its_past_ends():
    with pytest.raises(CommandError, match="2010, 2011"):
        call_command("play_year", "--year", "2012")
    assert is_empty()


@pytest.mark.django_db
def test_years_are_played_in_a_demo_city_alone():
    city()
    told = {"seed": 1, "players": Calm(Tally()), "watch": lambda *told: None}
    Posting.objects.filter(role="agency_reviewer").update(ends=D(2009, 1, 1))
    with pytest.raises(CannotPlay, match="The account reviewer of the demo city is missing"):
        play_years(2010, 1, **told)


@pytest.mark.django_db
def test_a_portal_at_work_is_left_alone():
    """Clerks and a record of what they did, but nobody made a demo of it."""
    factories.actor(Role.AGENCY_CLERK)
    factories.actor(Role.AGENCY_REVIEWER)
    AuditEntry.objects.create(at=clock.now(), business_date=LATE, actor_kind="job", verb="notices.make")
    with pytest.raises(CannotPlay, match="no demo city"):
        play_years(2010, 1, seed=1, players=Calm(Tally()), watch=lambda *told: None)


@pytest.mark.django_db
def test_what_is_drawn_depends_on_the_seed_alone_and_never_undoes_itself_on_one_day():
    city(as_of=D(2009, 9, 30))
    frame = frame_of(7, 2010, D(2009, 10, 1))
    plans = [year_of(frame, members(frame.first), Newcomers(7, 2010)) for _ in range(2)]
    other = frame_of(8, 2010, D(2009, 10, 1))
    assert plans[0] == plans[1] != year_of(other, members(frame.first), Newcomers(8, 2010))
    undone = {"put": "void", "discharge": "cancel_discharge", "settle": "reverse", "pay": "give_back"}
    on_one_day = {(step.day, step.who, step.act) for step in plans[0]}
    # Chaos may deliver a message once more after what followed it; then nothing must be there to undo.
    assert [key for key in on_one_day if (*key[:2], undone.get(key[2])) in on_one_day] == []
    assert {step.act for step in plans[0]} <= set(ACTS)


@pytest.mark.django_db
def test_nothing_befalls_anybody_twice(monkeypatch):
    # Of 100,000 some would die, or go into another scheme, in two stories; the portal would say that it knows.
    create_demo_city(CitySize(200, 5, D(2009, 9, 30)), lambda text: None)
    frame = frame_of(7, 2010, D(2009, 10, 1))
    monkeypatch.setitem(lives.SHARES, "died", 0.4)
    monkeypatch.setitem(lives.SHARES, "employee insurance", 0.5)
    monkeypatch.setitem(knots.SHARES, "paid, died before it was known", 0.1)
    monkeypatch.setitem(knots.SHARES, "paid, then the announced scheme began", 0.1)
    plan = year_of(frame, members(frame.first), Newcomers(7, 2010))
    put = Counter((step.who, *step.args["circumstance"][:2]) for step in plan if step.act == "put")
    assert [what for what, times in put.items() if times > 1] == []
    assert len(put) > 80


def refusing(step):
    raise Refused("no", code=step.args["code"])


@pytest.fixture
def acts(monkeypatch):
    known = {
        "refuse_me": playing_steps.Act(refusing, frozenset({"may"}), frozenset({"again"})),
        "do_me": playing_steps.Act(lambda step: None, frozenset(), frozenset()),
    }
    monkeypatch.setattr(playing_steps, "ACTS", known)


def step(act: str, code: str = "", refused: tuple[str, ...] = ()) -> Step:
    return Step(D(2010, 1, 1), "", act, {"code": code}, "event", refused)


def test_a_refusal_that_nobody_expects_ends_the_play(acts):
    assert perform(step("refuse_me", "may")).outcome == "refused"
    assert perform(step("refuse_me", "again")).outcome == "again"
    assert perform(step("refuse_me", "wanted", ("wanted",))).code == "wanted"
    assert perform(step("refuse_me", "other"), doubled=True).outcome == "refused"
    with pytest.raises(PlayError, match="2010-01-01 refuse_me event: refused, other: no"):
        perform(step("refuse_me", "other"))
    with pytest.raises(PlayError, match="not refused"):
        perform(step("do_me", refused=("wanted",)))


def test_in_a_calm_play_nothing_is_done_twice(acts):
    tally = Tally()
    Calm(tally).work([step("do_me"), step("refuse_me", "may")])
    assert (tally.events["event"], tally.refusals["refuse_me", "may"]) == (1, 1)
    with pytest.raises(PlayError, match="was done before"):
        Calm(tally).work([step("refuse_me", "again")])
