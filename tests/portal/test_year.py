"""The calendar of the contribution year: its days, what starts by itself, and its page."""

import datetime
import itertools
from typing import Any

import pytest
from kombu.exceptions import OperationalError

from enrollment.cards.models import CertificateTerm
from enrollment.contributions.models import BegunBenefit, ContributionNotice, WindowLetter
from enrollment.contributions.services import opening
from funds.models import SubsidyStatement
from funds.selectors import statements_to_sign
from funds.services import prepare_statement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs import waking
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal import tasks, year
from tests import factories as make
from tests import signing
from tests.contributions import makers as m

D = datetime.date
JOB = Actor.job("tests")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_is_called(monkeypatch):
    """Runs are worked off here."""
    monkeypatch.setattr("liaoyang_medins.kernel.runs.services.wake", lambda *_given: None)


def night(on: datetime.date) -> list[str]:
    """What starts by itself on a night, worked off: the kinds of the runs."""
    with clock.on_day(on):
        started = year.start_due(on, JOB)
    for run in started:
        runs.work_off(number=run.number)
    return [run.kind for run in started]


def days(number: int) -> list[tuple[str, datetime.date]]:
    """The days of the jobs of a contribution year that come once, or by month."""
    return sorted(
        ((job.code, occasion.day) for job in year.JOBS if not job.repeats for occasion in job.days(number)),
        key=lambda pair: (pair[1], pair[0]),
    )


def state_of(code: str, on: datetime.date, number: int = 2010) -> dict[datetime.date, str]:
    with clock.on_day(on):
        return {row.occasion.day: row.state for row in year.calendar_of(number, on) if row.job.code == code}


# --- the days --------------------------------------------------------------------------------------------------------


def test_the_days_of_a_year_are_those_of_the_rules():
    months = [("statement", D(2010, month, 1)) for month in range(1, 10)]
    assert days(2010) == [
        ("open", D(2009, 10, 1)),
        ("statement", D(2009, 10, 1)),
        ("complete", D(2009, 11, 16)),
        ("remind", D(2009, 11, 16)),
        ("certificates", D(2009, 12, 1)),
        ("close", D(2009, 12, 1)),
        ("statement", D(2009, 12, 1)),
        ("benefits", D(2010, 1, 1)),
        *months,
    ]


def test_the_first_year_runs_by_its_own_days():
    # B5: no window for 2008; students' benefits from 1 September, the others' from 1 October, in the cycle of 2009.
    assert days(2008) == [
        ("statement", D(2008, 8, 1)),
        ("benefits", D(2008, 9, 1)),
        ("statement", D(2008, 9, 1)),
    ]
    assert [pair for pair in days(2009) if pair[0] == "benefits"] == [
        ("benefits", D(2008, 10, 1)),
        ("benefits", D(2009, 1, 1)),
    ]
    assert ("open", D(2008, 10, 1)) in days(2009)


def test_certificates_outside_the_window_are_never_late():
    for number in (2009, 2010, 2012):
        due = sorted(occasion.day for job in year.JOBS if job.repeats for occasion in job.days(number))
        assert max(later - day for day, later in itertools.pairwise(due)) <= datetime.timedelta(days=30)


def test_the_cycle_begins_with_the_window():
    assert [year.contribution_year_of(day) for day in (D(2009, 9, 30), D(2009, 10, 1), D(2010, 1, 1))] == [
        2009,
        2010,
        2010,
    ]


# --- by itself -------------------------------------------------------------------------------------------------------


def a_city() -> dict[str, Any]:
    people = {"pays": m.elder(), "does not pay": m.elder(), "newborn": m.newborn(D(2009, 8, 20))}
    m.enrolled(people["pays"], D(2009, 3, 20))
    m.enrolled(people["does not pay"], D(2009, 3, 20))
    m.first_notice(people["newborn"], D(2009, 9, 25))
    return people


def issue_drafts(on: datetime.date) -> list[tuple[str, datetime.date]]:
    """What was prepared is signed by three people and so issued: kind and first day of each statement."""
    found = []
    for draft in SubsidyStatement.objects.filter(status="draft"):
        with clock.on_day(on):
            signing.issued(draft, m.reviewer())
        found.append((draft.kind, draft.period_from))
    return found


def test_a_year_goes_by_with_nobody_at_the_console():
    people = a_city()
    # Enrolled in spring, when nobody had looked at the calendar yet.
    assert "window" not in night(D(2009, 9, 30))
    assert issue_drafts(D(2009, 9, 30)) == [("month", D(2009, 3, 1))]
    assert "window" in night(D(2009, 10, 1))
    assert "window" not in night(D(2009, 10, 2))
    m.pay(ContributionNotice.objects.get(resident=people["pays"], contribution_year=2010), D(2009, 10, 20))
    # For 2009, paid when the window for 2010 is open already.
    m.pay(ContributionNotice.objects.get(resident=people["newborn"]), D(2009, 10, 8))
    of_newborn = ContributionNotice.objects.filter(resident=people["newborn"], contribution_year=2010)
    assert not of_newborn.exists()
    assert {"window", "remind"} <= set(night(D(2009, 11, 16)))
    assert not {"window", "remind"} & set(night(D(2009, 11, 17)))
    assert WindowLetter.objects.filter(kind="reminder").count() == 1
    # The one that was missing is made, so that it can be paid in time.
    m.pay(of_newborn.get(), D(2009, 11, 30))
    assert {"close", "cards", "statement"} <= set(night(D(2009, 12, 1)))
    assert issue_drafts(D(2009, 12, 2)) == [("window", D(2009, 10, 1))]
    assert people["does not pay"].enrollments.get().ends == D(2009, 12, 31)
    assert set(CertificateTerm.objects.values_list("notice__resident__number", "notice__contribution_year")) >= {
        (people["pays"].number, 2010),
        (people["newborn"].number, 2010),
    }
    assert "benefits" in night(D(2010, 1, 1))
    assert "benefits" not in night(D(2010, 1, 2))
    begun = set(BegunBenefit.objects.values_list("period__resident__number", "period__notice__contribution_year"))
    assert begun >= {(people["pays"].number, 2010), (people["newborn"].number, 2010)}
    assert (people["does not pay"].number, 2010) not in begun


def test_what_was_missed_is_started_later():
    a_city()
    night(D(2009, 10, 1))
    assert "close" in night(D(2010, 2, 3))
    assert state_of("close", D(2010, 2, 3)) == {D(2009, 12, 1): "finished"}


def test_what_failed_or_waits_is_not_started_again(monkeypatch):
    a_city()
    with clock.on_day(D(2009, 10, 1)):
        year.start_due(D(2009, 10, 1), JOB)
    Run.objects.filter(kind=opening.NAME).update(status="failed", error="RuntimeError: the disk is full")
    assert "window" not in night(D(2009, 10, 2))
    assert state_of("open", D(2009, 10, 2)) == {D(2009, 10, 1): "failed"}
    # Nor what somebody cancelled; who wants it after all starts it on the page.
    Run.objects.filter(kind=opening.NAME).update(status="cancelled", ended_at=clock.now())
    assert "window" not in night(D(2009, 10, 3))
    (row,) = (row for row in year.calendar_of(2010, D(2009, 10, 3)) if row.job.code == "open")
    assert (row.state, row.may_start) == ("cancelled", True)


def test_a_statement_that_was_prepared_by_hand_is_done():
    person = m.elder()
    m.enrolled(person, D(2009, 12, 10))
    with clock.on_day(D(2010, 1, 3)):
        statement = prepare_statement(kind="month", period_from=D(2009, 12, 1), by=m.clerk())
    # As if it had been made before there were runs.
    Run.objects.update(kind="forgotten")
    assert state_of("statement", D(2010, 1, 4))[D(2010, 1, 1)] == "done"
    assert SubsidyStatement.objects.get() == statement


def test_the_nights_statement_waits_for_a_clerk_to_sign_it():
    a_city()
    assert "statement" in night(D(2009, 9, 30))
    draft = SubsidyStatement.objects.get()
    assert (draft.kind, draft.period_from, draft.status, draft.made_by) == ("month", D(2009, 3, 1), "draft", None)
    assert list(statements_to_sign(m.clerk())) == [draft]


def test_beat_sends_it_each_night(settings):
    entries = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    schedule = entries[tasks.start_due_jobs.name]
    assert (schedule.hour, schedule.minute) == (
        {settings.JOBS_OF_THE_YEAR_AT.hour},
        {settings.JOBS_OF_THE_YEAR_AT.minute},
    )


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def clerk(client):
    actor = make.actor(Role.AGENCY_CLERK)
    client.force_login(User.objects.get(pk=actor.user_id))
    client.cookies["django_language"] = "en"
    return client


def post(client: Any, code: str, day: datetime.date, **values: str) -> Any:
    return client.post("/contribution-year/start/", {"job": code, "year": "2010", "day": day.isoformat(), **values})


def test_the_page_starts_a_job_and_shows_its_run(clerk):
    a_city()
    with clock.on_day(D(2009, 10, 5)):
        assert "Open the window" in clerk.get("/contribution-year/").content.decode()
        dry = post(clerk, "open", D(2009, 10, 1), dry_run="1")
        assert Run.objects.get(dry_run=True).get_absolute_url() == dry["Location"]
        answer = post(clerk, "open", D(2009, 10, 1))
        run = Run.objects.get(kind="window", dry_run=False)
        assert answer["Location"] == run.get_absolute_url()
        assert run.number in clerk.get("/contribution-year/").content.decode()


def test_the_page_says_why_a_job_cannot_be_started(clerk):
    with clock.on_day(D(2009, 10, 5)):
        answer = post(clerk, "close", D(2009, 12, 1))
    assert answer.status_code == 422
    assert "open until 2009-11-30" in answer.content.decode()


def test_what_is_no_job_is_not_found(clerk):
    with clock.on_day(D(2009, 10, 5)):
        assert post(clerk, "close", D(2009, 12, 2)).status_code == 404
        assert post(clerk, "nothing", D(2009, 12, 1)).status_code == 404
        assert clerk.get("/contribution-year/?year=1999").status_code == 404
        assert clerk.get("/contribution-year/?year=x").status_code == 404
        assert clerk.get("/contribution-year/?year=2008").status_code == 200


# --- nobody is there to work -----------------------------------------------------------------------------------------


def test_with_the_broker_down_the_run_waits_and_its_page_says_so(clerk, monkeypatch):
    m.enrolled(m.elder(), D(2009, 3, 20))
    monkeypatch.setattr("liaoyang_medins.kernel.runs.services.wake", waking.wake)
    sent = []

    def down(*_given: Any, **_values: Any) -> None:
        sent.append(1)
        raise OperationalError("connection refused")

    monkeypatch.setattr("celery.current_app.send_task", down)
    with clock.on_day(D(2009, 10, 1)):
        answer = post(clerk, "open", D(2009, 10, 1))
    run = Run.objects.get()
    assert answer["Location"] == run.get_absolute_url()
    assert run.status == "planned"
    page = clerk.get(run.get_absolute_url()).content.decode()
    assert "No worker is at it" not in page
    later = clock.now() + datetime.timedelta(minutes=5)
    monkeypatch.setattr("liaoyang_medins.kernel.clock.now", lambda: later)
    page = clerk.get(run.get_absolute_url()).content.decode()
    assert "No worker is at it" in page
    # A worker that comes at last does the work.
    runs.work_off(number=run.number)
    run.refresh_from_db()
    assert (run.status, ContributionNotice.objects.filter(contribution_year=2010).count()) == ("finished", 1)
