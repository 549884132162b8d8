"""What an institution has with the fund: one set of figures for its page, the interface and the workbook."""

import datetime
import random
import re
from io import BytesIO

import openpyxl
import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from claims import accounts, exports, services
from claims.api import reconciliation
from claims.models import Institution, Settlement
from funds.models import JournalLeg
from funds.services import post_documents
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from tests.claims import makers

pytestmark = pytest.mark.django_db

FIRST, LAST = datetime.date(2010, 1, 1), datetime.date(2010, 6, 30)


def worked(by: Actor) -> Institution:
    """Settlements decided on several days of two months, two of them reversed on other days, one settled again."""
    draw = random.Random(7)
    made = []
    for number in range(6):
        with clock.on_day(datetime.date(2010, 4 + number % 2, 3 + number)):
            amount = f"{draw.randrange(300_000, 900_000) / 100:.2f}"
            made.append(makers.settled(makers.insured(), by, (amount,)))
    with clock.on_day(datetime.date(2010, 6, 2)):
        for row in made[:2]:
            services.reverse_settlement(number=row.number, reason="wrong", by=by)
        services.settle_stay(stay_number=made[0].stay.number, by=by)
    return made[0].stay.institution


def browser(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("step", ["day", "month"])
def test_rows_sums_interface_and_workbook_agree(step):
    by = makers.hospital()
    institution = worked(by)
    makers.settled(makers.insured(), makers.hospital("H9"))
    rows = accounts.course(institution, FIRST, LAST, step)
    whole = accounts.totals(institution, FIRST, LAST)
    for side in ("settlements", "reversals"):
        for name in ("count", *accounts.AMOUNTS):
            assert sum(getattr(row, side)[name] for row in rows) == whole[side][name]
    told = reconciliation.totals_of(institution, FIRST, LAST)
    net = sum((row.net for row in rows), ZERO)
    assert (told["fund_net"], told["settlements"]["count"], told["reversals"]["count"]) == (f"{net:.2f}", 7, 2)
    entries = list(accounts.entries(institution, FIRST, LAST))
    assert sum((entry.amounts[1] for entry in entries), ZERO) == net
    assert len(entries) == 9
    with exports.export_account(institution=institution, first=FIRST, last=LAST, step=step, by=by) as file:
        sheets = openpyxl.load_workbook(BytesIO(file.read())).worksheets
    last = [[cell.value for cell in list(sheet.iter_rows())[-1]] for sheet in sheets]
    assert round(last[0][9], 2) == float(net)
    assert round(last[1][7], 2) == float(net)


def test_what_is_due_is_what_the_journal_owes():
    institution = worked(makers.hospital())
    post_documents(by=Actor.job("test"))
    owed = JournalLeg.objects.filter(account__code="2103").aggregate(sum=Sum("amount"))["sum"]
    assert accounts.account(institution).due == -owed > 0


def test_what_was_paid_and_reversed_later_is_taken_off():
    by = makers.hospital()
    first, second = makers.settled(makers.insured(), by), makers.settled(makers.insured(), by)
    institution = first.stay.institution
    Settlement.objects.update(paid_out_on=makers.day("2010-05-01"))
    standing = accounts.account(institution)
    assert (standing.due, standing.paid) == (0, first.fund + second.fund)
    makers.reversed_at_the_desk(first)
    standing = accounts.account(institution)
    assert (standing.due, standing.taken_back) == (-first.fund, first.fund)
    (paid,) = accounts.payments(institution, FIRST, LAST)
    assert (paid["day"], paid["count"], paid["sum"]) == (makers.day("2010-05-01"), 2, first.fund + second.fund)


def test_the_page_shows_it_by_day_and_by_month_to_its_own_institution():
    by = makers.hospital()
    institution = worked(by)
    whole = accounts.totals(institution, FIRST, LAST)
    client = browser(by)
    page = client.get(reverse("own-account"))
    assert "2010-04" in text_of(page)
    assert f"{whole['settlements']['fund']:,.2f}" in text_of(page)
    page = client.get(reverse("own-account"), {"step": "day", "first": "2010-06-01", "last": "2010-06-30"})
    assert "2010-06-02" in text_of(page)
    assert "2010-04-03" not in text_of(page)
    for asks, address in (
        (client, reverse("own-account-export")),
        (browser(makers.clerk()), reverse("institution-account-export", args=[institution.code])),
    ):
        book = asks.get(address, {"first": "2010-06-01"})
        assert b"".join(book.streaming_content)[:2] == b"PK"
    url = reverse("institution-account", args=[institution.code])
    assert client.get(url).status_code == 403
    agency = browser(makers.clerk())
    assert f"{whole['settlements']['fund']:,.2f}" in text_of(agency.get(url))
    assert agency.get(reverse("own-account")).status_code == 403
