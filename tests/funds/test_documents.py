"""Entered documents: two people, booked once, corrected by a reversing entry only (F1)."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from funds.models import EnteredDocument, JournalEntry
from funds.services import documents
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.at_once import at_once, parted

from .account import D, balances, booked, checked, clerk, correction_of, entered, legs, reviewer, sweep
from .makers import yuan
from .steps import refusal

pytestmark = pytest.mark.django_db
DAY = D(2009, 9, 21)
LATER = D(2009, 9, 25)


@pytest.mark.parametrize(("kind", "account"), [("interest", "4201"), ("late_fee", "4401"), ("other_income", "4501")])
def test_a_checked_document_is_booked_once_on_the_banks_day(kind, account):
    document = entered("12.34", DAY, kind=kind)
    assert sweep(DAY) == {}
    checked(document, LATER)
    assert sweep(LATER) == {"entered": 1}
    assert sweep(LATER) == {}
    assert legs("entered", document.number) == {"1003": yuan("12.34"), account: yuan("-12.34")}
    assert JournalEntry.objects.get().booked_on == DAY


def test_a_correction_is_a_document_of_its_own_with_a_reversing_entry():
    wrong = booked("100.00", DAY)
    correction = correction_of(wrong, LATER)
    assert (correction.kind, correction.corrects, correction.amount) == ("correction", wrong, wrong.amount)
    assert sweep(LATER) == {"entered": 1}
    assert balances() == {}
    assert balances(until=DAY) == {"1003": yuan(100), "4201": yuan(-100)}
    assert JournalEntry.objects.get(document_number=correction.number).booked_on == LATER
    # The original and its entry are what they were.
    wrong.refresh_from_db()
    assert wrong.status == "checked"
    with clock.on_day(LATER):
        again = {"submission": uuid.uuid4(), "by": clerk()}
        assert (
            refusal(Conflict, documents.correct_document, number=wrong.number, reason="again", **again) == "corrected"
        )
        assert (
            refusal(Conflict, documents.correct_document, number=correction.number, reason="no", **again)
            == "not_checked"
        )


def test_what_was_taken_back_is_entered_rightly_under_its_reference():
    """Not before the correction was checked: until then the wrong one stands."""
    facts = {"bank_reference": "PZ20090921", "on": LATER}
    wrong = booked("1374.05", DAY, kind="late_fee", **facts)
    with clock.on_day(LATER):
        correction = documents.correct_document(
            number=wrong.number, reason="It is interest", submission=uuid.uuid4(), by=clerk()
        )
        with pytest.raises(Conflict) as caught:
            entered("1374.05", DAY, **facts)
        assert caught.value.code == "reference_taken"
    checked(correction, LATER)
    right = booked("1374.05", DAY, kind="interest", **facts)
    sweep(LATER)
    wrong.refresh_from_db()
    correction.refresh_from_db()
    assert [(row.status, row.live) for row in (wrong, correction, right)] == [
        ("checked", False),
        ("checked", True),
        ("checked", True),
    ]
    assert balances() == {"1003": yuan("1374.05"), "4201": yuan("-1374.05")}
    with pytest.raises(Conflict) as caught:
        entered("1374.05", DAY, **facts)
    assert caught.value.code == "reference_taken"


def test_nobody_checks_their_own_and_nothing_without_a_slip():
    document = entered()
    both = factories.actor(Role.AGENCY_REVIEWER, username="clerk")
    with clock.on_day(DAY):
        own = {"number": document.number, "version": document.version, "by": both}
        assert refusal(Refused, documents.check_document, **own) == "own_entry"
        assert refusal(Refused, documents.refuse_document, reason="wrong", **own) == "own_entry"
        Attachment.objects.all().delete()
        assert refusal(Refused, documents.check_document, **own | {"by": reviewer()}) == "no_slip"


def test_what_is_refused_or_withdrawn_is_never_booked_and_its_reference_is_free():
    with clock.on_day(DAY):
        first = entered(bank_reference="SAME")
        documents.refuse_document(number=first.number, version=1, reason="Another amount on the slip", by=reviewer())
        second = entered(bank_reference="SAME")
        documents.withdraw_document(number=second.number, version=1, reason="Typed twice", by=clerk())
        third = entered(bank_reference="SAME")
        with pytest.raises(Conflict, match="reference"):
            entered(bank_reference="SAME")
        for document in (first, second):
            gone = {"number": document.number, "version": 2, "by": reviewer()}
            assert refusal(Conflict, documents.check_document, **gone) == "wrong_state"
            assert refusal(Conflict, documents.attach_slip, number=document.number, file=None, by=clerk())
    assert sweep(DAY) == {}
    assert third.status == "entered"
    told = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"documents.enter", "documents.refuse", "documents.withdraw", "attachments.attach"} <= told


def test_the_same_form_twice_is_one_document():
    key = uuid.uuid4()
    assert entered(submission=key, bank_reference="A") == entered(submission=key, bank_reference="A")
    assert EnteredDocument.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": yuan(0)}, "amount"),
        ({"kind": "correction"}, "kind"),
        ({"kind": "gift"}, "kind"),
        ({"day": D(2008, 6, 30)}, "day"),
        ({"day": D(2009, 9, 22)}, "day"),
        ({"bank_reference": "  "}, "bank_reference"),
        ({"words": " "}, "words"),
        ({"words": "x" * 201}, "words"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(wrong, field):
    with pytest.raises(Invalid) as caught:
        entered(on=DAY, **wrong)
    assert caught.value.field == field
    assert not EnteredDocument.objects.exists()


@pytest.mark.parametrize("role", [Role.CITY_FINANCE, Role.SUPERVISOR, Role.AGENCY_REVIEWER])
def test_who_may_not_enter(role):
    with pytest.raises(NotAllowed):
        entered(by=factories.actor(role))


def test_the_database_keeps_a_checked_document_as_it_is():
    document = booked()
    changes = ("SET amount = 1", "SET live = false")
    for change in (*(f"UPDATE funds_entereddocument {each}" for each in changes), "DELETE FROM funds_entereddocument"):
        kept = pytest.raises(IntegrityError, match="is not changed any more")
        with kept, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert EnteredDocument.objects.get().amount == document.amount
    correction_of(document, LATER)
    for change in ("SET live = true", "SET live = false, amount = 1"):
        kept = pytest.raises(IntegrityError, match="is not changed any more")
        with kept, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE funds_entereddocument {change} WHERE id = %s", [document.pk])


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_is_one_document():
    typed = {"submission": uuid.uuid4(), "kind": "interest", "amount": yuan(1), "day": DAY, "by": clerk()}

    def enter():
        with clock.on_day(DAY):
            return documents.enter_document(bank_reference="TWICE", words="Interest", payer="辽阳银行", **typed)

    assert at_once(enter, enter) == [EnteredDocument.objects.get()] * 2


@pytest.mark.django_db(transaction=True)
def test_two_who_check_at_once_book_once():
    document = entered()
    others = [factories.actor(Role.AGENCY_REVIEWER, username=f"reviewer{place}") for place in range(2)]

    def check(by):
        def act():
            with clock.on_day(DAY):
                return documents.check_document(number=document.number, version=document.version, by=by)

        return act

    done, refused = parted(at_once(*(check(by) for by in others)))
    assert (len(done), [type(error) for error in refused]) == (1, [Conflict])
    assert sweep(DAY) == {"entered": 1}
