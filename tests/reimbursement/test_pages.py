"""The pages of reimbursement: what each shows to whom, files, papers, and that account numbers stay hidden."""

import io
import re
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.models import Settlement, Stay
from claims.reimbursement.models import PaymentList, Reimbursement
from funds.services import post_documents
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from tests import factories
from tests.claims import makers as claims
from tests.reimbursement import makers
from tests.reimbursement.makers import CARD, PASSBOOK, fresh
from tests.scans import PNG

pytestmark = pytest.mark.django_db


def page_of(by) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(User.objects.get(pk=by.user_id))
    client.cookies["django_language"] = "en"
    return client


def test_a_clerk_enters_an_application_and_its_lines(clerk):
    person = claims.insured(years=(2010,))
    claims.institution("X1", designated=False)
    claims.diagnosis()
    claims.item()
    client = page_of(clerk)
    assert client.get(reverse("reimbursement-new"), {"resident": person.number}).status_code == 200
    data = {
        "submission": str(uuid.uuid4()),
        "resident": person.number,
        "reason": "emergency",
        "institution": "X1",
        "inpatient_number": "ZY-9",
        "admitted_at": "2010-03-01T20:30",
        "discharged_on": "2010-03-09",
        "emergency": "emergency",
        "card": "at_admission",
        "form_signed": "on",
        "diagnosis": "J18.9",
        "cause": "illness",
        "invoice_total": "1,250.00",
        "invoices": "121001070134\r\n08345678",
        "papers": ["invoice", "fee_list", "discharge_summary", "id_card"],
        "holder": "王秀英",
        "bank": "辽阳市商业银行",
        "account_number": "6222 0202 0011 2233 445",
    }
    wrong = client.post(reverse("reimbursement-new"), data)
    assert wrong.status_code == 422
    assert "a digit is mistyped" in wrong.content.decode()
    data["account_number"] = "6222 0202 0011 2233 446"
    response = client.post(reverse("reimbursement-new"), data)
    made = Reimbursement.objects.get()
    assert response["Location"] == made.get_absolute_url()
    taken = client.post(
        reverse("reimbursement-new"), data | {"submission": str(uuid.uuid4()), "inpatient_number": "Z"}
    )
    assert (taken.status_code, Reimbursement.objects.count()) == (422, 1)
    assert "was handed in already" in taken.content.decode()
    lines = reverse("reimbursement-lines", args=[made.number])
    refused = client.post(lines, {"lines_text": "2010-02-01\tA1\t1\t1250"})
    assert refused.status_code == 422
    assert "lies outside the stay" in refused.content.decode()
    client.post(lines, {"on": "2010-03-02", "item_code": "A1", "quantity": "1", "unit_price": "1000"})
    client.post(lines, {"lines_text": "2010-03-02\tA1\t1\t250\n2010-03-03\tA1\t1\t5"})
    client.post(reverse("reimbursement-line-delete", args=[made.number]), {"row": ["3"]})
    shown = client.get(made.get_absolute_url()).content.decode()
    assert "1,250.00" in shown
    assert "08345678, 121001070134" in shown
    assert "What a release would decide" in shown
    assert CARD not in shown
    assert f"**** {CARD[-4:]}" in shown
    step = client.post(reverse("reimbursement-examine", args=[made.number]), {"version": fresh(made).version})
    assert step.status_code == 302
    assert fresh(made).status == "examined"
    again = client.post(reverse("reimbursement-examine", args=[made.number]), {"version": 1})
    assert again.status_code == 409


def test_a_reviewer_releases_lists_and_pays(clerk, reviewer):
    made = makers.examined(claims.insured(years=(2010,)), clerk)
    client = page_of(reviewer)
    release = reverse("reimbursement-release", args=[made.number])
    assert "3,285.00" in client.get(release).content.decode()
    client.post(release, {"version": made.version})
    assert Settlement.objects.get().fund == 3285
    decision = client.get(reverse("reimbursement-decision", args=[made.number])).content.decode()
    assert "叁仟贰佰捌拾伍元整" in decision
    assert CARD not in decision
    due = client.get(reverse("payment-lists")).content.decode()
    assert made.number in due
    mark = re.search(r'name="submission" value="([^"]+)"', due)
    assert mark
    nothing = client.post(reverse("payment-list-new"), {"submission": mark[1]}, follow=True)
    assert "Tick what is to be paid" in nothing.content.decode()
    response = client.post(reverse("payment-list-new"), {"submission": mark[1], "row": [made.number]})
    found = PaymentList.objects.get()
    assert response["Location"] == found.get_absolute_url()
    assert CARD not in client.get(found.get_absolute_url()).content.decode()
    file = client.get(reverse("payment-list-file", args=[found.number]))
    assert file["Cache-Control"] == "no-store"
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[3] == (1, found.payments.get().number, made.number, "王秀英", makers.account().bank, CARD, 3285)
    assert (rows[4][0], rows[4][6]) == ("Sum", 3285)
    assert AuditEntry.objects.filter(verb="reimbursements.export", object_number=found.number).count() == 1
    paid = {"version": found.version, "paid_on": "2010-06-30", "bank_reference": "BX-1"}
    client.post(reverse("payment-list-paid", args=[found.number]), paid)
    assert fresh(made).status == "paid"
    again = client.post(reverse("payment-list-paid", args=[found.number]), paid | {"bank_reference": "BX-2"})
    assert again.status_code == 409
    payment = found.payments.get()
    post_documents(by=Actor.job("tests"))
    entry = client.get(reverse("journal-entry", args=["resident_payment", payment.number])).content.decode()
    assert found.get_absolute_url() in entry
    returned = {"returned_on": "2010-06-30", "reason": "户名不符"}
    client.post(reverse("payment-returned", args=[payment.number]), returned)
    assert fresh(made).status == "returned"
    account = reverse("reimbursement-account", args=[made.number])
    other = {"version": fresh(made).version, "holder": "王秀英", "bank": "邮政储蓄", "account_number": PASSBOOK}
    assert client.post(account, other).status_code == 403
    assert page_of(clerk).post(account, other).status_code == 302
    assert fresh(made).status == "released"


def test_only_who_pays_reveals_the_account(clerk, reviewer):
    made = makers.entered(claims.insured(years=(2010,)), clerk)
    url = reverse("reimbursement-account-show", args=[made.number])
    assert page_of(clerk).post(url).status_code == 403
    supervisor = factories.actor(claims.Role.SUPERVISOR)
    assert page_of(supervisor).post(url).status_code == 403
    for by in (clerk, reviewer, supervisor):
        assert CARD not in page_of(by).get(made.get_absolute_url()).content.decode()
    response = page_of(reviewer).post(url)
    assert CARD in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_who_entered_it_is_shown_no_way_to_decide(clerk, reviewer):
    made = makers.examined(claims.insured(years=(2010,)), clerk)
    shown = page_of(reviewer).get(made.get_absolute_url()).content.decode()
    assert reverse("reimbursement-release", args=[made.number]) in shown
    mine = page_of(clerk).get(made.get_absolute_url()).content.decode()
    assert reverse("reimbursement-release", args=[made.number]) not in mine


def test_a_refusal_is_printed_and_sent_back_before(clerk, reviewer):
    made = makers.examined(claims.insured(years=(2010,)), clerk)
    client = page_of(reviewer)
    back = reverse("reimbursement-send-back", args=[made.number])
    assert client.post(back, {"version": made.version, "reason": ""}).status_code == 422
    client.post(back, {"version": made.version, "reason": "缺发票第二联"})
    assert fresh(made).status == "complete"
    refuse = {"version": fresh(made).version, "reason": "发票为复印件"}
    client.post(reverse("reimbursement-refuse", args=[made.number]), refuse)
    letter = client.get(reverse("reimbursement-refusal", args=[made.number])).content.decode()
    assert "发票为复印件" in letter
    assert client.get(reverse("reimbursement-decision", args=[made.number])).status_code == 404
    assert client.get(reverse("reimbursement-receipt", args=[made.number])).status_code == 200


def test_documents_are_noted_and_scans_hang_there(clerk, reviewer):
    made = makers.entered(claims.insured(years=(2010,)), clerk, papers=frozenset({"invoice"}))
    client = page_of(clerk)
    url = reverse("reimbursement-papers", args=[made.number])
    scan = SimpleUploadedFile("发票.png", PNG)
    data = {"version": made.version, "papers": ["invoice", "fee_list"], "invoice_scans": scan}
    assert client.post(url, data).status_code == 302
    assert fresh(made).papers == ["invoice", "fee_list"]
    wrong = {"version": fresh(made).version, "papers": [], "invoice_scans": SimpleUploadedFile("x.png", b"GIF89a")}
    assert client.post(url, wrong).status_code == 422
    shown = client.get(made.get_absolute_url()).content.decode()
    address = re.search(rf"/reimbursements/{made.number}/scans/[0-9a-f-]+/", shown)
    assert address
    file = page_of(reviewer).get(address[0])
    assert b"".join(file.streaming_content) == PNG
    assert AuditEntry.objects.filter(verb="attachments.look").count() == 1
    assert client.post(address[0] + "remove/", {"reason": "重复"}).status_code == 302
    assert client.get(address[0]).status_code == 404


def test_a_file_is_looked_at_and_taken(clerk):
    claims.item()
    made = makers.entered(claims.insured(years=(2010,)), clerk, total="25.00")
    client = page_of(clerk)
    url = reverse("reimbursement-import", args=[made.number])
    content = "日期,项目编码,数量,单价\n2010-03-02,A1,2,12.50\n2010-03-02,A1,x,1".encode()
    assert client.post(url, {"file": SimpleUploadedFile("a.csv", b"x")}).status_code == 422
    client.post(url, {"file": SimpleUploadedFile("a.csv", content)})
    shown = client.get(url).content.decode()
    assert "Add these 1 rows" in shown
    key = re.search(r'name="key" value="([^"]+)"', shown)
    assert key
    refused = client.get(reverse("reimbursement-import-refused", args=[made.number]))
    assert refused["Content-Disposition"].endswith(f'"{made.number}-refused.xlsx"')
    assert b"".join(refused.streaming_content).startswith(b"PK")
    client.post(reverse("reimbursement-import-take", args=[made.number]), {"key": key[1]})
    assert Stay.objects.get().lines.count() == 1
    client.post(reverse("reimbursement-import-drop", args=[made.number]), {"key": key[1]})
    assert client.get(reverse("reimbursement-import-refused", args=[made.number])).status_code == 404


def test_the_list_shows_how_long_each_has_been_here(clerk, settings):
    settings.BUSINESS_DATE = "2010-05-10"
    made = makers.entered(claims.insured(years=(2010,)), clerk)
    settings.BUSINESS_DATE = "2010-06-30"
    client = page_of(clerk)
    shown = client.get(reverse("reimbursements")).content.decode()
    assert made.number in shown
    assert '<td class="num">51</td>' in shown
    assert "Overdue" in shown
    assert made.number not in client.get(reverse("reimbursements"), {"state": "paid"}).content.decode()
    assert made.number in client.get(reverse("reimbursements"), {"q": made.number}).content.decode()
    home = client.get(reverse("home")).content.decode()
    assert "here for 51 days" in home


def test_a_change_of_the_facts_by_the_form(clerk):
    made = makers.complete(claims.insured(years=(2010,)), clerk)
    client = page_of(clerk)
    url = reverse("reimbursement-edit", args=[made.number])
    shown = client.get(url).content.decode()
    assert 'value="2010-03-10"' in shown
    assert made.invoices.get().printed in shown
    data = {
        "version": made.version,
        "reason": "away",
        "inpatient_number": "ZY-10",
        "admitted_at": "2010-03-01T09:00",
        "discharged_on": "2010-03-08",
        "emergency": "emergency",
        "card": "at_admission",
        "form_signed": "on",
        "diagnosis": "J18.9",
        "cause": "illness",
        "invoice_total": "8000",
        "invoices": "FP-9",
    }
    assert client.post(url, data).status_code == 302
    stay = Stay.objects.get()
    assert (fresh(made).reason, stay.inpatient_number, str(stay.discharged_on)) == ("away", "ZY-10", "2010-03-08")
    assert client.post(url, data | {"version": made.version}).status_code == 409
    late = data | {"version": fresh(made).version, "discharged_on": "2010-02-01"}
    assert client.post(url, late).status_code == 422
