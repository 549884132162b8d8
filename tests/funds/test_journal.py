"""The journal: each document once, each entry in balance, a story with a trial balance worked out by hand (F1)."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from funds import services
from funds.chart import Chart
from funds.models import Account, JournalEntry, JournalLeg, UnpostedDocument
from funds.selectors import trial_balance
from funds.services import journal
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories

from . import makers
from .makers import yuan

D = datetime.date

JOB = Actor.job("journal")


def booked(document_type: str, number: str) -> dict[str, Decimal]:
    entry = JournalEntry.objects.get(document_type=document_type, document_number=number)
    return {leg.account.code: leg.amount for leg in entry.legs.select_related("account")}


def balances(until: D | None = None) -> dict[str, Decimal]:
    """Account → debit less credit, of the accounts that do not stand at zero."""
    rows = trial_balance(JOB, until).rows
    return {row.account.code: row.debits - row.credits for row in rows if row.debits != row.credits}


@pytest.mark.django_db
def test_a_matched_receipt_is_income_and_an_unmatched_one_is_held():
    notice = makers.notice(makers.person(), paid_on=D(2009, 10, 8))
    held = makers.receipt(D(2009, 10, 9), "150.00")

    assert services.post_documents(by=JOB) == {"receipt": 2}

    assert booked("receipt", notice.receipts.get().number) == {
        Chart.BANK: yuan(200),
        Chart.CONTRIBUTIONS: yuan(-200),
    }
    assert booked("receipt", held.number) == {Chart.BANK: yuan(150), Chart.UNMATCHED: yuan(-150)}
    assert JournalEntry.objects.get(document_number=held.number).booked_on == D(2009, 10, 9)


@pytest.mark.django_db
def test_a_held_receipt_becomes_income_when_it_is_assigned():
    notice = makers.notice(makers.person())
    held = makers.receipt(D(2009, 10, 9), 200)
    services.post_documents(by=JOB)
    makers.assign(held, notice)

    with clock.on_day(D(2009, 10, 20)):
        assert services.post_documents(by=JOB) == {"assigned_receipt": 1}

    assert booked("assigned_receipt", held.number) == {Chart.UNMATCHED: yuan(200), Chart.CONTRIBUTIONS: yuan(-200)}
    assert JournalEntry.objects.get(document_type="assigned_receipt").booked_on == D(2009, 10, 20)
    assert balances() == {Chart.BANK: yuan(200), Chart.CONTRIBUTIONS: yuan(-200)}


@pytest.mark.django_db
@pytest.mark.parametrize("swept", ["never", "held", "assigned"])
@pytest.mark.parametrize("assigned", [True, False])
def test_a_returned_receipt_takes_back_what_was_booked_wherever_it_stood(swept: str, assigned: bool):
    notice = makers.notice(makers.person())
    held = makers.receipt(D(2009, 10, 9), 200)
    if swept != "never":
        services.post_documents(by=JOB)
    if assigned:
        makers.assign(held, notice)
    if swept == "assigned":
        services.post_documents(by=JOB)
    makers.give_back(held, D(2009, 11, 2))

    assert services.post_documents(by=JOB)["returned_receipt"] == 1

    assert balances() == {}
    assert balances(until=D(2009, 10, 9))[Chart.BANK] == yuan(200)
    assert services.post_documents(by=JOB) == {}


@pytest.mark.django_db
def test_settlements_are_owed_to_the_institution_and_a_reversal_takes_it_back():
    person = makers.person()
    settled = makers.settlement(person, "1234.56", on=D(2010, 3, 1))
    nothing = makers.settlement(person, 0, on=D(2010, 3, 2))
    makers.reverse(settled, D(2010, 3, 5))
    makers.reverse(nothing, D(2010, 3, 5))

    assert services.post_documents(by=JOB) == {"settlement": 1, "reversal": 1}

    assert booked("settlement", settled.number) == {
        Chart.INPATIENT_BENEFITS: yuan("1234.56"),
        Chart.INSTITUTIONS_PAYABLE: yuan("-1234.56"),
    }
    assert balances(until=D(2010, 3, 4)) == {
        Chart.INPATIENT_BENEFITS: yuan("1234.56"),
        Chart.INSTITUTIONS_PAYABLE: yuan("-1234.56"),
    }
    assert balances() == {}


@pytest.mark.django_db
def test_a_year_told_in_documents():
    """Worked out by hand.

    Window 2009: an elderly man pays 200 (government 100: city 55, district 45), a low-income man 80 (220: 121, 99), a
    minor 40 (40: 22, 18). 300 comes in with a wrong number; 260 of an edge case (160 + 100 too much) is paid back.
    Statement: 360 = city 198 + districts 162. The low-income man's payment is then returned, and corrected by −220.
    The city pays 198 in two parts, the district 60. In December one who moved in pays the whole standard of 300. Two
    stays: 5,000.00 and 1,200.50; the second is reversed.

    Bank: 200 + 80 + 40 + 300 + 260 − 260 − 80 + 198 + 60 + 300 = 1,098. Contributions: 200 + 40 + 300 (assigned) +
    300 = 840. Receivable: 360 − 220 − 198 − 60 = −118. City subsidy: 198 − 121 = 77. District: 162 − 99 = 63.
    Benefits 5,000 owed to the institution.
    """
    clerk = factories.actor(Role.AGENCY_CLERK)
    reviewer = factories.actor(Role.AGENCY_REVIEWER)
    man = makers.person()
    makers.notice(man, paid_on=D(2009, 10, 8))
    poor = makers.notice(makers.person(), personal=80, government=220, tier="low_income", paid_on=D(2009, 10, 9))
    makers.notice(makers.person(), personal=40, government=40, category="minor", paid_on=D(2009, 11, 30))
    lost = makers.receipt(D(2009, 11, 12), 300)
    too_much = makers.receipt(D(2009, 11, 13), 260, problem="over")
    services.post_documents(by=JOB)
    makers.give_back(too_much, D(2009, 11, 20))

    with clock.on_day(D(2009, 12, 3)):
        statement = services.prepare_statement(kind="window", period_from=D(2009, 10, 1), by=clerk)
        services.issue_statement(number=statement.number, version=statement.version, by=reviewer)
        # Found only now: no government part, since the man moved in lately (C4).
        makers.assign(lost, makers.notice(makers.person(), personal=300, government=0))
        services.post_documents(by=JOB)
    with clock.on_day(D(2009, 12, 20)):
        for part, reference in ((100, "SUB1"), (98, "SUB2")):
            services.record_subsidy(
                number=statement.number,
                payer="211000",
                amount=yuan(part),
                paid_on=D(2009, 12, 18),
                bank_reference=reference,
                by=clerk,
            )
        services.record_subsidy(
            number=statement.number,
            payer="211002",
            amount=yuan(60),
            paid_on=D(2009, 12, 20),
            bank_reference="SUB3",
            by=clerk,
        )
        makers.give_back(poor.receipts.get(), D(2009, 12, 19))
        makers.notice(makers.person(), personal=300, government=0, paid_on=D(2009, 12, 5))
        services.post_documents(by=JOB)
    makers.settlement(man, 5_000, on=D(2010, 2, 1))
    wrong = makers.settlement(man, "1200.50", on=D(2010, 2, 11))
    makers.reverse(wrong, D(2010, 2, 12))
    with clock.on_day(D(2010, 2, 12)):
        december = services.prepare_statement(kind="month", period_from=D(2009, 12, 1), by=clerk)
        services.issue_statement(number=december.number, version=december.version, by=reviewer)
        services.post_documents(by=JOB)

    assert balances() == {
        Chart.BANK: yuan(1098),
        Chart.CONTRIBUTIONS: yuan(-840),
        Chart.SUBSIDIES_RECEIVABLE: yuan(-118),
        Chart.CITY_SUBSIDY: yuan(-77),
        Chart.DISTRICT_SUBSIDY: yuan(-63),
        Chart.INPATIENT_BENEFITS: yuan(5000),
        Chart.INSTITUTIONS_PAYABLE: yuan(-5000),
    }
    assert sum(balances().values()) == 0
    for day in JournalEntry.objects.values_list("booked_on", flat=True).distinct():
        told = trial_balance(JOB, until=day)
        assert told.balanced
        assert told.debits == told.credits
    assert services.documents_waiting() == 0


def noted() -> list[tuple[str, str]]:
    """What the next sweep would look at."""
    return list(UnpostedDocument.objects.order_by("id").values_list("document_type", "document_number"))


@pytest.mark.django_db
def test_a_sweep_looks_at_what_is_new_alone():
    notice = makers.notice(makers.person())
    held = makers.receipt(D(2009, 10, 9), 200)
    assert noted() == [("receipt", held.number)]
    assert services.documents_waiting() == 1
    services.post_documents(by=JOB)
    assert (noted(), services.documents_waiting()) == ([], 0)
    makers.assign(held, notice)
    assert noted() == [("assigned_receipt", held.number)]
    services.post_documents(by=JOB)
    assert (noted(), services.post_documents(by=JOB)) == ([], {})


@pytest.mark.django_db
def test_what_follows_from_a_receipt_waits_for_the_receipt():
    """Both came while the sweep was past the receipts already."""
    held = makers.receipt(D(2009, 10, 9), 200)
    makers.give_back(held, D(2009, 10, 10))
    both = [("receipt", held.number), ("returned_receipt", held.number)]
    assert noted() == both
    assert journal._count(journal.POST, journal.RETURNED_RECEIPTS) == 0
    assert noted() == both
    assert services.post_documents(by=JOB) == {"receipt": 1, "returned_receipt": 1}
    assert (noted(), balances()) == ([], {})


@pytest.mark.django_db(transaction=True)
def test_what_commits_during_a_sweep_is_the_next_ones():
    early = makers.receipt(D(2009, 10, 8), 100)
    with transaction.atomic():
        assert services.post_documents(by=JOB) == {"receipt": 1}
        late: list[str] = []

        def elsewhere() -> None:
            try:
                late.append(makers.receipt(D(2009, 10, 9), 200).number)
            finally:
                connection.close()

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert noted() == [("receipt", late[0])]
    assert services.post_documents(by=JOB) == {"receipt": 1}
    assert set(JournalEntry.objects.values_list("document_number", flat=True)) == {early.number, late[0]}


@pytest.mark.django_db
def test_a_sweep_says_what_it_posted_and_only_then():
    makers.receipt(D(2009, 10, 9), 200)
    assert services.documents_waiting() == 1
    services.post_documents(by=JOB)
    services.post_documents(by=JOB)
    assert [entry.changes for entry in AuditEntry.objects.filter(verb="journal.post")] == [{"receipt": 1}]


@pytest.mark.django_db
def test_who_may_not_post():
    with pytest.raises(NotAllowed):
        services.post_documents(by=factories.actor(Role.CITY_FINANCE))


@pytest.mark.django_db
def test_a_sweep_takes_the_same_number_of_queries_for_many(django_assert_num_queries):
    for count in (1, 3):
        for _ in range(count):
            makers.receipt(D(2009, 10, 9), 200)
        with django_assert_num_queries(5 + len(journal.SOURCES)):
            services.post_documents(by=JOB)


# --- the database itself -------------------------------------------------------------------------------------------


def legs_of(entry: JournalEntry, *amounts: str) -> None:
    account = Account.objects.get(code=Chart.BANK)
    JournalLeg.objects.bulk_create(JournalLeg(entry=entry, account=account, amount=yuan(amount)) for amount in amounts)


def an_entry() -> JournalEntry:
    return JournalEntry.objects.create(document_type="receipt", document_number="X1", booked_on=D(2009, 1, 1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("amounts", [(), ("1.00",), ("1.00", "-0.99")])
def test_the_database_refuses_an_entry_that_does_not_balance(amounts: tuple[str, ...]):
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        legs_of(an_entry(), *amounts)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_leg_added_to_a_posted_entry():
    with transaction.atomic():
        entry = an_entry()
        legs_of(entry, "1.00", "-1.00")
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        legs_of(entry, "5.00")


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["funds_journalentry", "funds_journalleg"])
@pytest.mark.parametrize("change", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_the_database_keeps_the_journal_as_it_is(table: str, change: str):
    makers.receipt(D(2009, 10, 9), 200)
    services.post_documents(by=JOB)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table=table))


@pytest.mark.django_db
def test_the_database_posts_a_document_once():
    makers.receipt(D(2009, 10, 9), 200)
    services.post_documents(by=JOB)
    entry = JournalEntry.objects.get()
    with pytest.raises(IntegrityError, match="journal_document_once"), transaction.atomic():
        JournalEntry.objects.create(
            document_type=entry.document_type, document_number=entry.document_number, booked_on=entry.booked_on
        )


# --- at once, and by a worker ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_post_each_document_once():
    for _ in range(200):
        makers.receipt(D(2009, 10, 9), 1)
    start = threading.Barrier(6)
    posted: list[int] = []
    faults: list[Exception] = []

    def sweep() -> None:
        try:
            start.wait()
            for _ in range(5):
                try:
                    posted.append(sum(services.post_documents(by=JOB).values()))
                except Conflict:
                    posted.append(0)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert sum(posted) == 200
    assert JournalEntry.objects.count() == 200
    assert balances() == {Chart.BANK: yuan(200), Chart.UNMATCHED: yuan(-200)}
    assert services.documents_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_a_second_sweep_is_told_that_one_is_at_work():
    makers.receipt(D(2009, 10, 9), 1)
    told: list[str] = []

    def second() -> None:
        try:
            services.post_documents(by=JOB)
        except Conflict as error:
            told.append(error.code)
        finally:
            connection.close()

    with transaction.atomic():
        services.post_documents(by=JOB)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert told == ["sweep_running"]


def test_a_real_worker_posts(worker):
    from funds import tasks

    for _ in range(30):
        makers.receipt(D(2009, 10, 9), 1)
    for _ in range(5):
        tasks.post_documents.delay()
    deadline = threading.Event()
    for _ in range(300):
        if JournalEntry.objects.count() == 30:
            break
        deadline.wait(0.1)
    assert JournalEntry.objects.count() == 30
    assert balances() == {Chart.BANK: yuan(30), Chart.UNMATCHED: yuan(-30)}
