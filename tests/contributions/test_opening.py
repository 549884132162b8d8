"""Opening the window: a notice for everybody who goes on, made for many at once as it is made for one."""

import datetime
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from enrollment.contributions import services
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.services import opening
from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData
from enrollment.registration.models import Circumstance, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Ineligible
from liaoyang_medins.kernel.runs import selectors as runs_seen
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from tests import factories as make

from . import makers as m

D = datetime.date
Kind = Circumstance.Kind
OPENS = D(2009, 10, 1)
NEXT = 2010

pytestmark = pytest.mark.django_db


def opened(on: datetime.date = OPENS, **values: Any) -> Run:
    """The run for 2010, worked off in this process."""
    with clock.on_day(on):
        run = services.open_window(
            contribution_year=NEXT, by=values.pop("by", None) or m.clerk(), calls=False, **values
        )
    runs.work_off(number=run.number)
    run.refresh_from_db()
    return run


def counts(run: Run) -> dict[str, str]:
    return {code: str(value) for code, value in runs_seen.counts_of(run).items()}


def low_income(since: datetime.date) -> Resident:
    person = m.elder()
    make.circumstance(person, Kind.LOW_INCOME, "low_income", starts=since)
    return person


def a_city() -> dict[str, Resident]:
    """Everybody whom the window treats in a way of their own, enrolled in spring 2009."""
    people = {
        "newborn": m.newborn(D(2009, 2, 1)),
        "pupil": m.pupil(),
        "elder": m.elder(),
        "low income": low_income(D(2008, 1, 1)),
        "low income since summer": m.elder(),
        "moved in": make.resident(birth=D(1944, 1, 1), hukou="outside", hukou_since=D(2009, 1, 10), name="新来"),
        "turns 19": make.resident(birth=D(1990, 6, 1), sex="F", name="将满十九"),
        "of another district": m.elder(home=make.community("211003001001")),
    }
    for person in people.values():
        m.enrolled(person, D(2009, 3, 20))
    people["has the notice"] = m.elder()
    m.enrolled(people["has the notice"], D(2009, 3, 20))
    people["first not paid"] = m.elder()
    m.first_notice(people["first not paid"], D(2009, 9, 20))
    people["waits into 2010"] = m.elder()
    waiting = m.first_notice(people["waits into 2010"], D(2009, 9, 25))
    m.pay(waiting, D(2009, 9, 26))
    people["never enrolled"] = m.elder()
    people["left"] = m.elder()
    m.enrolled(people["left"], D(2009, 3, 20))
    with clock.on_day(D(2009, 6, 1)):
        make.circumstance(people["low income since summer"], Kind.LOW_INCOME, "low_income_edge", starts=D(2009, 6, 1))
        registration.add_circumstance(
            resident_number=people["left"].number,
            circumstance=CircumstanceData(Kind.DEATH, "died", D(2009, 5, 1)),
            by=make.actor(Role.COMMUNITY),
        )
    m.renewal(people["has the notice"], OPENS)
    return people


def notices(year: int = NEXT) -> dict[str, tuple[Any, ...]]:
    """The open notices of a year by their residents: everything but numbers and keys."""
    names = [
        field.attname for field in ContributionNotice._meta.concrete_fields if field.attname not in ("id", "number")
    ]
    rows = ContributionNotice.objects.filter(contribution_year=year, kind="renewal", status="open")
    return {number: tuple(values) for number, *values in rows.order_by("pk").values_list("resident__number", *names)}


def one_by_one(people: dict[str, Resident]) -> dict[str, str]:
    """The same at the counter; the code of each refusal."""
    refused = {}
    for name, person in people.items():
        try:
            m.renewal(person, OPENS, contribution_year=NEXT)
        except Refused as error:
            refused[name] = error.code
    return refused


def undone(work: Callable[[], Any]) -> Any:
    """What `work` gives back, and nothing of what it did."""
    with transaction.atomic():
        found = work()
        transaction.set_rollback(True)
    return found


# --- the same as at the counter --------------------------------------------------------------------------------------


def test_everybody_gets_the_notice_that_the_counter_would_make():
    people = a_city()
    refused, alone = undone(lambda: (one_by_one(people), notices()))
    run = opened()
    assert notices() == alone
    assert len(alone) == 8
    assert refused == {
        "turns 19": "not_eligible",
        "first not paid": "never_paid",
        "waits into 2010": "already_paid",
        "never enrolled": "no_enrollment",
        "left": "no_enrollment",
    }
    made = ContributionNotice.objects.filter(contribution_year=NEXT, kind="renewal")
    made = made.exclude(resident=people["has the notice"])
    assert counts(run) == {
        "made": "7",
        "there": "1",
        "paid": "1",
        "waiting": "1",
        "personal": str(sum(row.personal for row in made)),
        "government": str(sum(row.government for row in made)),
        "letters": "1",
    }
    (refusal,) = runs_seen.refusals_of(run)
    assert (refusal.name, refusal.code) == (people["turns 19"].number, "not_eligible")
    assert refusal.parameters == {"reasons": [Ineligible.WORKING_AGE_WITHOUT_STATUS.value]}


def a_crowd() -> dict[str, Resident]:
    """People of whom many are alike, on days of their own, in two districts; some are asked alone all the same."""
    homes = [make.community(), make.community("211003001001")]
    people: dict[str, Resident] = {}
    for turn in range(3):
        home, day = homes[turn % 2], datetime.timedelta(days=17 * turn)
        people |= {
            f"newborn {turn}": m.newborn(D(2009, 1, 5) + day, home=home),
            f"pupil {turn}": m.pupil(birth=D(2000, 2, 3) + day, home=home),
            f"pupil since autumn {turn}": m.pupil(since=D(2008, 8, 20) + day, home=home),
            f"elder {turn}": make.resident(birth=D(1941, 3, 4) + day, home=home, name="老人"),
            f"sixty since {turn}": make.resident(birth=D(1949, 1, 8) + day, home=home, name="刚满六十"),
            f"low income {turn}": make.resident(birth=D(1960, 3, 4) + day, home=home, name="低保"),
            f"turns 19 {turn}": make.resident(birth=D(1990, 6, 1) + day, home=home, name="将满十九"),
            f"moved in {turn}": make.resident(
                birth=D(1944, 1, 1) + day, hukou="outside", hukou_since=D(2009, 1, 10), home=home, name="新来"
            ),
            f"moved in earlier {turn}": make.resident(
                birth=D(1944, 1, 1), hukou="outside", hukou_since=D(2008, 12, 1) + day, home=home, name="新来"
            ),
            f"waits {turn}": make.resident(birth=D(1944, 1, 1), home=home, name="等待"),
        }
        make.circumstance(people[f"low income {turn}"], Kind.LOW_INCOME, "low_income", starts=D(2008, 8, 1) + day)
    for name, person in people.items():
        m.enrolled(person, D(2009, 6, 10) if name.startswith("waits") else D(2009, 3, 20))
    for name in ("elder 0", "elder 2"):
        m.renewal(people[name], OPENS)
    return people


def entries(people: dict[str, Resident]) -> dict[str, tuple[Any, ...]]:
    """What the audit record says of the notices of the year, but for numbers and moments."""
    names = ("verb", "business_date", "actor_kind", "actor_name", "user_id", "role", "office_code", "note", "changes")
    found = AuditEntry.objects.filter(verb="notices.make", changes__contribution_year=NEXT).order_by("pk")
    known = {person.number: name for name, person in people.items()}
    numbers = ContributionNotice.objects.values_list("number", "resident__number")
    assert all((row.object_number, row.resident) in set(numbers) for row in found)
    return {known[row.resident]: tuple(getattr(row, name) for name in names) for row in found}


def test_those_who_are_alike_get_what_the_counter_would_make_and_are_asked_once(monkeypatch):
    people = a_crowd()
    refused, alone, said = undone(lambda: (one_by_one(people), notices(), entries(people)))
    asked = []
    ask = opening.renewal
    monkeypatch.setattr(opening, "renewal", lambda *given: asked.append(given[0].number) or ask(*given))
    run = opened()
    assert notices() == alone
    assert entries(people) == said
    assert len(alone) == 27
    assert refused == {f"turns 19 {turn}": "not_eligible" for turn in range(3)}
    assert (counts(run)["made"], counts(run)["there"], counts(run)["letters"]) == ("25", "2", "3")
    # Whoever was asked first, the list is in the order of the numbers.
    assert [refusal.name for refusal in runs_seen.refusals_of(run)] == sorted(
        people[f"turns 19 {turn}"].number for turn in range(3)
    )
    # Alone: who may not take part, who may be waiting, who moved in on a day of their own. The one elder without a
    # notice is like nobody else.
    names = {person.number: name.rstrip("012 ") for name, person in people.items()}
    assert Counter(names[number] for number in asked) == {
        "newborn": 1,
        "pupil": 1,
        "pupil since autumn": 1,
        "elder": 2,
        "sixty since": 1,
        "low income": 1,
        "turns 19": 3,
        "moved in": 1,
        "moved in earlier": 3,
        "waits": 3,
    }


def test_a_dry_run_says_the_same_of_those_who_are_alike():
    a_crowd()
    dry = opened(dry_run=True)
    assert len(notices()) == 2
    assert counts(dry) == counts(opened())


def test_the_record_says_who_made_each_notice():
    person = m.elder()
    m.enrolled(person, D(2009, 3, 20))
    opened()
    notice = ContributionNotice.objects.get(resident=person, contribution_year=NEXT)
    entry = AuditEntry.objects.get(object_number=notice.number)
    assert (entry.verb, entry.resident, entry.actor_name) == ("notices.make", person.number, m.clerk().name)
    assert entry.changes["personal"] == str(notice.personal)


def test_amounts_are_those_of_the_tier_and_the_district_that_of_the_community():
    person = low_income(D(2008, 1, 1))
    m.enrolled(person, D(2009, 3, 20))
    opened()
    notice = ContributionNotice.objects.get(resident=person, contribution_year=NEXT)
    assert m.amounts(notice) == ("80.00", "220.00", "121.00", "99.00")
    assert notice.district == make.district()
    assert (notice.pay_from, notice.pay_until) == (OPENS, D(2009, 11, 30))
    assert m.pay(notice, D(2009, 10, 20)).problem == ""
    assert m.cover(person)[-1] == (D(2010, 1, 1), D(2010, 12, 31))


# --- again, dry, in lots ---------------------------------------------------------------------------------------------


def test_started_again_it_makes_what_is_missing_and_nothing_twice():
    a_city()
    opened()
    before = notices()
    again = opened()
    assert notices() == before
    assert (counts(again)["made"], counts(again)["there"]) == ("0", "8")
    newcomer = m.elder()
    m.enrolled(newcomer, D(2009, 4, 20))
    third = opened(D(2009, 10, 5))
    assert (counts(third)["made"], counts(third)["there"]) == ("1", "8")
    assert notices().keys() - before.keys() == {newcomer.number}


def test_a_dry_run_counts_the_same_and_writes_nothing():
    people = a_city()
    before = AuditEntry.objects.filter(verb="notices.make").count()
    dry = opened(dry_run=True)
    assert len(notices()) == 1
    assert AuditEntry.objects.filter(verb="notices.make").count() == before
    examples = runs_seen.examples_of(dry)
    wet = opened()
    assert counts(dry) == counts(wet)
    assert len(examples) == 7
    assert [people["newborn"].number, "minor", "ordinary", "40.00", "40.00"] in [list(row) for row in examples]


def test_a_lot_costs_the_same_statements_whatever_its_size():
    def statements(count: int) -> int:
        for _ in range(count):
            m.enrolled(m.elder(), D(2009, 3, 20))
        with clock.on_day(OPENS):
            run = services.open_window(contribution_year=NEXT, by=m.clerk(), calls=False)
        with CaptureQueriesContext(connection) as captured:
            assert runs.work_one(number=run.number)
        runs.work_off(number=run.number)
        return len(captured.captured_queries)

    assert statements(3) == statements(15)


def test_lots_hold_everybody_once(monkeypatch):
    monkeypatch.setattr(opening, "PERSONS_PER_LOT", 2)
    people = [m.elder() for _ in range(5)]
    for person in people:
        m.enrolled(person, D(2009, 3, 20))
    run = opened()
    assert run.chunks.count() == 3
    assert notices().keys() == {person.number for person in people}


# --- who and when ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [D(2009, 9, 30), D(2009, 12, 1)])
def test_outside_the_window_there_is_nothing_to_open(day):
    with pytest.raises(Refused) as error:
        opened(day)
    assert error.value.code == "window_closed"
    assert not Run.objects.exists()


def test_who_may_not_make_notices_may_not_open_the_window():
    with pytest.raises(NotAllowed):
        opened(by=make.actor(Role.SUPERVISOR))


def test_cancelling_leaves_what_was_made(monkeypatch):
    monkeypatch.setattr(opening, "PERSONS_PER_LOT", 1)
    for _ in range(2):
        m.enrolled(m.elder(), D(2009, 3, 20))
    with clock.on_day(OPENS):
        run = services.open_window(contribution_year=NEXT, by=m.clerk(), calls=False)
        assert runs.work_one(number=run.number)
        runs.cancel_run(number=run.number, by=m.clerk())
    assert len(notices()) == 1
    assert counts(opened())["made"] == "1"


def test_the_due_sums_are_yuan():
    m.enrolled(m.elder(), D(2009, 3, 20))
    run = opened()
    assert Decimal(counts(run)["personal"]) == Decimal("200.00")
