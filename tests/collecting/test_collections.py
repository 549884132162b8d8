"""School collections (W4): handed in, paid to the fen, withdrawn; what becomes of each line."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from enrollment.bankfiles.models import BankFileLine
from enrollment.collecting import services
from enrollment.collecting.models import Collection, CollectionLine
from enrollment.collecting.selectors import collections_visible_to, dues_of, open_returns_of, paid_of
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.contributions.services import return_receipt
from funds.chart import Chart
from funds.models import JournalLeg
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.portal.integrity import check_integrity
from tests import factories as make
from tests.bankfiles import makers as files
from tests.contributions import makers as m
from tests.faults import unwritable
from tests.funds.account import sweep

from .conftest import TODAY
from .makers import PAID, hand_in, record, school

D = datetime.date
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture(autouse=True)
def sound(db):
    yield
    found: list[object] = []
    check_integrity(["collection", "notice.receipt", "receipt"], found=found.append)
    assert found == []


def lines_of(found: Collection) -> list[tuple[int, str, str, str]]:
    """Place, status of the notice, status and problem of the receipt."""
    rows = found.lines.select_related("notice", "receipt").order_by("place")
    return [
        (
            line.place,
            line.notice.status,
            line.receipt.status if line.receipt else "",
            line.receipt.problem if line.receipt else "",
        )
        for line in rows
    ]


def test_what_is_to_be_collected_stands_in_class_order(notices, today):
    notices[0].refresh_from_db()
    dues = dues_of(make.school(), 2010, today)
    assert [due.notice for due in dues] == notices
    assert [(due.grade, due.class_name, due.amount) for due in dues] == [
        (3, "1", Decimal(40)),
        (3, "2", Decimal(40)),
        (None, "", Decimal(40)),
    ]


def test_a_collection_is_paid_to_the_fen_and_every_line_is_a_receipt(notices):
    found = hand_in([notices[2], notices[0]])
    assert (found.status, found.count, found.amount) == ("handed_in", 2, 80)
    assert [line.notice for line in found.lines.order_by("place")] == [notices[0], notices[2]]
    found = record(found)
    assert (found.status, found.paid_on, found.bank_reference) == ("paid", PAID, "XX1")
    assert lines_of(found) == [(1, "paid", "matched", ""), (2, "paid", "matched", "")]
    receipts = Receipt.objects.filter(channel="school").order_by("bank_reference")
    assert [(row.bank_reference, row.amount, row.paid_on) for row in receipts] == [
        ("XX1/1", 40, PAID),
        ("XX1/2", 40, PAID),
    ]
    assert sum(row.amount for row in receipts) == found.amount
    verbs = AuditEntry.objects.filter(object_number=found.number).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["collections.hand_in", "collections.record"]


@pytest.mark.parametrize(("amount", "gap"), [("79.99", "0.01"), ("80.01", "0.01"), ("40", "40.00")])
def test_another_amount_records_nothing_and_says_both_figures(notices, amount, gap):
    found = hand_in(notices[:2])
    with pytest.raises(Invalid) as refused:
        record(found, amount=Decimal(amount))
    assert refused.value.field == "amount"
    assert all(figure in str(refused.value) for figure in ("80.00", f"{Decimal(amount):.2f}", gap))
    found.refresh_from_db()
    assert (found.status, Receipt.objects.filter(channel="school").count()) == ("handed_in", 0)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"paid_on": D(2009, 11, 11)}, "paid_on"),
        ({"paid_on": D(2008, 6, 1)}, "paid_on"),
        ({"bank_reference": "  "}, "bank_reference"),
    ],
)
def test_what_cannot_be_a_payment_is_refused_at_its_field(notices, values, field):
    with pytest.raises(Invalid) as refused:
        record(hand_in(notices[:1]), **values)
    assert refused.value.field == field


def test_what_was_paid_meanwhile_and_what_lapsed_go_to_the_unmatched_list(notices):
    found = hand_in(notices)
    m.pay(notices[0], D(2009, 11, 10))
    ContributionNotice.objects.filter(pk=notices[1].pk).update(personal=Decimal(41), district_share=Decimal(18))
    found = record(found)
    problems = {line.notice: (line.receipt.status, line.receipt.problem) for line in found.lines.all()}
    assert problems[notices[0]] == ("unmatched", "paid_twice")
    assert problems[notices[2]] == ("matched", "")
    assert found.status == "paid"
    # The second was made anew by the facts of the day, and is paid.
    assert problems[notices[1]] == ("matched", "")


def test_a_notice_stands_in_one_open_collection(notices):
    first = hand_in(notices[:1])
    with pytest.raises(Refused) as refused:
        hand_in(notices[:2])
    (reason,) = refused.value.reasons
    assert first.number in str(reason)
    assert notices[0].number in str(reason)
    services.withdraw(number=first.number, version=first.version, reason="少收一人", by=school())
    again = hand_in(notices[:2])
    assert again.count == 2
    first.refresh_from_db()
    assert (first.status, first.reason) == ("withdrawn", "少收一人")
    record(again)
    with pytest.raises(Refused) as refused:
        hand_in(notices[:1])
    assert notices[0].number in str(refused.value.reasons[0])


def test_the_same_form_sent_twice_is_one_collection(notices):
    mark = uuid.uuid4()
    assert hand_in(notices[:1], submission=mark) == hand_in(notices[:1], submission=mark)
    assert Collection.objects.count() == 1


def test_the_same_form_with_more_ticks_is_no_second_collection(notices):
    mark = uuid.uuid4()
    first = hand_in(notices[:1], submission=mark)
    for ticked, year in ((notices[:2], 2010), (notices[:1], 2009)):
        with pytest.raises(Conflict) as refused:
            hand_in(ticked, submission=mark, contribution_year=year)
        assert refused.value.code == "handed_in_already"
        assert first.number in str(refused.value)
    assert (Collection.objects.count(), CollectionLine.objects.count()) == (1, 1)


def test_a_school_learns_nothing_of_other_peoples_notices(notices):
    stranger = m.elder()
    paid = m.enrolled(stranger, D(2008, 8, 10))
    open_ = m.renewal(stranger, D(2009, 10, 5))
    m.pay(notices[0], D(2009, 11, 9))
    with pytest.raises(Refused) as refused:
        hand_in([paid, open_, notices[0], ContributionNotice(number="N2009-9999999")])
    said = {str(reason).partition(": ")[::2] for reason in refused.value.reasons}
    nothing = "it is not of a pupil of this school for this year."
    assert said == {
        (paid.number, nothing),
        (open_.number, nothing),
        ("N2009-9999999", nothing),
        (notices[0].number, "it is “Paid” by now."),
    }


def test_what_employers_paid_is_not_collected_again(notices):
    m.pay(notices[0], D(2009, 10, 20), "15", channel="employer", payer="辽阳石化公司")
    found = hand_in(notices[:2])
    assert found.amount == 65
    record(found)
    assert lines_of(found) == [(1, "paid", "matched", ""), (2, "paid", "matched", "")]


def test_a_collection_is_paid_once_and_its_reference_taken_once(notices):
    first, second = hand_in(notices[:1]), hand_in(notices[1:2])
    paid = record(first)
    with pytest.raises(Conflict):
        record(first)
    with pytest.raises(Conflict):
        record(paid)
    with pytest.raises(Conflict) as refused:
        record(second)
    assert (refused.value.field, first.number in str(refused.value)) == ("bank_reference", True)
    assert Receipt.objects.filter(channel="school").count() == 1


def test_a_reference_that_another_receipt_has_records_nothing(notices):
    m.pay(notices[2], PAID, channel="school", bank_reference="XX1/2", received=D(2009, 11, 10))
    found = hand_in(notices[:2])
    with pytest.raises(Conflict) as refused:
        record(found)
    assert refused.value.field == "bank_reference"
    assert Receipt.objects.filter(channel="school").count() == 1
    assert CollectionLine.objects.filter(open=True).count() == 2


def test_a_paid_one_is_not_withdrawn_and_a_withdrawal_says_why(notices):
    found = hand_in(notices[:1])
    with pytest.raises(Invalid):
        services.withdraw(number=found.number, version=found.version, reason=" ", by=school())
    found = record(found)
    with pytest.raises(Conflict):
        services.withdraw(number=found.number, version=found.version, reason="错", by=school())


def test_only_pupils_of_the_school_and_only_who_may(notices):
    stranger = m.elder()
    m.enrolled(stranger, D(2008, 8, 10))
    other = m.renewal(stranger, D(2009, 10, 5))
    with pytest.raises(Refused) as refused:
        hand_in([*notices[:1], other])
    assert [other.number in str(reason) for reason in refused.value.reasons] == [True]
    with pytest.raises(Refused):
        hand_in([ContributionNotice(number="N2009-9999999")])
    with pytest.raises(Invalid):
        hand_in([])
    elsewhere = Office.objects.create(
        code="SCH-ELSEWHERE", name="别的学校", name_en="Another school", kind="school", parent=make.school().parent
    )
    strangers = make.actor(Role.SCHOOL, elsewhere, "school-elsewhere")
    with pytest.raises(NotAllowed):
        hand_in(notices[:1], by=strangers)
    found = hand_in(notices[:1], by=m.clerk())
    assert list(collections_visible_to(school())) == [found]
    assert list(collections_visible_to(strangers)) == []
    with pytest.raises(NotAllowed):
        services.withdraw(number=found.number, version=found.version, reason="x", by=strangers)
    with pytest.raises(NotAllowed):
        record(found, by=school())
    with pytest.raises(NotAllowed):
        hand_in(notices[1:2], by=m.reviewer())


# --- the bank takes the payment back ---------------------------------------------------------------------------------


def take_back(found: Collection, **values: Any) -> Collection:
    found.refresh_from_db()
    given: dict[str, Any] = {"version": found.version, "returned_on": TODAY, "note": "退票", "by": m.reviewer()}
    return services.return_collection(number=found.number, **given | values)


def lump_sum(found: Collection) -> Receipt:
    """The school's payment as a line of a bank's file brings it: for the number of the collection, paid back in the
    books and recorded for its collection (docs/decisions/0065-school-collections.md).
    """
    line = files.paid(found.number, reference="XX1", amount=found.amount, day=PAID)
    file = files.imported(files.content([line], file_day=TODAY), on=TODAY)
    receipt = file.rows.get().receipt
    assert receipt is not None
    return_receipt(number=receipt.number, version=1, returned_on=TODAY, note="转记学校代收", by=m.reviewer())
    record(found)
    return receipt


def bounced(found: Collection) -> BankFileLine:
    """The bank's line that takes the payment back."""
    line = files.went_back("XX1", found.amount, day=TODAY)
    return files.imported(files.content([line], file_day=TODAY), on=TODAY).rows.get()


def test_a_payment_that_the_bank_takes_back_goes_back_as_a_whole(notices):
    found = record(hand_in(notices))
    found = take_back(found)
    assert (found.status, found.returned_on, found.reason, found.version) == ("returned", TODAY, "退票", 3)
    assert lines_of(found) == [(place, "returned", "returned", "") for place in (1, 2, 3)]
    assert [m.cover(notice.resident)[-1][1].year for notice in notices] == [2009] * 3
    entry = AuditEntry.objects.get(verb="collections.return", object_number=found.number)
    assert (entry.changes, entry.note) == ({"returned_on": "2009-11-10", "amount": "120.00", "count": 3}, "退票")
    assert AuditEntry.objects.filter(verb="receipts.return").count() == 3


@pytest.mark.parametrize("in_a_file", [True, False])
def test_a_lump_sum_that_bounces_is_open_until_its_collection_is_taken_back(notices, in_a_file):
    found = hand_in(notices)
    if in_a_file:
        receipt, problem = lump_sum(found), "paid_back"
    else:
        record(found)
        receipt, problem = None, "unknown_payment"
    line = bounced(found)
    assert (line.result, line.problem, line.receipt) == ("open", problem, receipt)
    found.refresh_from_db()
    assert open_returns_of(found, m.reviewer()) == [line]
    assert list(paid_of(line, m.reviewer())) == [found]
    found = take_back(found, bank_return=services.key_of_return(line))
    line.refresh_from_db()
    assert (found.status, line.result, line.note) == ("returned", "closed", f"{found.school.label} XX1: 退票")
    sweep(TODAY)
    legs = JournalLeg.objects.filter(entry__document_number__in=Receipt.objects.filter(paid_on=PAID).values("number"))
    assert legs.filter(account__code=Chart.BANK).aggregate(sum=Sum("amount"))["sum"] == 0


def test_what_went_back_before_stays_as_it_is(notices):
    found = record(hand_in(notices))
    first = found.lines.order_by("place")[0].receipt
    assert first is not None
    return_receipt(number=first.number, version=first.version, returned_on=PAID, note="退款", by=m.reviewer())
    take_back(found)
    first.refresh_from_db()
    assert (first.returned_on, first.note) == (PAID, "退款")
    assert Receipt.objects.filter(channel="school", returned_on=TODAY).count() == 2


def test_all_of_it_goes_back_or_nothing(notices, monkeypatch):
    found = record(hand_in(notices))
    unwritable(monkeypatch, Collection)
    with pytest.raises(RuntimeError):
        take_back(found)
    found.refresh_from_db()
    assert found.status == "paid"
    assert lines_of(found) == [(place, "paid", "matched", "") for place in (1, 2, 3)]


def test_a_payment_is_taken_back_once_with_a_reason_by_a_reviewer(notices):
    found = hand_in(notices[:1])
    with pytest.raises(Conflict):
        take_back(found)
    record(found)
    for values, field in (
        ({"note": " "}, "note"),
        ({"returned_on": D(2009, 11, 8)}, "returned_on"),
        ({"returned_on": D(2009, 11, 11)}, "returned_on"),
        ({"bank_return": "K1/2"}, "bank_return"),
    ):
        with pytest.raises(Invalid) as refused:
            take_back(found, **values)
        assert refused.value.field == field
    for by in (m.clerk(), school()):
        with pytest.raises(NotAllowed):
            take_back(found, by=by)
    with pytest.raises(Conflict):
        take_back(found, version=1)
    take_back(found)
    with pytest.raises(Conflict):
        take_back(found)
