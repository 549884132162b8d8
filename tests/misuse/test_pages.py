"""The pages of a case of misuse, from the resident's page to the written decision."""

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from pypdf import PdfReader

from claims.misuse.models import MisuseCase
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.registration.pages import signed_in, text

from .makers import clerk, decided, opened, patient, reviewer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day(settings):
    settings.BUSINESS_DATE = "2009-07-10"


def url(name: str, case: MisuseCase) -> str:
    return reverse(name, args=[case.number])


def test_a_clerk_opens_a_reviewer_decides_money_comes_back():
    person, paid = patient()
    office, checker = signed_in(clerk()), signed_in(reviewer())
    home = office.get(reverse("resident", args=[person.number]))
    address = reverse("misuse-new", args=[person.number])
    assert address in home.content.decode()
    form = office.get(address)
    typed = {
        "submission": form.context["form"]["submission"].value(),
        "kind": "lent",
        "card_number": person.cards.get().number,
        "found_on": "2009-07-01",
        "facts": "",
        f"recover_{paid.number}": "600",
    }
    wrong = office.post(address, typed)
    assert wrong.status_code == 422
    assert 'value="600"' in wrong.content.decode()
    typed["facts"] = "A neighbour was treated on the card."
    done = office.post(address, typed, follow=True)
    assert "Somebody else decides it." in text(done)
    office.post(address, typed)
    case = MisuseCase.objects.get()
    assert "600.00" in text(office.get(url("misuse-case", case)))
    assert office.post(url("misuse-decide", case), {}).status_code == 403

    refused = checker.post(url("misuse-decide", case), {"version": case.version, "reasoning": ""})
    assert refused.status_code == 422
    data = {"version": case.version, "reasoning": "Admitted.", "debtor": "王芳", "due_on": "2009-08-09"}
    assert "The misuse is decided." in text(checker.post(url("misuse-decide", case), data, follow=True))
    assert checker.post(url("misuse-decide", case), data).status_code == 409
    paper = url("misuse-decision", case)
    assert "Art. 30" in text(checker.get(paper))
    pdf = checker.get(f"{paper}?as=pdf")
    assert len(PdfReader(io.BytesIO(pdf.content)).pages) == 1
    case.refresh_from_db()
    payment = {"version": case.version, "amount": "250.50", "paid_on": "2009-07-10", "bank_reference": "B1"}
    assert "The payment is recorded." in text(office.post(url("misuse-payment", case), payment, follow=True))
    assert "349.50" in text(office.get(url("misuse-case", case)))
    assert "Misuse decided" in text(office.get(reverse("misuse-cases")))
    assert checker.post(reverse("search"), {"q": case.number}).headers["Location"] == url("misuse-case", case)


def test_an_open_case_has_no_paper_and_can_be_put_right():
    person, paid = patient()
    case = opened(person, {paid.number: Decimal(600)})
    office = signed_in(clerk())
    assert office.get(url("misuse-decision", case)).status_code == 404
    page = office.get(url("misuse-edit", case))
    assert 'value="600.00"' in page.content.decode()
    data = {
        "submission": page.context["form"]["submission"].value(),
        "version": case.version,
        "kind": "altered",
        "found_on": "2009-07-02",
        "facts": "The name was scratched out.",
    }
    assert "Saved." in text(office.post(url("misuse-edit", case), data, follow=True))
    case.refresh_from_db()
    assert (case.kind, case.items.count()) == ("altered", 0)
    assert office.post(url("misuse-edit", case), data).status_code == 409


def test_revoked_on_its_page():
    person, _paid = patient()
    case = decided(opened(person))
    checker = signed_in(reviewer())
    data = {"version": case.version, "reason": "The court said so."}
    assert "The decision is revoked." in text(checker.post(url("misuse-revoke", case), data, follow=True))
    assert "The court said so." in text(checker.get(url("misuse-case", case)))


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.HOSPITAL, Role.ADMINISTRATOR, Role.CITY_FINANCE])
def test_nobody_else_sees_a_case(role):
    person, _paid = patient()
    case = opened(person)
    from tests.claims import makers as claims

    by = claims.hospital("H9") if role is Role.HOSPITAL else make.actor(role)
    client = signed_in(by)
    assert client.get(url("misuse-case", case)).status_code == 403
    assert client.get(reverse("misuse-cases")).status_code == 403
