"""Months close one after the other, by two people, for good (F1)."""

import pytest
from django.db import IntegrityError, connection, transaction

from funds.models import JournalEntry, JournalLeg, Month
from funds.services import documents, months
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.at_once import at_once, parted

from . import makers
from .account import D, balances, booked, clerk, closed, correction_of, entered, prepared, reviewer, sweep
from .makers import yuan
from .steps import refusal

pytestmark = pytest.mark.django_db
JULY, AUGUST, SEPTEMBER = D(2009, 7, 1), D(2009, 8, 1), D(2009, 9, 1)
TODAY = D(2009, 10, 12)


def day_of(document) -> D:
    return JournalEntry.objects.get(document_number=document.number).booked_on


def test_what_comes_late_is_booked_on_the_first_day_of_the_open_month():
    booked(10, D(2009, 7, 20))
    closed(JULY, TODAY)
    late = booked(20, D(2009, 7, 21), on=TODAY)
    early = booked(30, D(2008, 9, 21), on=TODAY)
    usual = booked(40, D(2009, 8, 3), on=TODAY)
    receipt = makers.receipt(D(2009, 7, 30), 50)
    sweep(TODAY)
    assert {day_of(late), day_of(early), day_of(receipt)} == {AUGUST}
    assert day_of(usual) == D(2009, 8, 3)
    # What was said of July when it closed still holds.
    assert balances(until=D(2009, 7, 31))["1003"] == Month.objects.get().in_book == yuan(10)


def test_a_correction_of_a_closed_month_is_booked_in_the_open_one():
    wrong = booked(100, D(2009, 7, 20))
    closed(JULY, TODAY)
    correction = correction_of(wrong, TODAY)
    sweep(TODAY)
    assert day_of(correction) == TODAY
    assert balances() == {}
    assert balances(until=D(2009, 7, 31))["1003"] == yuan(100)


def test_a_closed_month_keeps_the_balance_of_every_account():
    booked(10, D(2009, 7, 20))
    month = closed(JULY, TODAY)
    assert month.balances == {"1003": "10.00", "4201": "-10.00"}
    booked(20, D(2009, 8, 20), on=TODAY)
    assert closed(AUGUST, TODAY).balances == {"1003": "30.00", "4201": "-30.00"}


def test_only_the_oldest_open_month_closes():
    booked(10, D(2009, 7, 20))
    with clock.on_day(TODAY):
        assert months.oldest_open() == JULY
        for first in (AUGUST, D(2009, 6, 1)):
            assert refusal(Conflict, months.prepare_month, first=first, note="x", by=clerk()) == "not_the_oldest"
    closed(JULY, TODAY)
    with clock.on_day(TODAY):
        assert months.oldest_open() == AUGUST
    closed(AUGUST, TODAY)
    with clock.on_day(TODAY):
        assert refusal(Conflict, months.prepare_month, first=JULY, note="x", by=clerk()) == "not_the_oldest"
    closed(SEPTEMBER, TODAY)
    with clock.on_day(TODAY):
        october = {"first": D(2009, 10, 1), "note": "x", "by": clerk()}
        assert refusal(Refused, months.prepare_month, **october) == "not_over"


def test_everything_is_posted_and_checked_before_a_month_closes():
    booked(10, D(2009, 7, 20))
    waiting = entered(5, D(2009, 7, 31), on=TODAY)
    makers.receipt(D(2009, 7, 30), 50)
    july = {"first": JULY, "note": "x", "by": clerk()}
    with clock.on_day(TODAY):
        assert refusal(Refused, months.prepare_month, **july) == "unchecked"
        documents.refuse_document(number=waiting.number, version=1, reason="wrong", by=reviewer())
    month = prepared(JULY, TODAY)
    # The receipt was posted by it.
    assert month.in_book == yuan(60)


def test_two_people_close_a_month_and_say_why_bank_and_book_differ():
    booked(10, D(2009, 7, 20))
    with clock.on_day(TODAY), pytest.raises(Invalid) as caught:
        months.prepare_month(first=JULY, by=clerk())
    assert caught.value.field == "note"
    month = prepared(JULY, TODAY)
    assert (month.at_bank, month.note) == (None, "No bank statement yet")
    with clock.on_day(TODAY):
        again = {"first": JULY, "note": "x", "by": clerk()}
        assert refusal(Conflict, months.prepare_month, **again) == "prepared"
        both = factories.actor(Role.AGENCY_REVIEWER, username="clerk")
        assert refusal(Refused, months.close_month, first=JULY, version=month.version, by=both) == "own_entry"
        with pytest.raises(NotAllowed):
            months.close_month(first=JULY, version=month.version, by=clerk())
        months.close_month(first=JULY, version=month.version, by=reviewer())
        assert refusal(Conflict, months.close_month, first=JULY, version=2, by=reviewer()) == "wrong_state"
        assert refusal(Conflict, months.withdraw_month, first=JULY, version=2, by=clerk()) == "wrong_state"


def test_what_was_booked_since_the_closing_was_prepared_has_to_be_looked_at():
    booked(10, D(2009, 7, 20))
    month = prepared(JULY, TODAY)
    booked(20, D(2009, 7, 21), on=TODAY)
    with clock.on_day(TODAY):
        close = {"first": JULY, "version": month.version}
        assert refusal(Conflict, months.close_month, by=reviewer(), **close) == "figures_changed"
        months.withdraw_month(by=clerk(), **close)
    assert closed(JULY, TODAY).in_book == yuan(30)


def test_the_database_keeps_closed_months_closed():
    booked(10, D(2009, 7, 20))
    closed(JULY, TODAY)
    with pytest.raises(IntegrityError, match="month is closed"), transaction.atomic():
        JournalEntry.objects.create(document_type="entered", document_number="X1", booked_on=D(2009, 7, 31))
    for change in (
        "UPDATE funds_month SET status = 'prepared', closed_on = NULL",
        "UPDATE funds_month SET in_book = 0",
        "DELETE FROM funds_month",
    ):
        kept = pytest.raises(IntegrityError, match="stays so")
        with kept, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    row = Month.objects.get()
    row.pk, row.first, row.last = None, SEPTEMBER, D(2009, 9, 30)
    row._state.adding = True
    with pytest.raises(IntegrityError, match="not the oldest"), transaction.atomic():
        row.save()
    row.first, row.last = AUGUST, D(2009, 8, 30)
    with pytest.raises(IntegrityError, match="other days"), transaction.atomic():
        row.save()


@pytest.mark.django_db(transaction=True)
def test_a_sweep_and_a_closing_at_once_leave_nothing_in_a_closed_month():
    """Whoever is first: what the closing did not count is booked after it."""
    booked(10, D(2009, 7, 20))
    month = prepared(JULY, TODAY)
    for _ in range(30):
        makers.receipt(D(2009, 8, 4), 1)

    def close():
        with clock.on_day(TODAY):
            return months.close_month(first=JULY, version=month.version, by=reviewer())

    def post():
        makers.receipt(D(2009, 8, 4), 1)
        return sweep(TODAY)

    parted(at_once(close, post, post))
    sweep(TODAY)
    found = Month.objects.get()
    assert found.status == "closed"
    late = JournalLeg.objects.filter(entry__booked_on__lte=found.last, account__code="1003")
    assert sum(leg.amount for leg in late) == found.in_book == yuan(10)
    assert balances()["1003"] == yuan(42)


@pytest.mark.django_db(transaction=True)
def test_two_who_close_at_once_close_once():
    booked(10, D(2009, 7, 20))
    month = prepared(JULY, TODAY)
    others = [factories.actor(Role.AGENCY_REVIEWER, username=f"reviewer{place}") for place in range(2)]

    def close(by):
        def act():
            with clock.on_day(TODAY):
                return months.close_month(first=JULY, version=month.version, by=by)

        return act

    done, refused = parted(at_once(*(close(by) for by in others)))
    assert (len(done), [type(error) for error in refused]) == (1, [Conflict])
