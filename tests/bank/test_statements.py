"""Bringing the bank's statements: checked, imported, matched; the same one twice changes nothing (F1)."""

import io
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from funds.bank import selectors, services
from funds.bank.models import BankLine, BankStatement, Match, MatchedLine
from funds.bank.papers import paper_to_keep
from funds.models import EnteredDocument, JournalEntry, JournalLeg
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import intake
from liaoyang_medins.kernel.runs import selectors as run_selectors
from liaoyang_medins.kernel.runs import services as runs
from tests import factories
from tests.at_once import at_once, parted
from tests.funds import makers as funds
from tests.funds.account import balances, booked, clerk, closed, correction_of, sweep
from tests.funds.makers import yuan
from tests.funds.steps import refusal

from .makers import TODAY, D, imported, leg, move, statement, uploaded

pytestmark = pytest.mark.django_db
DAY = D(2009, 9, 8)


def test_a_statement_is_checked_then_imported_and_matched_by_reference_and_amount():
    receipt = funds.receipt(DAY, 200)
    interest = booked("12.34", D(2009, 9, 21), bank_reference="INT3")
    sweep(TODAY)
    moves = [
        move(DAY, receipt.bank_reference, 200),
        move(DAY, "UNKNOWN", 7),
        move(D(2009, 9, 21), "INT3", "12.34"),
        move(D(2009, 9, 22), interest.bank_reference, 1),
    ]
    found = uploaded(moves)
    run = intake.runs_of("bank_statement", found.number).first()
    counts = run_selectors.counts_of(run)
    assert {name: str(counts[name]) for name in ("matched", "open")} == {"matched": "2", "open": "2"}
    assert not BankLine.objects.exists()

    with clock.on_day(TODAY):
        runs.work_off(number=services.import_statement(number=found.number, by=clerk(), calls=False).number)
    found.refresh_from_db()
    assert found.imported_on == TODAY
    rows = MatchedLine.objects.select_related("line", "match")
    matched = {row.line.place: row.match.legs.get().leg for row in rows}
    assert matched == {2: leg(receipt.number), 4: leg(interest.number)}
    assert set(Match.objects.values_list("automatic", "made_by__username")) == {(True, "clerk")}
    assert AuditEntry.objects.filter(verb="bankbook.import", object_number=found.number).count() == 1


def test_a_payment_list_is_one_line_of_the_bank():
    """Several documents with one reference, which come to the line."""
    first, second = funds.receipt(DAY, 30), funds.receipt(DAY, 20)
    sweep(TODAY)
    type(first).objects.filter(pk__in=[first.pk]).update(bank_reference="LIST")
    type(first).objects.filter(pk=second.pk).update(bank_reference="LIST", channel="counter")
    imported([move(DAY, "LIST", 50)])
    assert {row.leg for row in Match.objects.get().legs.all()} == {leg(first.number), leg(second.number)}


def test_a_reference_of_another_time_or_amount_is_not_matched():
    booked(10, D(2009, 1, 12), bank_reference="OLD", on=TODAY)
    booked(10, DAY, bank_reference="OTHER", on=TODAY)
    imported([move(DAY, "OLD", 10), move(DAY, "OTHER", 11), move(DAY, "", 10)])
    assert not Match.objects.exists()


def test_a_document_and_its_correction_are_matched_with_each_other():
    wrong = booked(10, DAY)
    correction = correction_of(wrong, D(2009, 9, 10))
    sweep(TODAY)
    imported([])
    found = Match.objects.get()
    assert {row.leg for row in found.legs.all()} == {leg(wrong.number), leg(correction.number)}
    assert not found.lines.exists()


def three_documents(**values: Any) -> list[JournalLeg]:
    """Interest of 1,374.05 was entered as a late fee, taken back, and entered rightly under the same reference."""
    facts = {"bank_reference": "PZ20090921", "on": DAY}
    wrong = booked("1374.05", DAY, kind="late_fee", **facts)
    if values.get("matched_before"):
        imported([move(DAY, "PZ20090921", "1374.05")])
    correction = correction_of(wrong, TODAY)
    right = booked("1374.05", DAY, kind="interest", **facts | {"on": TODAY})
    sweep(TODAY)
    return [leg(document.number) for document in (wrong, correction, right)]


def matched_together() -> list[tuple[list[str], set[JournalLeg]]]:
    """What each match has: references at the bank, legs of the book."""
    return [
        ([row.line.reference for row in found.lines.all()], {row.leg for row in found.legs.all()})
        for found in Match.objects.order_by("pk")
    ]


def nothing_open() -> bool:
    lines, legs = BankLine.objects.filter(matched=None), JournalLeg.objects.filter(matched=None, account__code="1003")
    return not lines.exists() and not legs.exists()


def test_what_was_entered_wrongly_and_matched_is_entered_rightly_and_nothing_is_open():
    """The line keeps the entry that it was found with; correction and right document stand in the book alone."""
    wrong, correction, right = three_documents(matched_before=True)
    with clock.on_day(TODAY):
        assert services.match_automatically(by=clerk()) == 1
        assert services.match_automatically(by=clerk()) == 0
    assert matched_together() == [(["PZ20090921"], {wrong}), ([], {correction, right})]
    assert nothing_open()
    assert balances() == {"1003": yuan("1374.05"), "4201": yuan("-1374.05")}


def test_a_line_that_comes_after_the_correction_is_of_what_is_right():
    wrong, correction, right = three_documents()
    imported([move(DAY, "PZ20090921", "1374.05")])
    assert matched_together() == [(["PZ20090921"], {right}), ([], {wrong, correction})]
    assert nothing_open()


def test_a_match_that_is_taken_away_is_found_anew_with_what_is_right():
    wrong, correction, right = three_documents(matched_before=True)
    with clock.on_day(TODAY):
        services.unmatch(number=Match.objects.get().number, reason="Corrected", by=clerk())
        assert services.match_automatically(by=clerk()) == 2
    assert matched_together() == [(["PZ20090921"], {right}), ([], {wrong, correction})]


def test_what_was_entered_wrongly_twice_is_matched_once_each():
    """The second one was wrong too: each correction takes its own, the first that of the last."""
    wrong, first, second = three_documents(matched_before=True)
    again = correction_of(EnteredDocument.objects.get(number=second.entry.document_number), TODAY)
    right = booked("1374.05", DAY, kind="other_income", bank_reference="PZ20090921", on=TODAY)
    with clock.on_day(TODAY):
        assert services.match_automatically(by=clerk()) == 2
    together = [legs for _lines, legs in matched_together()]
    assert together == [{wrong}, {second, leg(again.number)}, {first, leg(right.number)}]
    assert nothing_open()


def test_the_same_file_twice_changes_nothing():
    moves = [move(DAY, "A", 10)]
    first = imported(moves)
    with clock.on_day(TODAY):
        with pytest.raises(services.SameFile) as caught:
            services.upload_statement(file=io.BytesIO(statement(moves)), file_name="again.csv", by=clerk())
        assert caught.value.first == first.number
        other = {"file": io.BytesIO(statement([move(DAY, "A", 11)])), "file_name": "other.csv", "by": clerk()}
        assert refusal(Conflict, services.upload_statement, **other) == "same_number"
        again = {"number": first.number, "by": clerk()}
        assert refusal(Conflict, services.import_statement, **again) == "imported"
        assert refusal(Conflict, services.check_statement, **again) == "imported"
        assert refusal(Conflict, services.discard_statement, **again) == "imported"
    assert (BankStatement.objects.count(), BankLine.objects.count()) == (1, 1)


def test_a_wrong_file_leaves_nothing():
    wrong = statement([move(DAY, "A", 10)]).replace(b"T,1,10.00", b"T,1,11.00")
    with clock.on_day(TODAY), pytest.raises(Invalid) as caught:
        services.upload_statement(file=io.BytesIO(wrong), file_name="wrong.csv", by=clerk())
    assert (caught.value.field, caught.value.code) == ("file", "control")
    assert "3" in str(caught.value)
    assert not BankStatement.objects.exists()


def test_statements_follow_one_another_without_a_gap():
    imported([move(DAY, "A", 10)])
    october = {"statement": "200910", "first": D(2009, 10, 1), "last": D(2009, 10, 10)}
    for wrong, code in (
        ({"opening": "11.00"}, "does_not_follow"),
        ({"opening": "10.00", "first": D(2009, 9, 30)}, "does_not_follow"),
        ({"opening": "10.00", "account": "9"}, "other_account"),
    ):
        with pytest.raises(Invalid) as caught:
            uploaded([], **october | wrong)
        assert caught.value.code == code
    second = uploaded([], opening="10.00", **october)
    third = uploaded([], opening="10.00", statement="200910B", first=D(2009, 10, 11), last=D(2009, 10, 12))
    with clock.on_day(TODAY):
        by = {"by": clerk()}
        assert refusal(Conflict, services.import_statement, number=third.number, **by) == "earlier_first"
        assert refusal(Conflict, services.discard_statement, number=second.number, **by) == "later_first"
        services.discard_statement(number=third.number, **by)
        services.discard_statement(number=second.number, **by)
    assert BankStatement.objects.count() == 1


def test_what_the_bank_said_is_never_changed():
    imported([move(DAY, "A", 10)])
    for change in ("UPDATE bank_bankline SET amount = 11", "DELETE FROM bank_bankline"):
        kept = pytest.raises(IntegrityError, match="append-only")
        with kept, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


@pytest.mark.parametrize("role", [Role.AGENCY_REVIEWER, Role.CITY_FINANCE, Role.SUPERVISOR])
def test_who_may_not_bring_or_match(role):
    by = factories.actor(role)
    with pytest.raises(NotAllowed):
        services.upload_statement(file=io.BytesIO(b""), file_name="x", by=by)
    with pytest.raises(NotAllowed):
        services.match_automatically(by=by)


# --- by hand ---------------------------------------------------------------------------------------------------------


def hand(lines=(), legs=(), note="", key=None):
    with clock.on_day(TODAY):
        return services.match(
            submission=key or uuid.uuid4(),
            lines=[line.pk for line in lines],
            legs=[each.pk for each in legs],
            note=note,
            by=clerk(),
        )


def test_one_line_and_several_entries_by_hand_and_open_again():
    first, second = booked(30, DAY), booked(20, DAY)
    imported([move(DAY, "BOTH", 50), move(DAY, "X", 5), move(DAY, "X2", -5)])
    both, plus, minus = BankLine.objects.order_by("place")
    key = uuid.uuid4()
    found = hand([both], [leg(first.number), leg(second.number)], key=key)
    assert hand([both], [leg(first.number), leg(second.number)], key=key) == found
    assert refusal(Conflict, hand, [both], [leg(first.number)]) == "matched_meanwhile"
    # Two lines of the bank alone, which come to nothing.
    assert refusal(Invalid, hand, [plus, minus]) == "no_note"
    hand([plus, minus], note="The bank's own mistake")
    with clock.on_day(TODAY):
        with pytest.raises(Invalid):
            services.unmatch(number=found.number, reason=" ", by=clerk())
        services.unmatch(number=found.number, reason="Another payment", by=clerk())
        assert refusal(Conflict, services.unmatch, number=found.number, reason="x", by=clerk()) == "gone"
    assert selectors.lines_open_on(TODAY).count() == 1
    assert selectors.legs_open_on(TODAY).count() == 2
    kept = AuditEntry.objects.get(verb="bankbook.unmatch")
    assert kept.note == "Another payment"
    assert len(kept.changes["book"]) == 2


@pytest.mark.parametrize("chosen", [([0], []), ([], [0]), ([0, 1], [0]), ([], [])])
def test_sums_that_differ_are_no_match(chosen):
    documents = [booked(30, DAY), booked(20, DAY)]
    imported([move(DAY, "A", 50), move(DAY, "B", 7)])
    lines, legs = list(BankLine.objects.order_by("place")), [leg(row.number) for row in documents]
    with pytest.raises(Invalid):
        hand([lines[place] for place in chosen[0]], [legs[place] for place in chosen[1]], note="x")


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_match_that_does_not_add_up():
    document = booked(30, DAY)
    imported([move(DAY, "A", 29)])
    found = Match.objects.create(number="FM1", submission=uuid.uuid4(), first_day=DAY, last_day=DAY, made_on=TODAY)

    def put_together() -> None:
        with transaction.atomic():
            found.lines.create(line=BankLine.objects.get())
            found.legs.create(leg=leg(document.number))

    with pytest.raises(IntegrityError, match="does not add up"):
        put_together()


@pytest.mark.django_db(transaction=True)
def test_two_who_match_the_same_entry_at_once_match_it_once():
    document = booked(30, DAY)
    imported([move(DAY, "A", 30), move(DAY, "B", 30)])
    lines = list(BankLine.objects.order_by("place"))
    entry = leg(document.number)
    done, refused = parted(at_once(*(lambda line=line: hand([line], [entry]) for line in lines)))
    assert (len(done), [type(error) for error in refused]) == (1, [Conflict])


# --- the reconciliation ----------------------------------------------------------------------------------------------


def test_the_reconciliation_of_any_day_as_it_was_then():
    came = booked(100, D(2009, 9, 5), bank_reference="A")
    late = booked(40, D(2009, 9, 30), bank_reference="LATE")
    imported([move(D(2009, 9, 5), "A", 100), move(D(2009, 9, 29), "MYSTERY", 9), move(D(2009, 9, 30), "FEE", -2)])
    october = {"statement": "200910", "first": D(2009, 10, 1), "last": D(2009, 10, 10), "opening": "107.00"}
    imported([move(D(2009, 10, 2), "LATE", 40)], **october)
    september = selectors.reconciliation_on(D(2009, 9, 30))
    assert (september.standing.in_book, september.standing.at_bank) == (yuan(140), yuan(107))
    assert [side.sum for side in (september.book_received, september.book_paid)] == [yuan(40), yuan(0)]
    assert [side.sum for side in (september.bank_received, september.bank_paid)] == [yuan(9), yuan(2)]
    assert september.adjusted_bank == september.adjusted_book == yuan(147)
    assert september.book_received.rows[0][1].endswith(late.number)
    # Since then the bank has it.
    now = selectors.reconciliation_on(D(2009, 10, 10))
    assert (now.standing.open_in_book, now.standing.open_at_bank) == (0, 2)
    assert now.adjusted_bank == now.adjusted_book
    assert selectors.bank_balance_on(D(2009, 10, 11)) is None
    assert selectors.bank_balance_on(D(2009, 9, 4)) == yuan(0)
    assert JournalEntry.objects.filter(document_number=came.number).exists()


def test_the_reconciliation_of_a_closed_month_stays_what_it_was():
    """One clerk matches what was open when the month was closed: the paper that was filed says what it said."""
    booked(100, D(2009, 9, 5), bank_reference="A")
    late = booked(40, D(2009, 9, 30), bank_reference="LATE")
    imported([move(D(2009, 9, 5), "A", 100), move(D(2009, 9, 28), "OTHER", 40)])
    month = closed(D(2009, 9, 1), TODAY, note="Looked at")
    day = D(2009, 9, 30)
    with translation.override("en"):
        filed = month.reconciliation.paper().data()
        assert filed == paper_to_keep(day).data()
        assert late.number in str(filed)
        # What only the bank has is told by statement and line.
        assert f"{BankStatement.objects.get().number} 3" in str(filed)
    with clock.on_day(TODAY):
        services.match(
            submission=uuid.uuid4(),
            lines=[BankLine.objects.get(reference="OTHER").pk],
            legs=[leg(late.number).pk],
            by=clerk(),
        )
    assert selectors.standing(day).open_in_book == 0
    client = Client()
    client.force_login(User.objects.get(username="clerk"))
    address = reverse("reconciliation-print")
    month.refresh_from_db()
    with translation.override("en"):
        assert month.reconciliation.paper().data() == filed
    assert f"{address}?on=2009-09-30" in client.get(month.get_absolute_url()).content.decode()
    with clock.on_day(TODAY):
        assert late.number in client.get(address, {"on": "2009-09-30"}).content.decode()
        assert late.number not in client.get(address, {"on": "2009-09-29"}).content.decode()
        assert client.get(reverse("reconciliation"), {"on": "2009-09-30"}).context["closed"] == month


def test_what_was_open_before_the_first_statement_is_carried_until_it_is_cleared():
    early = booked(25, D(2009, 8, 31), bank_reference="EARLY", on=TODAY)
    booked(75, D(2009, 8, 3), on=TODAY)
    imported([move(D(2009, 9, 2), "AFTER", 25)], opening="75.00")
    day = D(2009, 9, 30)
    assert selectors.standing(day).carried == yuan(25)
    assert (
        selectors.reconciliation_on(day).adjusted_bank == selectors.reconciliation_on(day).adjusted_book == yuan(125)
    )
    hand([BankLine.objects.get()], [leg(early.number)])
    found = selectors.standing(day)
    assert (found.carried, found.agrees) == (Decimal("0.00"), True)
