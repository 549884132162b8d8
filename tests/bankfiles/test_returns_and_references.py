"""Returns that wait for a reviewer, money that went out before, references that are taken."""

import datetime
from decimal import Decimal

import pytest

from enrollment.bankfiles import services
from enrollment.bankfiles.models import BankFileLine
from enrollment.contributions.models import Receipt
from enrollment.contributions.selectors import with_same_reference
from enrollment.contributions.services import assign_receipt, return_receipt
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.runs.models import Run
from tests.contributions import makers as m

from .makers import TODAY, VALUE, content, imported, paid, renewed, results, went_back

D = datetime.date
pytestmark = pytest.mark.django_db
DECEMBER = D(2009, 12, 5)


# --- returns that wait -----------------------------------------------------------------------------------------------


class TestReturnsThatWait:
    @pytest.fixture
    def line(self) -> BankFileLine:
        return imported(content([went_back("NEVER")])).rows.get()

    def close(self, line: BankFileLine, **values: object) -> BankFileLine:
        said = {"version": line.version, "note": "银行已查明", "by": m.reviewer()}
        with clock.on_day(TODAY):
            return services.close_return(number=line.file.number, place=line.place, **said | values)  # type: ignore[arg-type]

    def test_the_reviewer_names_the_receipt_that_went_back(self, line):
        notice = renewed()
        receipt = m.pay(notice, D(2009, 10, 15))
        closed = self.close(line, receipt_number=receipt.number.lower())
        receipt.refresh_from_db()
        assert (closed.result, closed.receipt, closed.note) == ("closed", receipt, "银行已查明")
        assert (receipt.status, receipt.returned_on) == ("returned", VALUE)
        assert m.state(notice) == "returned"

    def test_or_says_why_nothing_is_to_be_done(self, line):
        closed = self.close(line)
        assert (closed.result, closed.receipt) == ("closed", None)
        assert AuditEntry.objects.filter(verb="bankfiles.close_return", note="银行已查明").exists()

    def test_what_does_not_fit_is_refused(self, line):
        other = m.pay(m.first_notice(m.newborn(), D(2009, 10, 6)), D(2009, 10, 10))
        with pytest.raises(Refused, match=r"of 40\.00 yuan, the bank took back 200\.00"):
            self.close(line, receipt_number=other.number)
        with pytest.raises(Invalid, match="no receipt"):
            self.close(line, receipt_number="C1")
        with pytest.raises(Invalid, match="reason"):
            self.close(line, note=" ")
        with pytest.raises(NotAllowed):
            self.close(line, by=m.clerk())
        self.close(line)
        with pytest.raises(Conflict):
            self.close(line)


# --- money that went out before, references that are taken -----------------------------------------------------------


def give_back(receipt: Receipt, on: datetime.date = TODAY) -> Receipt:
    receipt.refresh_from_db()
    with clock.on_day(on):
        return return_receipt(
            number=receipt.number, version=receipt.version, returned_on=on, note="退款", by=m.reviewer()
        )


class TestWhatWasPaidBackBefore:
    def test_a_return_of_unmatched_money_that_was_paid_back_waits_for_a_reviewer(self):
        """The agency paid it back, in the books or by a transfer, and the bank took it back besides."""
        first = imported(content([paid("K2009-1", reference="LUMP", amount=Decimal(12000))]))
        receipt = give_back(first.rows.get().receipt)
        check = content([went_back("LUMP", 12000)])
        found = imported(check)
        assert results(found) == [("open", "paid_back")]
        assert found.rows.get().receipt == receipt
        dry, run = Run.objects.filter(kind="bankfile", key=found.number).order_by("id")
        assert dry.counts == run.counts

    def test_what_a_reviewer_took_off_its_notice_is_the_same_return(self):
        notice = renewed()
        imported(content([paid(notice, reference="B1")]))
        give_back(Receipt.objects.get(bank_reference="B1"))
        assert results(imported(content([went_back("B1")]))) == [("on_record", "")]

    def test_what_a_reviewer_saw_to_is_not_asked_again(self):
        imported(content([paid("N1", reference="B1")]))
        give_back(Receipt.objects.get(bank_reference="B1"))
        line = imported(content([went_back("B1", reference="R1")])).rows.get()
        with clock.on_day(TODAY):
            services.close_return(
                number=line.file.number, place=line.place, version=1, note="已向缴费人追回", by=m.reviewer()
            )
        assert results(imported(content([went_back("B1", reference="R2")]))) == [("on_record", "")]


class TestAReferenceThatWasEnteredByHand:
    def test_with_another_notice_it_settles_no_second_one(self):
        """A clerk entered the slip for the wrong notice; the bank's file has the right one."""
        wrong, right = renewed(), renewed()
        by_hand = m.pay(wrong, VALUE, bank_reference="R1", received=TODAY)
        found = imported(content([paid(right, reference="R1")], file_number="7"))
        assert results(found) == [("unmatched", "same_reference")]
        dry, run = Run.objects.filter(kind="bankfile", key=found.number).order_by("id")
        assert dry.counts == run.counts
        receipt = found.rows.get().receipt
        assert receipt is not None
        assert (receipt.bank_reference, receipt.status, receipt.notice) == ("LYYH/7/2", "unmatched", right)
        assert (m.state(wrong), m.state(right)) == ("paid", "open")
        assert with_same_reference(receipt) == [by_hand]
        # The same payment in another file is this one.
        assert results(imported(content([paid(right, reference="R1")]))) == [("on_record", "")]
        # The reviewer takes the wrong one back and assigns the other: 200 yuan for 200.
        give_back(by_hand)
        with clock.on_day(TODAY):
            assign_receipt(number=receipt.number, version=receipt.version, notice_number=right.number, by=m.reviewer())
        assert (m.state(wrong), m.state(right)) == ("returned", "paid")
        assert results(imported(content([went_back("R1")]))) == [("returned", "")]
        assert m.state(right) == "returned"

    @pytest.mark.parametrize("together", [True, False])
    def test_its_return_takes_back_what_the_file_brought(self, together):
        wrong, right = renewed(), renewed()
        by_hand = m.pay(wrong, VALUE, bank_reference="R1", received=TODAY)
        lines = [paid(right, reference="R1"), went_back("R1")]
        files = [lines] if together else [[line] for line in lines]
        became = [result for each in files for result in results(imported(content(each)))]
        assert became == [("unmatched", "same_reference"), ("returned", "")]
        by_hand.refresh_from_db()
        assert (by_hand.status, m.state(wrong)) == ("matched", "paid")
        assert Receipt.objects.get(stated_notice=right.number).status == "returned"

    def test_with_another_amount_a_reviewer_compares_the_two(self):
        notice = renewed()
        m.pay(notice, VALUE, "20", bank_reference="R1", received=TODAY)
        assert results(imported(content([paid(notice, reference="R1")]))) == [("unmatched", "same_reference")]
        assert m.state(notice) == "open"


def test_the_same_payment_through_two_banks_is_two_payments():
    first = imported(content([paid("", reference="SAME")]))
    second = imported(content([paid("", reference="SAME")], bank="JSYH", file_number="9"))
    assert results(first) == results(second) == [("unmatched", "unknown_notice")]
    assert second.rows.get().receipt != first.rows.get().receipt
    dry, run = Run.objects.filter(kind="bankfile", key=second.number).order_by("id")
    assert dry.counts == run.counts
    again = imported(content([paid("", reference="SAME")], bank="JSYH", file_number="10"))
    assert results(again) == [("on_record", "")]
    assert again.rows.get().receipt == second.rows.get().receipt


def test_what_was_entered_by_hand_is_the_payment_of_the_bank_that_had_it_first():
    by_hand = m.pay("N1", VALUE, "200", bank_reference="SAME", received=TODAY)
    first = imported(content([paid("N1", reference="SAME")]))
    assert first.rows.get().receipt == by_hand
    second = imported(content([paid("N1", reference="SAME")], bank="JSYH", file_number="9"))
    assert results(second) == [("unmatched", "unknown_notice")]
