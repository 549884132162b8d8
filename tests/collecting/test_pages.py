"""The pages of collections, as the school and the agency's clerk see them, without JavaScript."""

import re

import pytest

from enrollment.collecting.models import Collection
from liaoyang_medins.kernel.offices.models import User
from tests.bankfiles import makers as files
from tests.contributions import makers as m

from .conftest import TODAY
from .makers import hand_in, record, school

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def day(settings):
    settings.BUSINESS_DATE = "2009-11-10"


def as_actor(client, actor):
    """The client signed in as this actor, in English."""
    client.force_login(User.objects.get(pk=actor.user_id))
    client.cookies["django_language"] = "en"
    return client


def mark_of(page: str) -> str:
    found = re.search(r'name="submission" value="([0-9a-f-]+)"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def desk(client):
    return as_actor(client, school())


def test_ticks_are_summed_up_without_a_script_then_handed_in(desk, notices):
    page = desk.get("/collections/new/").content.decode()
    assert [notice.number in page for notice in notices] == [True] * 3
    sent = {"submission": mark_of(page), "row": [notices[0].number, notices[2].number]}
    summed = desk.post("/collections/new/", sent | {"action": "sum"}).content.decode()
    assert "80.00" in summed
    assert summed.count(" checked") == 2
    assert mark_of(summed) == sent["submission"]
    answer = desk.post("/collections/new/", sent | {"action": "hand_in"}, follow=True)
    found = Collection.objects.get()
    assert answer.redirect_chain == [(f"/collections/{found.number}/", 302)]
    assert found.number in desk.get("/collections/").content.decode()
    paper = desk.get(f"/collections/{found.number}/print/").content.decode()
    assert "80.00" in paper
    assert "捌拾元整" in paper


def test_nobody_ticked_is_said_at_the_list(desk, notices):
    page = desk.get("/collections/new/").content.decode()
    answer = desk.post("/collections/new/", {"submission": mark_of(page), "action": "hand_in"})
    assert answer.status_code == 422
    assert 'href="#id_row_0"' in answer.content.decode()
    assert Collection.objects.count() == 0


def test_a_live_sum_is_a_part_of_the_page(desk, notices):
    sent = {"row": [notices[1].number], "action": "sum"}
    answer = desk.post("/collections/new/", sent, headers={"HX-Request": "true"})
    assert "40.00" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_class_is_picked(desk, notices):
    page = desk.get("/collections/new/?in_class=3-2").content.decode()
    assert [notice.number in page for notice in notices] == [False, True, False]


def test_the_clerk_records_the_payment_or_reads_why_not(client, notices):
    found = hand_in(notices)
    as_actor(client, m.clerk())
    assert found.number in client.get("/collections/?status=handed_in").content.decode()
    sent = {"version": found.version, "amount": "119.00", "paid_on": "2009-11-09", "bank_reference": "XX1"}
    answer = client.post(f"/collections/{found.number}/record/", sent)
    assert answer.status_code == 422
    assert "119.00" in answer.content.decode()
    answer = client.post(f"/collections/{found.number}/record/", sent | {"amount": "120.00"}, follow=True)
    assert answer.redirect_chain == [(f"/collections/{found.number}/", 302)]
    found.refresh_from_db()
    assert found.status == "paid"
    receipt = found.lines.first().receipt
    assert receipt is not None
    assert found.number in client.get(f"/receipts/{receipt.number}/").content.decode()


def test_a_school_withdraws_its_own_and_records_nothing(desk, notices):
    found = hand_in(notices[:1])
    assert desk.get(f"/collections/{found.number}/withdraw/").status_code == 200
    desk.post(f"/collections/{found.number}/withdraw/", {"version": found.version, "reason": "少收一人"})
    found.refresh_from_db()
    assert found.status == "withdrawn"
    assert desk.get(f"/collections/{found.number}/record/").status_code == 403
    paid = record(hand_in(notices[1:2]))
    page = desk.get(f"/collections/{paid.number}/").content.decode()
    assert "/receipts/" not in page


def test_an_employers_part_is_recorded_at_the_counter(client, notices):
    as_actor(client, m.clerk())
    sent = {
        "stated_notice": notices[0].number,
        "amount": "15",
        "paid_on": "2009-11-09",
        "channel": "employer",
        "bank_reference": "DW 1",
        "payer": "",
    }
    answer = client.post("/receipts/new/", sent)
    assert 'href="#id_payer"' in answer.content.decode()
    answer = client.post("/receipts/new/", sent | {"payer": "辽阳石化公司"}, follow=True)
    assert "25.00" in answer.content.decode()
    page = client.get(f"/notices/{notices[0].number}/").content.decode()
    assert "15.00" in page
    assert "辽阳石化公司" in page
    assert "25.00" in client.get(f"/notices/{notices[0].number}/print/").content.decode()
    listed = client.get("/receipts/?status=held").content.decode()
    assert "15.00" in listed
    m.pay(notices[0], notices[0].pay_from, "25")
    receipt = notices[0].receipts.get(channel="employer")
    assert "25.00" in client.get(f"/receipts/{receipt.number}/print/").content.decode()
    live = client.get(f"/receipts/notice/?stated_notice={notices[1].number}").content.decode()
    assert "40.00" in live


def test_the_reviewer_takes_the_whole_payment_back_from_the_return_in_the_banks_file(client, notices):
    found = record(hand_in(notices))
    back = files.content([files.went_back("XX1", found.amount, day=TODAY, words="账户余额不足")], file_day=TODAY)
    line = files.imported(back, on=TODAY).rows.get()
    as_actor(client, m.clerk())
    assert "/return/" not in client.get(f"/collections/{found.number}/").content.decode()
    as_actor(client, m.reviewer())
    address = f"/collections/{found.number}/return/"
    asked = f"{address}?return={line.file.number}/{line.place}"
    assert asked in client.get(f"/bank-files/{line.file.number}/returns/{line.place}/").content.decode()
    assert address in client.get(f"/collections/{found.number}/").content.decode()
    page = client.get(asked).content.decode()
    assert "3 notices become unpaid from the start" in page
    assert "账户余额不足" in page
    sent = {"version": found.version, "bank_return": f"{line.file.number}/{line.place}", "returned_on": "2009-11-10"}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    answer = client.post(address, sent | {"note": "退票"}, follow=True)
    assert answer.redirect_chain == [(f"/collections/{found.number}/", 302)]
    found.refresh_from_db()
    line.refresh_from_db()
    assert (found.status, line.result) == ("returned", "closed")
    assert "Payment returned" in client.get(f"/collections/{found.number}/").content.decode()
