"""One snapshot for all statements, rows from the server's cursor."""

import threading

import pytest
from django.db import InternalError, connection

from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.portal.snapshot import CHUNK, one_row, one_snapshot, stream
from tests import factories


def elsewhere(work) -> None:
    """Do the work on another connection, to its end."""

    def run() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_what_is_written_meanwhile_is_not_seen():
    factories.area()
    with one_snapshot():
        assert Office.objects.count() == 1
        elsewhere(factories.district)
        assert Office.objects.count() == 1
    assert Office.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_nothing_can_be_written():
    with pytest.raises(InternalError, match="read-only"), one_snapshot():
        factories.area()


@pytest.mark.django_db
def test_rows_come_in_their_order_however_many_there_are():
    found = list(stream("SELECT n, n * 2 AS double FROM generate_series(1, %(last)s) AS n", {"last": CHUNK * 2 + 1}))
    assert [row["n"] for row in found] == list(range(1, CHUNK * 2 + 2))
    assert found[-1] == {"n": CHUNK * 2 + 1, "double": CHUNK * 4 + 2}
    assert list(stream("SELECT 1 WHERE false")) == []
    assert one_row("SELECT 1 AS one") == {"one": 1}
