"""Two at once on real PostgreSQL: one wins, the other is told; and the nightly task in a real worker."""

import datetime
import threading
import time

import pytest
from django.db import connection, transaction

from enrollment.contributions import services, tasks
from enrollment.contributions.models import BenefitPeriod, Receipt
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from tests.at_once import at_once
from tests.bankfiles import makers as files

from . import makers as m

D = datetime.date
pytestmark = pytest.mark.django_db(transaction=True)


def test_two_payments_of_one_notice_at_once():
    notice = m.first_notice(m.newborn(), D(2009, 3, 20))
    clerk = m.clerk()
    receipts = at_once(*(lambda: m.pay(notice, D(2009, 3, 25), 40, by=clerk) for _ in range(4)))
    assert sorted(receipt.problem for receipt in receipts) == ["", "paid_twice", "paid_twice", "paid_twice"]
    assert BenefitPeriod.objects.count() == 1


def test_one_bank_reference_at_once():
    clerk = m.clerk()
    notices = [m.first_notice(m.newborn(), D(2009, 3, 20)) for _ in range(4)]
    answers = at_once(
        *(lambda n=notice: m.pay(n, D(2009, 3, 25), 40, by=clerk, bank_reference="SAME") for notice in notices)
    )
    receipt = Receipt.objects.get()
    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert [error.code for error in refused] == ["reference_taken"] * 3
    assert all(receipt.number in str(error) for error in refused)
    assert BenefitPeriod.objects.count() == 1


def test_two_clerks_take_one_registration_into_the_records_at_once():
    registration = m.at_agency(m.newborn(), D(2009, 3, 18))
    clerk, reviewer = m.clerk(), m.reviewer()

    def take(by):
        with clock.on_day(D(2009, 3, 20)):
            return services.take_into_records(registration_number=registration.number, version=1, by=by)

    answers = at_once(lambda: take(clerk), lambda: take(reviewer))
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "ContributionNotice"]


def test_payment_and_lapse_at_once_end_in_one_of_the_two():
    person = m.newborn()
    m.enrolled(person, D(2009, 3, 20))
    renewal = m.renewal(person, D(2009, 10, 12))
    clerk = m.clerk()
    receipt, _lapsed = at_once(
        lambda: m.pay(renewal, D(2009, 11, 30), 40, received=D(2009, 12, 1), by=clerk),
        lambda: m.lapse(D(2009, 12, 1)),
    )
    renewal.refresh_from_db()
    assert (receipt.status, renewal.status) == ("matched", "paid")
    assert person.enrollments.get().ends is None


@pytest.mark.parametrize("stated", ["N2009-9999999", "another resident's notice"])
def test_the_bank_takes_back_what_is_just_being_assigned(stated):
    """C8: the import waits for the reviewer, and then makes the notice unpaid that the receipt has come to."""
    notice = m.first_notice(m.newborn(), D(2009, 3, 20))
    if stated != "N2009-9999999":
        stated = m.first_notice(m.elder(), D(2009, 3, 20)).number
    receipt = m.pay(stated, D(2009, 3, 25), 40, bank_reference="BACK")
    assert receipt.status == "unmatched"
    later, reviewer = D(2009, 3, 27), m.reviewer()
    line = files.went_back("BACK", 40, day=later)
    found = files.bring(files.content([line], file_day=later), on=later)
    files.start(found, on=later)
    assigned = threading.Event()

    def assign():
        with transaction.atomic(), clock.on_day(later):
            done = services.assign_receipt(number=receipt.number, version=1, notice_number=notice.number, by=reviewer)
            assigned.set()
            until_somebody_waits()
            return done.status

    def take_back():
        assert assigned.wait(20)
        return files.work_off(found).status

    assert at_once(assign, take_back) == ["matched", "finished"]
    assert files.results(found) == [("returned", "")]
    receipt.refresh_from_db()
    assert (receipt.status, receipt.notice, m.state(notice)) == ("returned", notice, "returned")
    assert BenefitPeriod.objects.get().withdrawn_on == later


def until_somebody_waits() -> None:
    """Until another connection waits for a lock of this one."""
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
            time.sleep(0.05)
    raise AssertionError("Nobody waits.")


def test_the_nightly_task_runs_in_a_real_worker(worker):
    # The worker's day is today's: the notice ran out long ago.
    notice = m.first_notice(m.newborn(), D(2009, 3, 20))
    tasks.lapse_unpaid.delay()
    deadline = time.monotonic() + 60
    while notice.status == "open" and time.monotonic() < deadline:
        time.sleep(0.2)
        notice.refresh_from_db()
    assert notice.status == "lapsed"


def test_the_nightly_task_is_on_the_schedule(settings):
    names = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    assert tasks.lapse_unpaid.name in names
