"""The kept sums where several are at work at once."""

import datetime
import threading

import pytest
from django.db import connection, transaction

from enrollment.cockpit import services
from enrollment.cockpit.models import NoticeSum
from tests.contributions import makers as m

from . import makers
from .makers import cells_kept, cells_told

D = datetime.date


def check() -> int:
    """The kept sums are those of the notices; returns how many cells there are."""
    assert cells_kept() == cells_told()
    return len(cells_told())


@pytest.mark.django_db(transaction=True)
def test_two_who_pay_and_a_merge_wait_for_nobody():
    """One pays and has not committed yet; meanwhile another of the same cell pays, and the rows are merged."""
    people = [makers.elder(place, makers.HOME, "民主路1号") for place in (1, 2)]
    for one in people:
        m.enrolled(one, makers.ENROLLED)
    notices = [m.renewal(one, D(2008, 10, 1)) for one in people]
    paid, go_on = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def pay_slowly() -> None:
        try:
            with transaction.atomic():
                m.pay(notices[0], D(2008, 10, 5))
                paid.set()
                assert go_on.wait(timeout=30)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    slow = threading.Thread(target=pay_slowly)
    slow.start()
    assert paid.wait(timeout=30)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        assert m.pay(notices[1], D(2008, 10, 5)).problem == ""
        assert services.merge_sums()
        check()
    finally:
        go_on.set()
        slow.join()
    assert failed == []
    assert check() == 2
    assert services.merge_sums()
    assert check() == NoticeSum.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_only_one_merges_at_a_time():
    held, go_on = threading.Event(), threading.Event()

    def merge_slowly() -> None:
        try:
            with transaction.atomic():
                services.merge_sums()
                held.set()
                go_on.wait(timeout=30)
        finally:
            connection.close()

    slow = threading.Thread(target=merge_slowly)
    slow.start()
    assert held.wait(timeout=30)
    try:
        assert not services.merge_sums()
    finally:
        go_on.set()
        slow.join()
