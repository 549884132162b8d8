"""The pages of the account as each role meets them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from funds.bank import services
from funds.bank.models import BankLine, BankStatement, Match
from funds.models import EnteredDocument, JournalEntry, Month
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from tests.funds import makers as funds
from tests.funds.account import actor, booked, checked, clerk, closed, entered, prepared, reviewer, sweep
from tests.scans import PNG

from .makers import TODAY, D, imported, leg, move, statement, work_off

pytestmark = pytest.mark.django_db
R = Role


@pytest.fixture(autouse=True)
def _day(settings):
    settings.BUSINESS_DATE = TODAY.isoformat()
    settings.LANGUAGE_CODE = "en"


def signed_in(role: Role, username: str) -> Client:
    actor(role, username)
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def text(response) -> str:
    return response.content.decode()


def test_a_document_from_its_form_to_the_journal_and_back_to_it():
    client, checker = signed_in(R.AGENCY_CLERK, "clerk"), signed_in(R.AGENCY_REVIEWER, "reviewer")
    form = client.get(reverse("entered-document-new")).context["form"]
    values = {
        "submission": form["submission"].value(),
        "kind": "interest",
        "amount": "1,286.42",
        "day": "2009-09-21",
        "bank_reference": "INT-3",
        "words": "三季度利息",
        "slip": SimpleUploadedFile("slip.png", PNG),
    }
    wrong = client.post(reverse("entered-document-new"), values | {"day": "2009-12-01"})
    assert wrong.status_code == 422
    assert "error-summary" in text(wrong)
    values["slip"] = SimpleUploadedFile("slip.png", PNG)
    sent = client.post(reverse("entered-document-new"), values)
    document = EnteredDocument.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, document.get_absolute_url())
    assert "book it" not in text(client.get(document.get_absolute_url()))
    page = checker.get(document.get_absolute_url())
    assert "book it" in text(page)
    scan = reverse("entered-document-scan", args=[document.number, Attachment.objects.get().key])
    assert checker.get(scan).getvalue() == PNG
    checker.post(reverse("entered-document-check", args=[document.number]), {"version": 1})
    sweep(TODAY)
    entry = JournalEntry.objects.get()
    assert entry.get_absolute_url() in text(client.get(document.get_absolute_url()))
    assert document.get_absolute_url() in text(client.get(entry.get_absolute_url()))


def test_every_balance_leads_to_its_entries_and_these_to_their_document():
    document = booked("12.34", D(2009, 9, 21))
    funds.receipt(D(2009, 10, 8), 200)
    sweep(TODAY)
    for role, username in ((R.CITY_FINANCE, "money"), (R.SUPERVISOR, "eye")):
        client = signed_in(role, username)
        trial = text(client.get(reverse("trial-balance"), {"since": "2009-10-01", "until": "2009-10-31"}))
        ledger = reverse("ledger", args=["1003"])
        assert f"{ledger}?since=2009-10-01&amp;until=2009-10-31" in trial
        assert "12.34" in trial
        page = text(client.get(ledger, {"since": "2009-10-01"}))
        assert "12.34" in page
        assert "212.34" in page
        every = text(client.get(ledger))
        entry = JournalEntry.objects.get(document_type="entered")
        assert entry.get_absolute_url() in every
        assert document.get_absolute_url() in text(client.get(entry.get_absolute_url()))
    assert signed_in(R.DISTRICT_FINANCE, "other").get(reverse("ledger", args=["1003"])).status_code == 403


def test_refused_withdrawn_and_corrected_on_their_pages():
    client, checker = signed_in(R.AGENCY_CLERK, "clerk"), signed_in(R.AGENCY_REVIEWER, "reviewer")
    first, second, third = entered(), entered(), checked(entered())
    empty = checker.post(reverse("entered-document-refuse", args=[first.number]), {"reason": "", "version": 1})
    assert empty.status_code == 422
    checker.post(reverse("entered-document-refuse", args=[first.number]), {"reason": "Wrong amount", "version": 1})
    client.post(reverse("entered-document-withdraw", args=[second.number]), {"reason": "Twice", "version": 1})
    page = client.get(reverse("entered-document-correct", args=[third.number]))
    key = page.context["form"]["submission"].value()
    for _ in range(2):
        client.post(
            reverse("entered-document-correct", args=[third.number]), {"reason": "Typed wrongly", "submission": key}
        )
    assert list(EnteredDocument.objects.order_by("pk").values_list("status", flat=True)) == [
        "refused",
        "withdrawn",
        "checked",
        "entered",
    ]
    listed = text(client.get(reverse("entered-documents"), {"kind": "correction"}))
    assert listed.count("<tr data-href") == 1
    assert "1" in text(checker.get(reverse("home")))


def test_a_month_is_prepared_and_closed_on_its_page():
    booked(10, D(2009, 9, 21))
    client, checker = signed_in(R.AGENCY_CLERK, "clerk"), signed_in(R.AGENCY_REVIEWER, "reviewer")
    address = reverse("account-month-prepare", args=["2009-09"])
    assert address in text(client.get(reverse("account-month", args=["2009-09"])))
    assert client.post(address, {"note": ""}).status_code == 422
    client.post(address, {"note": "Compared on paper"})
    month = Month.objects.get()
    close = reverse("account-month-close", args=["2009-09"])
    assert close not in text(client.get(month.get_absolute_url()))
    assert close in text(checker.get(month.get_absolute_url()))
    assert checker.post(close, {"version": 9}).status_code == 409
    checker.post(close, {"version": month.version})
    assert Month.objects.get().status == "closed"
    listed = text(client.get(reverse("account-months")))
    assert month.get_absolute_url() in listed
    assert reverse("account-month", args=["2009-10"]) in listed
    assert client.get(reverse("account-month", args=["2009-12"])).status_code == 404
    assert client.get(reverse("account-month", args=["NOWHERE"])).status_code == 404


def test_a_withdrawn_closing_can_be_prepared_anew():
    booked(10, D(2009, 9, 21))
    month = prepared(D(2009, 9, 1), TODAY)
    client = signed_in(R.AGENCY_CLERK, "clerk")
    client.post(reverse("account-month-withdraw", args=["2009-09"]), {"version": month.version})
    assert not Month.objects.exists()
    assert closed(D(2009, 9, 1), TODAY).status == "closed"


def test_a_statement_from_the_upload_to_the_reconciliation():
    first = booked(30, D(2009, 9, 7), bank_reference="A")
    second = booked(20, D(2009, 9, 8))
    client = signed_in(R.AGENCY_CLERK, "clerk")
    wrong = SimpleUploadedFile("wrong.csv", b"date,amount\n")
    refused = client.post(reverse("bank-statement-new"), {"file": wrong})
    assert refused.status_code == 422
    data = statement([move(D(2009, 9, 7), "A", 30), move(D(2009, 9, 9), "B", 20)])
    sent = client.post(reverse("bank-statement-new"), {"file": SimpleUploadedFile("september.csv", data)})
    found = BankStatement.objects.get()
    assert sent["Location"] == found.get_absolute_url()
    work_off(found)
    assert reverse("bank-statement-import", args=[found.number]) in text(client.get(found.get_absolute_url()))
    client.post(reverse("bank-statement-import", args=[found.number]))
    work_off(found)
    page = text(client.get(found.get_absolute_url()))
    assert Match.objects.get().get_absolute_url() in page
    assert client.get(reverse("bank-statement-file", args=[found.number])).getvalue() == data
    again = client.post(reverse("bank-statement-new"), {"file": SimpleUploadedFile("again.csv", data)})
    assert found.number in text(again)

    hand = client.get(reverse("match-new"))
    line = BankLine.objects.get(reference="B")
    values = {"submission": hand.context["form"]["submission"].value(), "line": [line.pk], "leg": []}
    assert client.post(reverse("match-new"), values).status_code == 422
    entry = leg(second.number)
    assert client.post(reverse("match-new"), values | {"leg": [entry.pk]}).status_code == 302
    made = Match.objects.get(automatic=False)
    assert entry.entry.get_absolute_url() in text(client.get(made.get_absolute_url()))
    for role, username in ((R.SUPERVISOR, "eye"), (R.CITY_FINANCE, "money")):
        looking = signed_in(role, username)
        assert "agree" in text(looking.get(reverse("reconciliation"), {"on": "2009-09-30"}))
        assert looking.get(reverse("reconciliation-print"), {"on": "2009-09-30", "as": "pdf"}).content[:4] == b"%PDF"
        assert looking.post(reverse("match-undo", args=[made.number]), {"reason": "x"}).status_code == 403
    client.post(reverse("match-undo", args=[made.number]), {"reason": "Another payment"})
    assert AuditEntry.objects.filter(verb="bankbook.unmatch").count() == 1
    shown = text(client.get(reverse("reconciliation"), {"on": "2009-09-30"}))
    assert second.number in shown
    assert first.number not in shown
    client.post(reverse("match-all"))
    assert text(client.get(reverse("cash-book"), {"state": "open"})).count("<tr data-href") == 1


def test_for_matching_by_hand_the_days_since_the_first_statement_are_shown():
    before, after = booked(10, D(2009, 8, 20)), booked(20, D(2009, 9, 8))
    client = signed_in(R.AGENCY_CLERK, "clerk")
    assert [leg.entry.document_number for leg, _reference in client.get(reverse("match-new")).context["legs"]] == [
        before.number,
        after.number,
    ]
    imported([])
    shown = client.get(reverse("match-new"))
    assert [leg.entry.document_number for leg, _reference in shown.context["legs"]] == [after.number]
    assert 'value="2009-09-01"' in text(shown)
    asked = client.get(reverse("match-new"), {"until": "2009-08-31"})
    assert [leg.entry.document_number for leg, _reference in asked.context["legs"]] == [before.number]


def test_the_cash_book_asks_the_same_number_of_queries_for_many(django_assert_max_num_queries):
    for _ in range(4):
        booked(10, D(2009, 9, 8))
    imported([])
    client = signed_in(R.AGENCY_CLERK, "clerk")
    client.get(reverse("cash-book"))
    with django_assert_max_num_queries(45):
        client.get(reverse("cash-book"))


def test_what_a_run_of_another_form_leaves_is_discarded():
    by = clerk()
    found = services.upload_statement(
        file=io.BytesIO(statement([move(D(2009, 9, 7), "A", 30)])), file_name="s.csv", by=by, calls=False
    )
    assert reviewer().may("journal.see")
    client = signed_in(R.AGENCY_CLERK, "clerk")
    run = services.check_statement(number=found.number, by=by, calls=False)
    runs.work_off(number=run.number)
    client.post(reverse("bank-statement-discard", args=[found.number]))
    assert not BankStatement.objects.exists()
