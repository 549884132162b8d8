"""The pages of the journal and the trial balance, as each role meets them."""

import datetime

from funds import services
from funds.models import JournalEntry
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role

from . import makers
from .makers import yuan
from .pages import text, url

D = datetime.date
R = Role
JOB = Actor.job("test")


def test_the_journal_is_posted_from_its_page_and_filtered(window, signed_in):
    client = signed_in(R.AGENCY_CLERK)
    assert 'class="empty"' in text(client.get(url("journal")))
    client.post(url("journal-post"))
    assert JournalEntry.objects.count() == 7
    client.post(url("journal-post"))
    assert JournalEntry.objects.count() == 7
    assert text(client.get(url("journal"))).count("<tr data-href") == 7

    def found(**filters: str) -> int:
        return text(client.get(url("journal"), filters)).count("<tr data-href")

    assert found(document_type="statement") == 2
    assert found(account="1103") == 2
    assert found(since="2009-10-09") == 4
    assert found(until="2009-09-02") == 1
    assert found(number=window.number.lower()) == 1
    assert found(document_type="settlement") == 0


def test_an_entry_leads_to_its_document_where_one_may_open_it(window, signed_in):
    settled = makers.settlement(makers.person(), 500, on=D(2009, 12, 1))
    makers.reverse(settled, D(2009, 12, 2))
    services.record_subsidy(
        number=window.number, payer="211000", amount=yuan(1), paid_on=D(2009, 12, 18), bank_reference="R", by=JOB
    )
    services.post_documents(by=JOB)
    clerk, city = signed_in(R.AGENCY_CLERK), signed_in(R.CITY_FINANCE)
    targets = {
        "receipt": None,
        "returned_receipt": None,
        "settlement": url("settlement", settled.number),
        "reversal": url("settlement", settled.number),
        "statement": window.get_absolute_url(),
        "subsidy_receipt": window.get_absolute_url(),
    }
    for document_type, target in targets.items():
        entry = JournalEntry.objects.filter(document_type=document_type).order_by("-id")[0]
        if document_type == "statement":
            entry = JournalEntry.objects.get(document_number=window.number)
        target = target or url("receipt", entry.document_number)
        address = url("journal-entry", document_type, entry.document_number)
        assert f'href="{target}"' in text(clerk.get(address))
        assert (f'href="{target}"' in text(city.get(address))) is (target == window.get_absolute_url())


def test_the_trial_balance_is_in_balance_until_any_day(window, signed_in):
    services.post_documents(by=JOB)
    client = signed_in(R.CITY_FINANCE)
    page = text(client.get(url("trial-balance")))
    assert "tag-good" in page
    assert "360.00" in page
    early = text(client.get(url("trial-balance"), {"until": "2009-09-30"}))
    assert "360.00" not in early
    assert "200.00" in early


def test_an_unknown_entry_is_not_found(db, signed_in):
    assert signed_in(R.AGENCY_CLERK).get(url("journal-entry", "receipt", "C0")).status_code == 404
