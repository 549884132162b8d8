"""What is kept beside legs, items and notices: it says what they say, and the pages read it instead of them."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, Sum

from enrollment.contributions.models import ContributionNotice
from funds import selectors, services
from funds.models import AccountDay, JournalLeg, StatementSum, SubsidyItem, UnstatedNotice
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role

from . import makers
from .steps import IN_WINDOW, issued, prepared

D = datetime.date
JOB = Actor.job("test")
JANUARY = D(2010, 1, 5)
DECEMBER = {"kind": "month", "period_from": D(2009, 12, 1)}


def days_of_legs() -> set[tuple[int, D, Decimal, Decimal]]:
    amounts = {
        "debits": Sum("amount", filter=Q(amount__gt=0), default=Decimal(0)),
        "credits": Sum("amount", filter=Q(amount__lt=0), default=Decimal(0)),
    }
    rows = JournalLeg.objects.order_by().values_list("account", "entry__booked_on").annotate(**amounts)
    return {(account, day, debits, -credits) for account, day, debits, credits in rows}


def listed() -> set[str]:
    return set(UnstatedNotice.objects.values_list("notice__number", flat=True))


def sums_of_items() -> set[tuple[object, ...]]:
    by = ("statement", "district", "category", "tier", "persons", "notice__policy_version")
    rows = SubsidyItem.objects.order_by().values_list(*by).annotate(Sum("persons"), Sum("government"), Sum("city"))
    return {(*row[:4], row[4] < 0, *row[5:]) for row in rows}


def sums_kept() -> set[tuple[object, ...]]:
    by = ("statement", "district", "category", "tier", "corrections", "policy_version")
    return set(StatementSum.objects.values_list(*by, "persons", "government", "city"))


@pytest.mark.django_db
def test_the_days_of_an_account_say_what_its_legs_say_after_every_sweep():
    one, other = makers.person(), makers.person()
    first = makers.notice(one, paid_on=IN_WINDOW)
    services.post_documents(by=JOB)
    assert {day for _account, day, _debits, _credits in days_of_legs()} == {IN_WINDOW}
    # On the same days as before, on others, and taken back.
    makers.notice(other, paid_on=IN_WINDOW, personal=50)
    makers.settlement(one, 700, on=D(2009, 11, 2))
    makers.give_back(first.receipts.get(), IN_WINDOW)
    services.post_documents(by=JOB)
    assert set(AccountDay.objects.values_list("account", "day", "debits", "credits")) == days_of_legs()
    with clock.on_day(JANUARY):
        services.post_documents(by=JOB)
    assert set(AccountDay.objects.values_list("account", "day", "debits", "credits")) == days_of_legs()


def test_the_sums_of_a_statement_are_those_of_its_items_whenever_it_is_drawn(clerk, reviewer):
    returned = makers.notice(makers.person("211003001001"), paid_on=IN_WINDOW)
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    assert sums_kept() == sums_of_items()
    makers.give_back(returned.receipts.get(), D(2009, 12, 3))
    makers.notice(makers.person(), paid_on=D(2009, 12, 4))
    draft = prepared(clerk, JANUARY, **DECEMBER)
    assert {row[4] for row in sums_kept()} == {True, False}
    assert sums_kept() == sums_of_items()
    makers.notice(makers.person(), paid_on=D(2009, 12, 5), government=40, category="minor")
    with clock.on_day(JANUARY):
        services.redraw_statement(number=draft.number, version=draft.version, by=clerk)
    assert sums_kept() == sums_of_items()
    assert {row[2] for row in sums_kept()} == {"elderly", "minor"}


def test_the_sums_of_an_issued_statement_are_frozen(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    columns = "statement_id, district_id, category, tier, policy_version, persons, government, city, district_share"
    for change in (
        "UPDATE funds_statementsum SET persons = 0",
        "DELETE FROM funds_statementsum",
        f"INSERT INTO funds_statementsum ({columns}, corrections) SELECT {columns}, true FROM funds_statementsum",  # noqa: S608
    ):
        frozen = pytest.raises(IntegrityError, match="are not changed")
        with frozen, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_pages_of_statements_and_balances_read_no_item_and_no_leg(window, signed_in, django_assert_max_num_queries):
    services.post_documents(by=JOB)
    for role, address in (
        (Role.SUPERVISOR, "/"),
        (Role.SUPERVISOR, "/trial-balance/"),
        (Role.SUPERVISOR, "/trial-balance/?until=2009-11-15"),
        (Role.SUPERVISOR, "/statements/"),
        (Role.CITY_FINANCE, "/"),
        (Role.AGENCY_CLERK, f"/statements/{window.number}/"),
        (Role.AGENCY_CLERK, f"/statements/{window.number}/print/"),
    ):
        client = signed_in(role)
        with django_assert_max_num_queries(100) as asked:
            assert client.get(address).status_code == 200
        read = " ".join(query["sql"] for query in asked.captured_queries)
        assert "funds_subsidyitem" not in read, address
        assert "funds_journalleg" not in read, address


def test_the_list_holds_what_no_statement_counts_as_it_stands(clerk, reviewer):
    paid = makers.notice(makers.person(), paid_on=IN_WINDOW)
    makers.notice(makers.person())
    makers.notice(makers.person(), government=0, category="working_age", paid_on=IN_WINDOW)
    assert listed() == {paid.number}
    issued(clerk, reviewer)
    assert listed() == set()
    makers.give_back(paid.receipts.get(), D(2009, 12, 3))
    later = makers.notice(makers.person(), paid_on=D(2010, 1, 2))
    assert listed() == {paid.number, later.number}
    # The next statement takes the one off; the other waits for its own period.
    issued(clerk, reviewer, JANUARY, **DECEMBER)
    assert listed() == {later.number}


@pytest.mark.django_db(transaction=True)
def test_a_payment_returned_while_its_statement_is_issued_is_corrected_by_the_next(clerk, reviewer):
    """The statement is issued before the return is there for others to see, and takes the notice off the list."""
    notice = makers.notice(makers.person(), paid_on=IN_WINDOW)
    changed, statement_issued = threading.Event(), threading.Event()

    def give_back() -> None:
        try:
            with transaction.atomic():
                ContributionNotice.objects.filter(pk=notice.pk).update(status="returned")
                changed.set()
                statement_issued.wait(timeout=30)
        finally:
            connection.close()

    bank = threading.Thread(target=give_back)
    bank.start()
    assert changed.wait(timeout=30)
    issued(clerk, reviewer)
    statement_issued.set()
    bank.join()
    assert listed() == {notice.number}
    (found,) = selectors.candidates(JANUARY)
    assert (found.claims.persons, found.corrections.persons) == (0, -1)
