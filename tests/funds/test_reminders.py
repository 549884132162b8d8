"""Letters to finance offices whose payment is overdue (F2, Art. 15)."""

import datetime

import pytest
from django.utils import translation

from funds import services
from funds.models import SubsidyReminder
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.papers.pdf import to_pdf
from tests import factories

from . import makers
from .makers import yuan
from .pages import text, url
from .steps import book, prepared, refusal

D = datetime.date
# The window's statement is due on 2 January.
LATE = D(2010, 1, 12)


def remind(statement, clerk, on: D = LATE, payer: str = "211000") -> SubsidyReminder:
    with clock.on_day(on):
        return services.remind_payer(number=statement.number, payer=payer, by=clerk)


def test_the_letter_says_what_is_owed_since_when_and_for_how_many_days(window, clerk):
    with clock.on_day(D(2009, 12, 20)):
        book(window, by=clerk, amount=yuan("100.50"), paid_on=D(2009, 12, 18))
    letter = remind(window, clerk)
    assert (letter.claimed, letter.received, letter.outstanding, letter.overdue_days) == (
        *(yuan(143), yuan("100.50"), yuan("42.50")),
        10,
    )
    with translation.override("en"):
        paper = letter.paper.paper()
    said = str(paper.data())
    told = (window.number, "¥42.50", "肆拾贰元伍角整", "for 10 days", "Finance bureau of the city", letter.number)
    assert [part for part in told if part not in said] == []
    with translation.override("zh-hans"):
        assert to_pdf([letter.paper.paper()]).startswith(b"%PDF-")
    entry = AuditEntry.objects.get(verb="statements.remind")
    assert entry.object_number == window.number
    assert (entry.changes["payer"], entry.changes["overdue_days"]) == ("211000", 10)


def test_a_later_letter_names_those_before_it(window, clerk):
    first = remind(window, clerk)
    assert remind(window, clerk) == first
    second = remind(window, clerk, on=D(2010, 2, 12))
    assert (second.round, second.overdue_days) == (2, 41)
    assert first.number in str(second.paper.paper().data())
    assert first.number not in str(remind(window, clerk, payer="211002").paper.paper().data()).replace(
        window.number, ""
    )
    assert AuditEntry.objects.filter(verb="statements.remind").count() == 3


def test_what_is_not_overdue_gets_no_letter(window, clerk, reviewer):
    assert refusal(Refused, remind, window, clerk, on=window.due_on) == "not_overdue"
    assert refusal(Refused, remind, window, clerk, payer="211011") == "not_overdue"
    with clock.on_day(D(2010, 1, 5)):
        book(window, by=clerk, amount=yuan(143), paid_on=D(2010, 1, 5))
    assert refusal(Refused, remind, window, clerk) == "not_overdue"
    refusal(NotAllowed, remind, window, reviewer)
    assert not SubsidyReminder.objects.exists()


def test_only_an_issued_statement_has_letters(clerk):
    makers.notice(makers.person(), paid_on=D(2009, 10, 8))
    assert refusal(Conflict, remind, prepared(clerk), clerk) == "not_issued"


@pytest.fixture
def late(window, today):
    """The statement, on a day on which it is overdue."""
    with clock.on_day(LATE):
        yield window


def test_a_clerk_writes_it_and_the_office_finds_it(signed_in, late):
    clerk = signed_in(Role.AGENCY_CLERK)
    new = url("subsidy-reminder-new", late.number)
    page = text(clerk.get(late.get_absolute_url()))
    assert page.count(new) == 3
    assert clerk.post(new, {"payer": "211002"}).url == late.get_absolute_url()
    assert clerk.post(new, {"payer": "nobody"}).status_code == 422
    letter = SubsidyReminder.objects.get()
    address = url("subsidy-reminder", letter.number)
    page = text(clerk.get(late.get_absolute_url()))
    assert address in page
    assert letter.number in page.partition("timeline")[2]
    baita = signed_in(Role.DISTRICT_FINANCE, factories.district("211002"))
    page = text(baita.get(late.get_absolute_url()))
    assert address in page
    assert letter.number in page.partition("timeline")[2]
    assert "63.00" in text(baita.get(address))
    assert baita.get(address, {"as": "pdf"})["Content-Type"] == "application/pdf"
    assert new not in page
    assert baita.post(new, {"payer": "211002"}).status_code == 403


def test_no_other_district_sees_it(signed_in, late):
    signed_in(Role.AGENCY_CLERK).post(url("subsidy-reminder-new", late.number), {"payer": "211002"})
    letter = SubsidyReminder.objects.get()
    other = signed_in(Role.DISTRICT_FINANCE, factories.district("211003"))
    assert other.get(url("subsidy-reminder", letter.number)).status_code == 404
    assert letter.number not in text(other.get(late.get_absolute_url()))
    for role in (Role.CITY_FINANCE, Role.SUPERVISOR):
        assert signed_in(role).get(url("subsidy-reminder", letter.number)).status_code == 200
