"""The pages of declarations, batches and bank accounts; the hospitals' interface after a real payment."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from claims.models import Settlement
from funds.paying import selectors
from funds.paying.models import Declaration, InstitutionAccount, PaymentBatch
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.api.caller import caller

from . import makers
from .makers import ACCOUNTS, fresh

pytestmark = pytest.mark.django_db


def client(by: Actor) -> Client:
    found = Client(headers={"accept-language": "en"})
    found.force_login(User.objects.get(pk=by.user_id or 0))
    return found


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def fetched(browser: Client, path: str) -> bytes:
    """The file that is answered."""
    response: Any = browser.get(path)
    return b"".join(response.streaming_content)


def test_from_the_draw_to_the_payment():
    makers.settled()
    makers.account()
    clerk, reviewer = client(makers.clerk()), client(makers.reviewer())
    made = clerk.post("/declarations/new/", {"month": "2009-07", "institution": "H3"}, follow=True)
    assert "To be confirmed" in text(made)
    declaration = Declaration.objects.get()
    url = declaration.get_absolute_url()
    assert "Confirm the totals" not in text(clerk.get(url))
    steps = (
        (client(makers.hospital()), "confirm", "Confirm the totals"),
        (clerk, "examine", "Examined, in order"),
        (reviewer, "check", "Checked, in order"),
        (client(makers.approver()), "approve", "Approve"),
    )
    for browser, step, words in steps:
        assert words in text(browser.get(url))
        browser.post(f"{url}{step}/", {"version": fresh(declaration).version})
    assert fresh(declaration).status == "approved"
    page = text(reviewer.get("/payment-batches/"))
    assert "**** 4567" in page
    assert ACCOUNTS[0] not in page
    reviewer.post(
        "/payment-batches/new/", {"submission": "5b1e6a86-4a1f-4a58-8e51-0d3f5f4c8a10", "row": [declaration.number]}
    )
    found = PaymentBatch.objects.get()
    listed = reviewer.get(f"{found.get_absolute_url()}bank-file/")
    assert listed["Content-Disposition"] == f'attachment; filename="{found.number}.csv"'
    assert ACCOUNTS[0] in listed.content.decode("gb18030")
    result = SimpleUploadedFile("result.csv", makers.result_file(found))
    reviewer.post(f"{found.get_absolute_url()}result/", {"version": found.version, "file": result})
    assert fresh(declaration).status == "paid"
    own = text(client(makers.hospital()).get(url))
    assert ("BK-1" in own, "Paid to the institution" in own) == (True, True)
    assert "Paid out on" in text(client(makers.hospital()).get("/account/?first=2009-07-01&last=2009-08-31"))


def test_the_list_shows_all_or_what_waits_for_who_looks():
    makers.settled()
    makers.settled("H2")
    waits, other = makers.confirmed(makers.drawn()), makers.drawn("H2")
    clerk = client(makers.clerk())
    everything, mine = text(clerk.get("/declarations/")), text(clerk.get("/declarations/?queue=mine"))
    assert (waits.number in everything, other.number in everything) == (True, True)
    assert (waits.number in mine, other.number in mine) == (True, False)
    assert "Waiting for me" not in text(client(factories.actor(Role.SUPERVISOR)).get("/declarations/"))


def test_a_wrong_result_shows_every_reason_and_keeps_the_page():
    makers.settled()
    found = makers.batch(makers.approved(makers.drawn()))
    wrong = SimpleUploadedFile("result.csv", makers.result_file(found).replace(found.number.encode(), b"PB2009-9"))
    response = client(makers.reviewer()).post(
        f"{found.get_absolute_url()}result/", {"version": found.version, "file": wrong}
    )
    assert response.status_code == 422
    assert "It is the result of another list: PB2009-9" in response.content.decode()


def test_a_stale_draft_says_so_and_is_drawn_anew():
    gone, stays = makers.settled(), makers.settled()
    made = makers.drawn()
    makers.undone(gone)
    browser = client(makers.hospital())
    page = text(browser.get(made.get_absolute_url()))
    assert ("changed since this was drawn" in page, "Confirm the totals" in page) == (True, False)
    browser.post(f"{made.get_absolute_url()}redraw/", {"version": made.version})
    assert fresh(made).payable == stays.fund


def test_sent_back_needs_a_reason_and_shows_it():
    makers.settled()
    made = makers.confirmed(makers.drawn())
    browser, url = client(makers.clerk()), f"{made.get_absolute_url()}send-back/"
    assert browser.post(url, {"version": made.version, "reason": ""}).status_code == 422
    browser.post(url, {"version": made.version, "reason": "A name is wrong"})
    assert "A name is wrong" in text(client(makers.hospital()).get(made.get_absolute_url()))


def test_who_was_first_is_told():
    makers.settled()
    made = makers.drawn()
    makers.confirmed(made)
    response = client(makers.hospital()).post(f"{made.get_absolute_url()}confirm/", {"version": made.version})
    assert response.status_code == 409


def test_print_and_workbook():
    makers.settled()
    made = makers.drawn()
    makers.account()
    browser = client(makers.hospital())
    paper = text(browser.get(f"{made.get_absolute_url()}print/"))
    assert ("贰仟零贰拾伍元整" in paper, "third signature" in paper, "**** 4567" in paper) == (True, True, True)
    makers.confirmed(made)
    assert f"user-H3 {makers.TODAY}" in text(browser.get(f"{made.get_absolute_url()}print/"))
    assert browser.get(f"{made.get_absolute_url()}print/?as=pdf").content.startswith(b"%PDF")
    assert fetched(browser, f"{made.get_absolute_url()}workbook/")[:2] == b"PK"


def test_another_institution_finds_nothing_of_it():
    makers.settled()
    makers.settled("H2")
    made = makers.approved(makers.drawn())
    found = makers.batch(made)
    makers.paid(found)
    other, url = client(makers.hospital("H2")), made.get_absolute_url()
    for path in ("", "print/", "print/?as=pdf", "workbook/"):
        assert other.get(f"{url}{path}").status_code == 404
    for step in ("confirm/", "redraw/"):
        assert other.post(f"{url}{step}", {"version": made.version}).status_code == 404
    assert made.number not in text(other.get("/declarations/"))
    assert other.get(found.get_absolute_url()).status_code == 403
    assert not selectors.payments_visible_to(makers.hospital("H2")).exists()
    assert not selectors.payments_visible_to(factories.actor(Role.DISTRICT_FINANCE)).exists()


def test_who_does_not_see_stays_sees_no_names():
    settlement = makers.settled()
    made = makers.drawn()
    name, inpatient = settlement.resident.name, settlement.stay.inpatient_number
    browser = client(factories.actor(Role.CITY_FINANCE))
    for path in ("", "print/"):
        page = text(browser.get(f"{made.get_absolute_url()}{path}"))
        assert (settlement.number in page, name in page, inpatient in page) == (True, False, False)
    book = load_workbook(BytesIO(fetched(browser, f"{made.get_absolute_url()}workbook/")))
    cells = {cell for sheet in book for row in sheet.values for cell in row}
    assert (settlement.number in cells, name in cells, inpatient in cells) == (True, False, False)
    assert name in text(client(makers.hospital()).get(made.get_absolute_url()))


def test_bank_accounts_page():
    makers.hospital()
    url = "/institutions/H3/bank-accounts/"
    wrong = client(makers.clerk()).post(
        url, {"holder": "医院", "bank": "银行", "account_number": "1", "starts": "2009-08-01"}
    )
    assert wrong.status_code == 422
    client(makers.clerk()).post(
        url, {"holder": "医院", "bank": "银行", "account_number": ACCOUNTS[0], "starts": "2009-08-01"}
    )
    made = InstitutionAccount.objects.get()
    browser = client(makers.reviewer())
    assert "Confirm" in text(browser.get(url))
    assert browser.post(f"/bank-accounts/{made.pk}/refuse/", {"reason": ""}).status_code == 422
    confirm = f"/bank-accounts/{made.pk}/confirm/"
    page = text(browser.get(confirm))
    assert ("**** 4567" in page, ACCOUNTS[0] in page, "Four digits confirm nothing" in page) == (True, False, True)
    other = browser.post(confirm, {"account_number": ACCOUNTS[1]})
    assert (other.status_code, "Another number was entered" in other.content.decode()) == (422, True)
    browser.post(confirm, {"account_number": f" {ACCOUNTS[0]} "})
    assert "holds today" in text(client(makers.hospital()).get(url))
    assert client(makers.hospital("H2")).get(url).status_code == 404
    assert client(makers.hospital()).post(url, {}).status_code == 403


def test_payments_that_came_back_by_hand():
    makers.settled()
    found = makers.batch(makers.approved(makers.drawn()))
    payment = found.payments.get()
    browser, url = client(makers.reviewer()), f"/institution-payments/{payment.number}/returned/"
    assert browser.post(url, {"returned_on": "2009-08-11", "reason": "x"}).status_code == 422
    browser.post(url, {"returned_on": "2009-08-10", "reason": "another name"})
    page = text(browser.get(found.get_absolute_url()))
    assert ("another name" in page, "Returned by the bank" in page) == (True, True)
    own, others = text(browser.get("/payment-batches/")), text(client(makers.approver()).get("/payment-batches/"))
    tick = f'name="row" value="{payment.declaration.number}"'
    assert (tick in own, "You recorded that it came back" in own) == (False, True)
    assert (tick in others, "You recorded that it came back" in others) == (True, False)
    paid = browser.post(
        f"{found.get_absolute_url()}paid/", {"version": found.version, "paid_on": "2009-08-10", "bank_reference": "R"}
    )
    assert paid.status_code == 409


def test_the_run_for_all_from_the_page():
    makers.settled()
    response = client(makers.clerk()).post("/declarations/new/", {"month": "2009-07", "institution": ""})
    assert response.status_code == 302
    assert response["Location"].startswith("/runs/")
    nothing = client(makers.clerk()).post("/declarations/new/", {"month": "2009-05", "institution": "H3"})
    assert nothing.status_code == 422


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_ask_the_same_however_long_they_are(rows, django_assert_max_num_queries):
    for place in range(rows):
        makers.settled(f"H{place}")
        makers.batch(makers.approved(makers.drawn(f"H{place}")))
    browser = client(factories.actor(Role.SUPERVISOR))
    browser.get("/declarations/")
    with django_assert_max_num_queries(14):
        browser.get("/declarations/")
    with django_assert_max_num_queries(14):
        browser.get("/payment-batches/")


def test_the_interface_refuses_what_was_really_paid():
    """A4, by the hospitals' interface: paid by a batch, then only the agency reverses."""
    settlement = makers.settled()
    makers.paid_for(settlement)
    software = caller("H3")
    told = software.get(f"settlements/{settlement.number}")
    assert (told.status, told["paid_out_on"]) == (200, "2009-08-10")
    refused = software.post(f"settlements/{settlement.number}/reversal", {"reason": "typed wrongly"})
    assert (refused.status, refused.code) == (422, "paid_out")
    makers.undone(settlement, on=makers.TODAY)
    assert not Settlement.objects.get(pk=settlement.pk).live
