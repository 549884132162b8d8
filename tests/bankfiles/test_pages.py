"""The pages of bank files: upload, dry run, import, the lines and what became of them; who sees what."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrollment.bankfiles.labels import why
from enrollment.bankfiles.models import BankFile
from enrollment.contributions.models import Receipt
from enrollment.contributions.services import return_receipt
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.sheets.reading import read_table
from tests import factories as make
from tests.contributions import makers as m
from tests.registration.pages import signed_in, text

from .makers import TODAY, VALUE, bring, content, imported, paid, renewed, went_back, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()


@pytest.fixture
def clerk(db: None) -> Client:
    return signed_in(m.clerk())


def send(client: Client, data: bytes) -> Any:
    return client.post(reverse("bank-file-new"), {"file": SimpleUploadedFile("缴费.txt", data)}, follow=True)


def last() -> BankFile:
    return BankFile.objects.latest("id")


def page(client: Client, found: BankFile, asked: str = "") -> str:
    response = client.get(found.get_absolute_url() + asked)
    assert response.status_code == 200
    return text(response)


def test_from_the_upload_to_the_receipts(clerk):
    notice = renewed()
    answer = send(clerk, content([paid(notice, reference="B1"), paid("N1999-1", words="李某"), went_back("NEVER")]))
    assert "Being checked" in text(answer)
    found = last()
    work_off(found)
    shown = page(clerk, found)
    assert "Checked, nothing recorded yet" in shown
    assert "Settle their notice 1 200.00 For the unmatched list 1 200.00 Returns to be looked at 1 200.00" in shown
    assert "Settled its notice" in shown
    assert "No payment with this reference is on record" in shown
    assert clerk.post(reverse("bank-file-import", args=[found.number])).status_code == 302
    assert "Being imported" in page(clerk, found)
    work_off(found)
    shown = page(clerk, found)
    assert "Imported" in shown
    assert "Sum 2 400.00 Trailer of the file agrees 2 400.00" in shown
    assert "Sum 1 200.00 Trailer of the file agrees 1 200.00" in shown
    assert "No payment with this reference is on record" in shown
    assert "李某" in page(clerk, found, "?lines=unmatched")
    receipt = Receipt.objects.get(bank_reference="B1")
    assert receipt.number in page(clerk, found, "?lines=matched")
    of_receipt = text(clerk.get(reverse("receipt", args=[receipt.number])))
    assert f"{found.number} line 2: Settled its notice" in of_receipt
    assert found.number in text(clerk.get(reverse("bank-files")))


def test_a_wrong_file_is_refused_at_the_field_with_line_and_column(clerk):
    answer = send(clerk, content([paid("N1")]).replace(b"20091020\xd5", b"20091321\xd5"))
    assert answer.status_code == 422
    shown = text(answer)
    assert "The whole file is refused; nothing of it was recorded." in shown
    assert "Line 2, Value date: “20091321” is no date such as 20091020." in shown
    assert not BankFile.objects.exists()


def test_the_same_file_leads_to_the_first(clerk):
    data = content([paid("N1")])
    found = imported(data)
    answer = send(clerk, data)
    assert answer.status_code == 422
    assert f"as {found.number}. Payments: 1 (200.00 yuan)" in text(answer)
    assert found.get_absolute_url() in answer.content.decode()


def test_without_a_file_the_field_says_so(clerk):
    assert "Choose the file." in text(clerk.post(reverse("bank-file-new")))


def test_pause_resume_cancel_check_discard(clerk):
    send(clerk, content([paid("N1")]))
    found = last()
    steer = reverse("bank-file-steer", args=[found.number])
    clerk.post(steer, {"action": "pause"})
    assert "Paused" in page(clerk, found)
    clerk.post(steer, {"action": "resume"})
    assert "Being checked" in page(clerk, found)
    clerk.post(steer, {"action": "nonsense"})
    clerk.post(steer, {"action": "cancel"})
    assert "Not checked" in page(clerk, found)
    clerk.post(reverse("bank-file-check", args=[found.number]))
    work_off(found)
    assert "can be imported" in page(clerk, found)
    assert "was discarded" in text(clerk.post(reverse("bank-file-discard", args=[found.number]), follow=True))
    assert "No bank files yet" in text(clerk.get(reverse("bank-files")))


def test_the_live_part_goes_on_until_the_run_is_over(clerk):
    send(clerk, content([paid("N1")]))
    found = last()
    ask = {"HX-Request": "true"}
    assert "HX-Refresh" not in clerk.get(found.get_absolute_url(), headers=ask).headers
    work_off(found)
    assert clerk.get(found.get_absolute_url(), headers=ask).headers["HX-Refresh"] == "true"


def test_the_lines_come_back_as_a_workbook(clerk):
    found = imported(content([paid(renewed(), reference="B1"), paid("=1+1", words="=cmd"), went_back("NEVER")]))
    response = clerk.get(reverse("bank-file-lines", args=[found.number]))
    rows = [row.cells for row in read_table(io.BytesIO(b"".join(response.streaming_content)))]
    assert rows[2][:3] == (2, "Payment", "B1")
    assert rows[2][8] == "Settled its notice"
    assert rows[3][3] == "=1+1"
    assert rows[3][8:10] == ("On the unmatched list", why("unknown_notice"))
    assert rows[4][1] == "Return"
    assert rows[5][:5] == ("Payments", 2, "", "", 400)
    assert AuditEntry.objects.filter(verb="bankfiles.export", object_number=found.number).count() == 1


def test_the_file_comes_back_as_it_came(clerk):
    data = content([paid("N1")])
    found = bring(data)
    response = clerk.get(reverse("bank-file-original", args=[found.number]))
    assert b"".join(response.streaming_content) == data
    assert AuditEntry.objects.filter(verb="bankfiles.original", object_number=found.number).count() == 1


def test_the_reviewer_sees_to_a_return(clerk):
    found = imported(content([went_back("NEVER")]))
    line = found.rows.get()
    address = reverse("bank-file-return", args=[found.number, line.place])
    assert clerk.get(address).status_code == 403
    reviewer = signed_in(m.reviewer())
    assert "Returned payments that wait for a reviewer: 1" in text(reviewer.get(reverse("bank-files")))
    assert "See to it" in page(reviewer, found)
    assert "No payment with this reference is on record" in text(reviewer.get(address))
    wrong = reviewer.post(address, {"version": 1, "receipt_number": "C1", "note": "查"})
    assert wrong.status_code == 422
    assert "There is no receipt with this number." in text(wrong)
    done = reviewer.post(address, {"version": 1, "receipt_number": "", "note": "银行更正"}, follow=True)
    assert "The return in line 2 was seen to." in text(done)
    assert "银行更正" in page(reviewer, found, "?lines=closed")
    assert reviewer.get(address).status_code == 200


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.SCHOOL, Role.CITY_FINANCE])
def test_others_do_not_see_bank_files(role):
    found = bring(content([paid("N1")]))
    client = signed_in(make.actor(role))
    for name in ("bank-file", "bank-file-lines", "bank-file-original"):
        assert client.get(reverse(name, args=[found.number])).status_code == 403
    assert client.get(reverse("bank-files")).status_code == 403


def test_the_supervisor_sees_and_does_not_import():
    found = bring(content([paid("N1")]))
    client = signed_in(make.actor(Role.SUPERVISOR))
    assert "Import" not in page(client, found).split("Checked, nothing recorded yet")[0].replace("Imported", "")
    assert client.post(reverse("bank-file-import", args=[found.number])).status_code == 403


def test_a_return_of_what_was_paid_back_says_what_to_find_out():
    first = imported(content([paid("K2009-1", reference="LUMP")])).rows.get().receipt
    assert first is not None
    with clock.on_day(TODAY):
        return_receipt(number=first.number, version=1, returned_on=TODAY, note="退款", by=m.reviewer())
    found = imported(content([went_back("LUMP")]))
    shown = signed_in(m.reviewer()).get(reverse("bank-file-return", args=[found.number, 2]))
    assert "The agency paid this payment back before If it was paid back in the books only" in text(shown)
    assert shown.context["form"].initial["receipt_number"] == ""


def test_two_receipts_with_one_reference_stand_side_by_side():
    wrong, right = renewed(), renewed()
    by_hand = m.pay(wrong, VALUE, bank_reference="R1", received=TODAY)
    receipt = imported(content([paid(right, reference="R1")])).rows.get().receipt
    assert receipt is not None
    shown = text(signed_in(m.reviewer()).get(reverse("receipt", args=[receipt.number])))
    assert "Another receipt with the same bank reference says something else." in shown
    assert f"Bank reference: R1 {by_hand.number} Matched {wrong.number} 2009-10-20 200.00" in shown
