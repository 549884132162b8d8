"""Closing the window: what was not paid lapses, for many at once as it does for one (W8, C6)."""

import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from enrollment.contributions import selectors, services, tasks
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.contributions.services import closing
from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData
from enrollment.registration.models import Circumstance, Enrollment, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import selectors as runs_seen
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from tests import factories as make

from . import makers as m

D = datetime.date
OPENS, CLOSED = D(2009, 10, 1), D(2009, 12, 1)
NEXT = 2010

pytestmark = pytest.mark.django_db


def opened() -> Run:
    with clock.on_day(OPENS):
        run = services.open_window(contribution_year=NEXT, by=m.clerk(), calls=False)
    runs.work_off(number=run.number)
    return run


def closed(on: datetime.date = CLOSED, year: int = NEXT, **values: Any) -> Run:
    """The run, worked off in this process."""
    with clock.on_day(on):
        run = services.close_window(
            contribution_year=year, by=values.pop("by", None) or m.clerk(), calls=False, **values
        )
    runs.work_off(number=run.number)
    run.refresh_from_db()
    return run


def counts(run: Run) -> dict[str, str]:
    return runs_seen.counts_of(run)


def notice_of(person: Resident) -> ContributionNotice:
    return ContributionNotice.objects.get(resident=person, contribution_year=NEXT)


def a_city() -> dict[str, Resident]:
    """Everybody whom the close treats in a way of their own; the window has been open."""
    people = {
        "paid": m.elder(),
        "not paid": m.elder(),
        "a pupil who did not pay": m.pupil(),
        "turns 19": make.resident(birth=D(1990, 6, 1), sex="F", name="将满十九"),
        "died": m.elder(),
        "bounced": m.elder(),
    }
    for person in people.values():
        m.enrolled(person, D(2009, 3, 20))
    people["first notice ran out"] = m.elder()
    m.first_notice(people["first notice ran out"], D(2009, 9, 20))
    people["paid for 2010 at once"] = m.elder()
    m.pay(m.first_notice(people["paid for 2010 at once"], D(2009, 10, 5)), D(2009, 10, 6))
    opened()
    m.pay(notice_of(people["paid"]), D(2009, 10, 20))
    receipt = m.pay(notice_of(people["bounced"]), D(2009, 10, 21))
    with clock.on_day(D(2009, 11, 5)):
        services.return_receipt(
            number=receipt.number, version=receipt.version, returned_on=D(2009, 11, 5), note="退票", by=m.reviewer()
        )
        registration.add_circumstance(
            resident_number=people["died"].number,
            circumstance=CircumstanceData(Circumstance.Kind.DEATH, "died", D(2009, 11, 2)),
            by=make.actor(Role.COMMUNITY),
        )
    return people


def records() -> tuple[list[Any], list[Any]]:
    notices = ContributionNotice.objects.order_by("pk").values_list("number", "status", "paid_on")
    return list(notices), list(
        Enrollment.objects.order_by("pk").values_list("number", "ends", "end_reason", "lapsed_on")
    )


def written() -> set[tuple[Any, ...]]:
    """What the audit record says of lapses and ends: everything but when and who."""
    acts = AuditEntry.objects.filter(verb__in=["notices.lapse", "enrollments.end"])
    return {
        (verb, number, who, str(changes))
        for verb, number, who, changes in acts.values_list("verb", "object_number", "resident", "changes")
    }


def test_it_lapses_what_the_nightly_lapse_would_one_by_one():
    people = a_city()
    with transaction.atomic():
        alone = (m.lapse(CLOSED), records(), written())
        transaction.set_rollback(True)
    run = closed()
    assert (records(), written()) == alone[1:]
    due = notice_of(people["not paid"]).personal + notice_of(people["a pupil who did not pay"]).personal
    first = ContributionNotice.objects.get(resident=people["first notice ran out"])
    dead = ContributionNotice.objects.get(resident=people["died"], contribution_year=NEXT)
    assert counts(run) == {
        "notices": "4",
        "unpaid": str(due + first.personal + dead.personal),
        # Not paid, the pupil, and whose payment bounced.
        "lapsed": "3",
        "ineligible": "1",
    }
    ends = {name: person.enrollments.get().ends for name, person in people.items()}
    assert ends == {
        "paid": None,
        "not paid": D(2009, 12, 31),
        "a pupil who did not pay": D(2009, 12, 31),
        "turns 19": D(2009, 12, 31),
        "died": D(2009, 11, 2),
        "bounced": D(2009, 12, 31),
        "first notice ran out": None,
        "paid for 2010 at once": None,
    }


def test_again_it_does_nothing_and_a_dry_run_counts_the_same():
    a_city()
    before = records()
    dry = closed(dry_run=True)
    assert records() == before
    assert len(runs_seen.examples_of(dry)) == 4
    assert {row[3] for row in runs_seen.examples_of(dry)} == {"2010-06-02"}
    wet = closed()
    assert counts(dry) == counts(wet)
    after = records()
    assert set(counts(closed(D(2009, 12, 2))).values()) <= {"0", "0.00"}
    assert records() == after


def test_a_payment_dated_inside_the_term_undoes_it():
    people = a_city()
    closed()
    person = people["not paid"]
    m.pay(notice_of(person), D(2009, 11, 30), received=D(2009, 12, 10))
    assert person.enrollments.get().ends is None
    assert m.cover(person)[-1] == (D(2010, 1, 1), D(2010, 12, 31))
    assert selectors.late_payer(person, D(2009, 12, 10)) is None
    assert counts(closed(D(2009, 12, 11))).get("lapsed", "0") == "0"


def test_who_comes_back_waits_and_is_told_so():
    people = a_city()
    closed()
    late = selectors.late_payer(people["not paid"], D(2010, 2, 1))
    assert late == selectors.LatePayer(D(2009, 12, 31), D(2010, 2, 1), D(2010, 8, 2), 6)
    # What is told is what happens.
    again = m.first_notice(people["not paid"], D(2010, 2, 1))
    assert again.kind == ContributionNotice.Kind.LAPSED
    m.pay(again, D(2010, 2, 1))
    assert m.cover(people["not paid"])[-1] == (D(2010, 8, 2), D(2010, 12, 31))
    # Who may not take part any more has not lapsed.
    assert selectors.late_payer(people["turns 19"], D(2010, 2, 1)) is None
    assert selectors.late_payer(people["paid"], D(2010, 2, 1)) is None


@pytest.mark.parametrize(
    ("on", "year", "code"),
    [
        (D(2009, 11, 30), NEXT, "window_open"),
        (D(2010, 2, 1), 2011, "window_open"),
        (D(2010, 12, 1), NEXT, "not_the_last_window"),
    ],
)
def test_only_the_last_window_that_has_ended_is_closed(on, year, code):
    with pytest.raises(Refused) as error:
        closed(on, year)
    assert error.value.code == code


def test_who_may_not_open_may_not_close():
    with pytest.raises(NotAllowed):
        closed(by=make.actor(Role.AGENCY_REVIEWER))


def test_the_nightly_lapse_waits_for_the_close():
    people = a_city()
    with clock.on_day(CLOSED):
        tasks.lapse_unpaid()
    assert notice_of(people["not paid"]).status == "open"
    assert ContributionNotice.objects.get(resident=people["first notice ran out"]).status == "lapsed"
    closed()
    assert notice_of(people["not paid"]).status == "lapsed"
    # What the bank takes back afterwards is the nightly lapse's.
    receipt = Receipt.objects.get(notice=notice_of(people["paid"]))
    with clock.on_day(D(2010, 1, 5)):
        services.return_receipt(
            number=receipt.number, version=receipt.version, returned_on=D(2010, 1, 5), note="退票", by=m.reviewer()
        )
        tasks.lapse_unpaid()
    assert people["paid"].enrollments.get().ends == D(2009, 12, 31)


def test_lots_hold_everybody_once_and_cost_the_same_statements(monkeypatch):
    monkeypatch.setattr(closing, "PERSONS_PER_LOT", 3)
    for _ in range(7):
        m.enrolled(m.elder(), D(2009, 3, 20))
    opened()
    with clock.on_day(CLOSED):
        run = services.close_window(contribution_year=NEXT, by=m.clerk(), calls=False)
    assert run.chunks.count() == 3
    statements = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as captured:
            assert runs.work_one(number=run.number)
        statements.append(len(captured.captured_queries))
    runs.work_off(number=run.number)
    assert counts(run)["lapsed"] == "7"
    # Three persons, three, and one; the first part also marks the run.
    assert statements[0] - 1 == statements[1] == statements[2]


def test_cancelled_it_leaves_what_lapsed(monkeypatch):
    monkeypatch.setattr(closing, "PERSONS_PER_LOT", 1)
    for _ in range(2):
        m.enrolled(m.elder(), D(2009, 3, 20))
    opened()
    with clock.on_day(CLOSED):
        run = services.close_window(contribution_year=NEXT, by=m.clerk(), calls=False)
        assert runs.work_one(number=run.number)
        runs.cancel_run(number=run.number, by=m.clerk())
    assert ContributionNotice.objects.filter(status="lapsed").count() == 1
    assert counts(closed())["lapsed"] == "1"
