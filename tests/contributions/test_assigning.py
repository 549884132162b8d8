"""A clerk says which notice an unmatched receipt is for (C6): allowed, refused, whole or not at all."""

import datetime

import pytest

from enrollment.contributions import services
from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from tests.faults import unwritable

from . import makers as m
from .makers import state

D = datetime.date
LATER = D(2009, 4, 25)
pytestmark = pytest.mark.django_db


def assign(receipt, notice, version=None, by=None, on=LATER):
    number = notice if isinstance(notice, str) else notice.number
    with clock.on_day(on):
        return services.assign_receipt(
            number=receipt.number, version=version or receipt.version, notice_number=number, by=by or m.reviewer()
        )


def test_assigning_settles_the_notice(notice, person):
    receipt = assign(m.pay("N2009-9999999", D(2009, 3, 25)), notice)
    assert (receipt.status, receipt.problem, receipt.notice, receipt.version) == ("matched", "", notice, 2)
    assert state(notice) == "paid"
    assert m.cover(person) == [(D(2009, 4, 1), D(2009, 12, 31))]


def test_assigning_must_fit_like_any_payment(notice, person):
    receipt = m.pay("N2009-9999999", D(2009, 3, 25), "39")
    with pytest.raises(Refused) as refused:
        assign(receipt, notice)
    assert (refused.value.code, refused.value.field) == ("short", "notice_number")
    receipt.refresh_from_db()
    assert (receipt.status, state(notice), m.cover(person)) == ("unmatched", "open", [])


def test_assigning_to_no_notice_twice_or_by_the_wrong_person(notice):
    receipt = m.pay("N2009-9999999", D(2009, 3, 25))
    with pytest.raises(Invalid):
        assign(receipt, "N2009-0")
    with pytest.raises(NotAllowed):
        assign(receipt, notice, by=m.clerk())
    assign(receipt, notice)
    with pytest.raises(Conflict):
        assign(receipt, notice, version=1)
    with pytest.raises(Conflict):
        assign(receipt, notice, version=2)


def test_assigning_is_whole_or_not_at_all(notice, person, monkeypatch):
    receipt = m.pay("N2009-9999999", D(2009, 3, 25))
    unwritable(monkeypatch, Receipt)
    with pytest.raises(RuntimeError):
        assign(receipt, notice)
    assert (state(notice), m.cover(person)) == ("open", [])
