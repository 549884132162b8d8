"""Bank files from the upload to the last line: every line on a notice, on the unmatched list or on record already."""

import datetime
import io
from decimal import Decimal

import pytest

from enrollment.bankfiles import reading, services
from enrollment.bankfiles.models import BankFile
from enrollment.bankfiles.selectors import brought_by, bytes_of
from enrollment.contributions.models import BenefitPeriod, Receipt
from enrollment.registration.models import Circumstance
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from tests import factories as make
from tests.contributions import makers as m

from .makers import CSV, TODAY, VALUE, bring, content, imported, paid, renewed, results, start, went_back, work_off

D = datetime.date
pytestmark = pytest.mark.django_db
DECEMBER = D(2009, 12, 5)


def counts(run: Run) -> dict[str, str]:
    """What a run counted, without what was nothing."""
    return {code: value for code, value in run.counts.items() if Decimal(value)}


# --- what becomes of lines -------------------------------------------------------------------------------------------


def test_a_payment_settles_its_notice_and_the_auditor_finds_the_line():
    notice = renewed()
    data = content([paid(notice, reference="B1")])
    found = imported(data)
    assert results(found) == [("matched", "")]
    assert m.state(notice) == "paid"
    line = found.rows.get()
    receipt = Receipt.objects.get(bank_reference="B1")
    assert (line.receipt, line.place, line.amount, line.day, line.way) == (receipt, 2, receipt.amount, VALUE, "01")
    assert [row.file for row in receipt.bank_lines.all()] == [found]
    assert (receipt.paid_on, receipt.received_on, receipt.channel, receipt.payer) == (VALUE, TODAY, "bank", "张大爷")
    assert bytes_of(found) == data
    assert found.imported_on == TODAY


def test_nothing_is_recorded_before_the_import():
    notice = renewed()
    found = bring(content([paid(notice), paid("N1999-1")]))
    run = Run.objects.get(kind="bankfile")
    assert (run.status, run.dry_run) == ("finished", True)
    assert counts(run) == {"matched": "1", "matched_sum": "200.00", "unmatched": "1", "unmatched_sum": "200.00"}
    assert Receipt.objects.filter(paid_on=VALUE).count() == found.rows.count() == 0
    assert m.state(notice) == "open"


def everything() -> tuple[list[reading.Line], list[tuple[str, str]]]:
    """A line of each kind, with what becomes of it."""
    exact, short, over, twice, late, poor, dead, before, undone = (renewed() for _ in range(9))
    make.circumstance(poor.resident, Circumstance.Kind.LOW_INCOME, "low_income", starts=D(2009, 10, 10))
    make.circumstance(dead.resident, Circumstance.Kind.DEATH, "died", starts=D(2009, 10, 10))
    m.pay(before, D(2009, 10, 12), bank_reference="EARLIER")
    m.pay(undone, D(2009, 10, 12), bank_reference="UNDONE")
    lines = [
        (paid(exact), ("matched", "")),
        (paid(short, amount=Decimal("199.99")), ("unmatched", "short")),
        (paid(over, amount=Decimal("200.01")), ("unmatched", "over")),
        (paid(twice), ("matched", "")),
        (paid(twice), ("unmatched", "paid_twice")),
        (paid(late, day=D(2009, 9, 30)), ("unmatched", "outside_term")),
        (paid(poor), ("unmatched", "over")),
        (paid(dead), ("unmatched", "after_end")),
        (paid("N1999-0000001"), ("unmatched", "unknown_notice")),
        (paid("", words=""), ("unmatched", "unknown_notice")),
        (paid(before, reference="EARLIER", day=D(2009, 10, 12)), ("on_record", "")),
        (went_back("UNDONE"), ("returned", "")),
        (went_back("NEVER"), ("open", "unknown_payment")),
        (went_back("EARLIER", 199), ("open", "other_amount")),
        (went_back("EARLIER", day=D(2009, 10, 11)), ("open", "before_payment")),
    ]
    return [line for line, _became in lines], [became for _line, became in lines]


def test_each_line_becomes_what_it_is_and_the_dry_run_said_so():
    lines, became = everything()
    found = imported(content(lines, CSV))
    assert results(found) == became
    check, run = Run.objects.filter(kind="bankfile").order_by("id")
    assert check.counts == run.counts
    assert counts(run) == {
        "matched": "2",
        "matched_sum": "400.00",
        "unmatched": "8",
        "unmatched_sum": "1600.00",
        "on_record": "1",
        "on_record_sum": "200.00",
        "returned": "1",
        "returned_sum": "200.00",
        "open": "3",
        "open_sum": "599.00",
    }
    brought = brought_by(found)
    of_payments = [brought[code] for code in ("matched", "unmatched", "on_record")]
    assert sum(each.count for each in of_payments) == found.payments == 11
    assert sum(each.amount for each in of_payments) == found.payments_sum
    assert Receipt.objects.filter(status="unmatched").count() == 8


def test_what_lies_in_several_parts_is_brought_in_by_one_hand(monkeypatch):
    """Two payments of one person, a payment and its return, far from each other: the first comes first, whichever
    part is worked first.
    """
    monkeypatch.setattr(reading, "LINES_A_PART", 2)
    notice, other = renewed(), renewed()
    lines = [
        paid(notice, reference="FIRST"),
        paid("N1"),
        paid(other, reference="O1"),
        paid("N2"),
        paid("N3"),
        went_back("O1"),
        paid(notice, reference="SECOND"),
        paid(other, reference="O2"),
        paid("N2"),
    ]
    found = bring(content(lines))
    run = start(found)
    chunks = list(run.chunks.order_by("position").values_list("parameters", flat=True))
    assert [chunk["part"] for chunk in chunks] == [1, 2, 3]
    assert [chunk["takes"] for chunk in chunks] == [[[4, 8]], [[3, 7], [4, 9], [5, 10]], []]
    run.chunks.filter(position=1).update(position=9)
    work_off(found)
    assert results(found) == [
        ("matched", ""),
        ("unmatched", "unknown_notice"),
        ("matched", ""),
        ("unmatched", "unknown_notice"),
        ("unmatched", "unknown_notice"),
        ("returned", ""),
        ("unmatched", "paid_twice"),
        ("matched", ""),
        ("unmatched", "unknown_notice"),
    ]
    assert Receipt.objects.get(bank_reference="O1").status == "returned"
    assert other.resident.notices.filter(status="paid", contribution_year=2010).count() == 1


def test_a_file_that_comes_after_the_close_settles_by_its_value_date():
    notice, late = renewed(), renewed()
    m.lapse(D(2009, 12, 1))
    assert m.state(notice) == "lapsed"
    lines = [paid(notice, day=D(2009, 11, 30)), paid(late, day=D(2009, 12, 1))]
    found = imported(content(lines, file_day=D(2009, 12, 2)), on=DECEMBER)
    assert results(found) == [("matched", ""), ("unmatched", "outside_term")]
    assert (m.state(notice), m.state(late)) == ("paid", "lapsed")


def test_a_return_makes_the_notice_unpaid_and_withdraws_its_days():
    notice = renewed()
    imported(content([paid(notice, reference="B1")]))
    back = content([went_back("B1", day=D(2009, 10, 25), reference="R1")], file_day=D(2009, 10, 25))
    found = imported(back, on=D(2009, 10, 26))
    receipt = Receipt.objects.get(bank_reference="B1")
    assert (receipt.status, receipt.returned_on) == ("returned", D(2009, 10, 25))
    assert receipt.note.startswith("账户已销户 辽阳银行")
    assert receipt.note.endswith("/ 2 (R1)")
    assert m.state(notice) == "returned"
    assert BenefitPeriod.objects.get(notice=notice).withdrawn_on == D(2009, 10, 25)
    assert results(found) == [("returned", "")]
    again = imported(content([went_back("B1", reference="R2")]), on=D(2009, 10, 26))
    assert results(again) == [("on_record", "")]


# --- the same again --------------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing_and_says_what_it_brought():
    data = content([paid(renewed()), paid("N1"), went_back("NEVER")])
    first = imported(data)
    entries = AuditEntry.objects.count()
    with pytest.raises(services.SameFile) as error:
        bring(data, on=D(2009, 10, 28))
    assert error.value.first == first.number
    assert str(error.value) == (
        f"This file came on 2009-10-21 already, as {first.number}. Payments: 2 (400.00 yuan), returned payments: 1. "
        "Nothing was changed. Notices settled: 1, unmatched: 1, on record before: 0."
    )
    assert (BankFile.objects.count(), AuditEntry.objects.count()) == (1, entries)


def test_the_same_file_before_its_import_says_so():
    data = content([paid(renewed())])
    bring(data)
    with pytest.raises(services.SameFile, match=r"Nothing was changed\. It has not been imported yet\.$"):
        bring(data)


def test_another_file_of_the_same_number_is_refused():
    first = bring(content([paid("N1")], file_number="7"))
    with pytest.raises(Conflict) as error:
        bring(content([paid("N2")], file_number="7"))
    assert str(error.value) == (
        f"The bank's file 7 came on 2009-10-21 already, as {first.number}, with other content. Nothing was changed. "
        "Ask the bank which of the two is right."
    )
    assert bring(content([paid("N2")], file_number="7", bank="JSYH")).number != first.number


def test_a_payment_that_is_in_two_files_is_recorded_once():
    notice = renewed()
    line = paid(notice)
    imported(content([line]))
    second = imported(content([line, paid("N1")]))
    assert results(second) == [("on_record", ""), ("unmatched", "unknown_notice")]
    assert second.rows.get(place=2).receipt == Receipt.objects.get(notice=notice, status="matched")


def test_a_reference_that_another_payment_has_loses_no_money():
    """Two banks may use the same reference: the second payment is other money, and comes once as well."""
    first, second = renewed(), renewed()
    imported(content([paid(first, reference="SAME")]))
    other = imported(content([paid(second, reference="SAME")], bank="JSYH", file_number="9"))
    assert results(other) == [("matched", "")]
    assert (m.state(first), m.state(second)) == ("paid", "paid")
    assert other.rows.get().receipt.bank_reference == "JSYH/9/2"
    third = imported(content([paid(second, reference="SAME")], bank="JSYH", file_number="10"))
    assert results(third) == [("on_record", "")]
    assert third.rows.get().receipt == other.rows.get().receipt
    # And its return finds the bank's own payment.
    back = imported(content([went_back("SAME")], bank="JSYH", file_number="11"))
    assert results(back) == [("returned", "")]
    assert (m.state(first), m.state(second)) == ("paid", "returned")


# --- check, import, discard ------------------------------------------------------------------------------------------


def test_an_import_that_was_cancelled_goes_on_with_what_is_left(monkeypatch):
    monkeypatch.setattr(reading, "LINES_A_PART", 1)
    found = bring(content([paid(renewed()), paid(renewed()), paid("N1")]))
    run = start(found)
    runs.work_one(number=run.number)
    with clock.on_day(TODAY):
        runs.cancel_run(number=run.number, by=m.clerk())
    assert found.rows.count() == 1
    with pytest.raises(Conflict, match="stays"):
        services.discard_file(number=found.number, by=m.clerk())
    again = start(found)
    assert again.chunks.count() == 2
    work_off(found)
    assert [result for result, _why in results(found)] == ["matched", "matched", "unmatched"]
    found.refresh_from_db()
    assert found.imported_on == TODAY


def test_an_import_that_does_not_come_to_its_trailer_fails():
    found = bring(content([paid("N1"), paid("N2")]))
    BankFile.objects.update(payments_sum=Decimal(1))
    run = start(found)
    with pytest.raises(runs.RunFailed):
        work_off(found)
    run.refresh_from_db()
    found.refresh_from_db()
    assert (run.status, found.imported_on) == ("failed", None)


def test_an_empty_file_is_imported():
    assert imported(content([])).imported_on == TODAY


def test_only_a_checked_file_is_imported_and_only_once():
    with clock.on_day(TODAY):
        found = services.upload_file(file=io.BytesIO(content([paid("N1")])), file_name="f", by=m.clerk(), calls=False)
    with pytest.raises(Conflict, match="Wait until"):
        start(found)
    work_off(found)
    assert start(found).number == start(found).number
    with pytest.raises(Conflict, match="being imported"):
        services.check_file(number=found.number, by=m.clerk())
    work_off(found)
    for verb in (services.check_file, services.import_file, services.discard_file):
        with pytest.raises(Conflict, match="imported on 2009-10-21"):
            verb(number=found.number, by=m.clerk())


def test_a_discarded_file_is_gone_and_may_come_again():
    data = content([paid("N1")])
    found = bring(data)
    services.discard_file(number=found.number, by=m.clerk())
    assert not BankFile.objects.exists()
    assert bring(data).number != found.number


def test_a_refused_file_leaves_nothing():
    with pytest.raises(Invalid) as error:
        bring(content([paid("N1")]).replace(b"T", b"X"))
    assert error.value.field == "file"
    assert str(error.value).startswith("The whole file is refused; nothing of it was recorded. Line 3: ")
    assert not BankFile.objects.exists()
    assert not Run.objects.filter(kind="bankfile").exists()


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("enrollment.bankfiles.services.uploading.SIZE_AT_MOST", 100)
    with pytest.raises(Invalid, match="larger than"):
        bring(content([paid("N1")]))


@pytest.mark.parametrize("role", [Role.AGENCY_REVIEWER, Role.SCHOOL, Role.SUPERVISOR, Role.CITY_FINANCE])
def test_only_the_clerk_brings_and_imports(role):
    by, found = make.actor(role), bring(content([paid("N1")]))
    with pytest.raises(NotAllowed):
        bring(content([paid("N1")]), by)
    for verb in (services.check_file, services.import_file, services.discard_file):
        with pytest.raises(NotAllowed):
            verb(number=found.number, by=by)
