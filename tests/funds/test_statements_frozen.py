"""What the database itself refuses about statements, and two officers at once."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from funds import services
from funds.models import SubsidyItem, SubsidyStatement
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories, signing

from . import makers
from .makers import yuan
from .steps import AFTER, IN_WINDOW, WINDOW, at_once, book, issued, prepared

D = datetime.date


def test_the_database_freezes_what_was_issued(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    changes = [
        "UPDATE funds_subsidyitem SET government = government",
        "DELETE FROM funds_subsidyitem",
        "INSERT INTO funds_subsidyitem"
        " (statement_id, notice_id, district_id, category, tier, persons, government, city, district_share)"
        " SELECT statement_id, notice_id, district_id, category, tier, -1, -1, -1, 0 FROM funds_subsidyitem",
        "UPDATE funds_subsidystatement SET due_on = due_on + 30",
        "UPDATE funds_subsidystatement SET status = 'draft', issued_on = NULL, due_on = NULL",
    ]
    for change in changes:
        frozen = pytest.raises(IntegrityError, match=r"are not changed|append-only")
        with frozen, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_the_database_counts_a_notice_once(clerk, reviewer):
    notice = makers.notice(makers.person(), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    twice = SubsidyStatement.objects.create(
        number="B-X",
        kind="month",
        period_from=D(2009, 12, 1),
        period_until=D(2009, 12, 31),
        policy_version=1,
        policy_hash=makers.HASH,
    )
    SubsidyItem.objects.create(
        statement=twice,
        notice=notice,
        district=notice.district,
        category="elderly",
        tier="ordinary",
        government=100,
        city=55,
        district_share=45,
    )
    twice.status, twice.issued_on, twice.due_on, twice.hash = "issued", AFTER, AFTER, makers.HASH
    with pytest.raises(IntegrityError, match="other than once"), transaction.atomic():
        twice.save()


@pytest.mark.django_db(transaction=True)
def test_two_officers_preparing_the_same_period_make_one():
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    clerks = [factories.actor(Role.AGENCY_CLERK) for _ in range(4)]
    done, raised = at_once(4, lambda index: services.prepare_statement(**WINDOW, by=clerks[index]))
    assert len(done) == 1
    assert [type(error) for error in raised] == [Conflict] * 3
    assert SubsidyItem.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_issuing_the_same_statement_issue_it_once():
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = signing.checked(
        prepared(factories.actor(Role.AGENCY_CLERK)), factories.actor(Role.AGENCY_REVIEWER, username="checker")
    )
    reviewers = [factories.actor(Role.AGENCY_REVIEWER, username=f"reviewer-{index}") for index in range(4)]
    done, raised = at_once(
        4, lambda index: services.issue_statement(number=statement.number, version=2, by=reviewers[index])
    )
    assert len(done) == 1
    assert [type(error) for error in raised] == [Conflict] * 3
    winner = SubsidyStatement.objects.get().approved_by.username
    assert all(winner in str(error) for error in raised)
    assert AuditEntry.objects.filter(verb="statements.issue").count() == 1


@pytest.mark.django_db(transaction=True)
def test_payments_at_once_never_pass_what_is_owed():
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    clerk = factories.actor(Role.AGENCY_CLERK)
    statement = issued(clerk, factories.actor(Role.AGENCY_REVIEWER))
    done, raised = at_once(4, lambda index: book(statement, by=clerk, amount=yuan(20), bank_reference=f"R{index}"))
    assert len(done) == 2
    assert [type(error) for error in raised] == [Refused] * 2
