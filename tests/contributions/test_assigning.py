"""A clerk says which notice an unmatched receipt is for (C6): allowed, refused, whole or not at all."""

import datetime

import pytest

from enrollment.contributions import services
from enrollment.contributions.models import Receipt
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
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


# --- on hold ---------------------------------------------------------------------------------------------------------


def hold(receipt, note="已致电付款人，待回复", version=None, by=None):
    with clock.on_day(LATER):
        return services.hold_receipt(
            number=receipt.number, version=version or receipt.version, note=note, by=by or m.reviewer()
        )


def test_what_waits_for_an_answer_says_for_which_and_stays_unmatched(notice):
    by, receipt = m.reviewer(), m.pay("N2009-9999999", D(2009, 3, 25))
    held = hold(receipt, by=by)
    assert (held.status, held.problem, held.version) == ("unmatched", "unknown_notice", 2)
    assert (held.on_hold_note, held.on_hold_since, held.on_hold_by_id) == ("已致电付款人，待回复", LATER, by.user_id)
    again = hold(held, "付款人来信，待查学籍")
    assert (again.on_hold_note, again.version) == ("付款人来信，待查学籍", 3)
    entries = AuditEntry.objects.filter(verb="receipts.hold", object_number=receipt.number).order_by("pk")
    assert list(entries.values_list("note", flat=True)) == ["已致电付款人，待回复", "付款人来信，待查学籍"]


@pytest.mark.parametrize("returned", [True, False])
def test_what_is_assigned_or_returned_is_not_on_hold_any_more(notice, returned):
    receipt = hold(m.pay("N2009-9999999", D(2009, 3, 25)))
    if returned:
        with clock.on_day(LATER):
            receipt = services.return_receipt(
                number=receipt.number, version=2, returned_on=LATER, note="退款", by=m.reviewer()
            )
    else:
        receipt = assign(receipt, notice)
    receipt.refresh_from_db()
    assert (receipt.status, receipt.on_hold_note, receipt.on_hold_since, receipt.on_hold_by) == (
        "returned" if returned else "matched",
        "",
        None,
        None,
    )


def test_a_part_on_hold_that_counts_after_all_is_not_on_hold_any_more():
    person = m.elder()
    m.enrolled(person, D(2009, 3, 20))
    due = m.renewal(person, D(2009, 10, 5))
    part = m.pay(due, D(2009, 10, 12), "120", channel="employer", payer="辽阳石化公司")
    m.lapse(D(2009, 12, 1))
    part.refresh_from_db()
    with clock.on_day(D(2009, 12, 2)):
        services.hold_receipt(number=part.number, version=part.version, note="待补差额", by=m.reviewer())
    m.pay(due, D(2009, 11, 30), "80", received=D(2009, 12, 3))
    part.refresh_from_db()
    assert (part.status, part.on_hold_note, part.on_hold_since) == ("matched", "", None)


def test_only_an_unmatched_one_is_put_on_hold_with_a_note_by_a_reviewer(notice):
    receipt = m.pay("N2009-9999999", D(2009, 3, 25))
    with pytest.raises(Invalid) as refused:
        hold(receipt, " ")
    assert refused.value.field == "note"
    with pytest.raises(NotAllowed):
        hold(receipt, by=m.clerk())
    hold(receipt)
    with pytest.raises(Conflict):
        hold(receipt, version=1)
    with pytest.raises(Conflict) as settled:
        hold(m.pay(notice, D(2009, 3, 25)))
    assert settled.value.code == "not_unmatched"
