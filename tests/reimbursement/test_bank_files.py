"""The bank's file of a list of payments to residents, and its result: the same as for institutions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims.reimbursement import exports, services
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.offices.models import User
from tests.claims import makers as claims

from . import makers
from .makers import CARD, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed():
    """A list of two payments, with its applications and who pays."""
    clerk, reviewer = claims.clerk(), claims.reviewer()
    made = [
        makers.released(claims.insured(years=(2010,)), clerk, reviewer, institution=f"X{place}") for place in (1, 2)
    ]
    return makers.listed(*made, by=reviewer), made, reviewer


def answer(found, returned=""):
    rows = list(found.payments.order_by("number"))
    lines = [f"H,LYPAYR,{found.number},2010-06-30,BX-9"]
    for row in rows:
        back = row.number == returned
        lines.append(f"{'R' if back else 'P'},{row.number},{row.amount:.2f}{',户名不符' if back else ''}")
    went = [row.amount for row in rows if row.number != returned]
    back = [row.amount for row in rows if row.number == returned]
    return "\r\n".join([*lines, f"T,{len(went)},{sum(went):.2f},{len(back)},{sum(back):.2f}"]).encode("gb18030")


def test_the_file_for_the_bank_is_taken_on_record(listed):
    found, made, reviewer = listed
    lines = exports.bank_file(number=found.number, by=reviewer).decode("gb18030").splitlines()
    first = found.payments.order_by("number")[0]
    assert lines[0] == f"H,LYPAY,{found.number},2010-06-30"
    assert lines[1] == f"P,{first.number},王秀英,辽阳市商业银行白塔支行,{CARD},3285.00,{made[0].number}"
    assert lines[-1] == "T,2,6570.00"
    assert AuditEntry.objects.filter(verb="reimbursements.export", object_number=found.number).count() == 1
    with pytest.raises(NotAllowed):
        exports.bank_file(number=found.number, by=claims.clerk())


def test_the_result_says_what_was_paid_and_what_came_back(listed):
    found, made, reviewer = listed
    payment = made[1].payments.get()
    services.take_result(
        number=found.number, version=found.version, content=answer(found, payment.number), by=reviewer
    )
    assert [fresh(row).status for row in made] == ["paid", "returned"]
    found.refresh_from_db()
    assert (str(found.paid_on), found.bank_reference) == ("2010-06-30", "BX-9")


def test_a_wrong_file_records_nothing_and_says_why(listed):
    found, made, reviewer = listed
    with pytest.raises(Invalid) as error:
        services.take_result(
            number=found.number, version=found.version, content=answer(found).replace(b"3285", b"3286"), by=reviewer
        )
    assert len(error.value.reasons) >= 2
    assert {fresh(row).status for row in made} == {"listed"}


def test_both_from_the_page(listed):
    found, made, reviewer = listed
    client = Client()
    client.force_login(User.objects.get(pk=reviewer.user_id))
    file = client.get(reverse("payment-list-bank-file", args=[found.number]))
    assert file["Content-Disposition"] == f'attachment; filename="{found.number}.csv"'
    url = reverse("payment-list-result", args=[found.number])
    assert client.get(url).status_code == 200
    wrong = client.post(url, {"version": found.version, "file": SimpleUploadedFile("a.csv", b"nothing")})
    assert wrong.status_code == 422
    client.post(url, {"version": found.version, "file": SimpleUploadedFile("a.csv", answer(found))})
    assert {fresh(row).status for row in made} == {"paid"}
    # Nothing is open any more: the bank would pay a second time.
    assert client.get(reverse("payment-list-bank-file", args=[found.number])).status_code == 409
    book = client.get(reverse("payment-list-file", args=[found.number]))
    assert b"".join(book.streaming_content)[:2] == b"PK"
