"""Two at once: one collection's payment is recorded once, one notice is handed in once."""

import datetime

import pytest

from enrollment.collecting.models import Collection, CollectionLine
from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from tests.at_once import at_once
from tests.contributions import makers as m

from .conftest import TODAY
from .makers import hand_in, record, school

D = datetime.date
pytestmark = pytest.mark.django_db(transaction=True)


def on_the_day(act):
    with clock.on_day(TODAY):
        return act()


def test_two_clerks_record_one_collection_once(notices):
    found, clerk = on_the_day(lambda: hand_in(notices)), m.clerk()
    answers = at_once(
        *(lambda n=n: on_the_day(lambda: record(found, clerk, bank_reference=f"B{n}")) for n in range(3))
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Collection", "Conflict", "Conflict"]
    assert Receipt.objects.filter(channel="school").count() == 3


def test_a_notice_is_handed_in_once(notices):
    officer = school()
    answers = at_once(*(lambda: on_the_day(lambda: hand_in(notices, officer)) for _n in range(3)))
    assert sum(isinstance(answer, Collection) for answer in answers) == 1
    assert sum(isinstance(answer, DomainError) for answer in answers) == 2
    assert CollectionLine.objects.filter(open=True).count() == 3
