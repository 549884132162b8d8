"""Subsidy statements: what they hold, who may do what when (F2, F3, C3)."""

import dataclasses
import datetime

import pytest

from funds import services
from funds.models import SubsidyItem, SubsidyStatement
from funds.selectors import (
    candidates,
    sums_of,
    table_of,
)
from funds.selectors.drawing import Sums
from funds.selectors.figures import seal_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories, signing

from . import makers
from .makers import yuan
from .steps import AFTER, IN_WINDOW, WINDOW, book, held, issued, prepared, refusal

D = datetime.date

# --- what a statement holds ------------------------------------------------------------------------------------------


def test_a_statement_holds_the_paid_notices_of_its_period_with_a_government_part(clerk):
    paid = makers.notice(makers.person(), paid_on=D(2009, 10, 1))
    last = makers.notice(makers.person(), government=220, personal=80, tier="low_income", paid_on=D(2009, 11, 30))
    makers.notice(makers.person())
    makers.notice(makers.person(), personal=300, government=0, paid_on=IN_WINDOW)
    makers.notice(makers.person(), year=2009, paid_on=D(2009, 9, 30))
    makers.notice(makers.person(), paid_on=D(2009, 12, 1))
    makers.give_back(makers.notice(makers.person(), paid_on=IN_WINDOW).receipts.get(), D(2009, 10, 20))

    statement = prepared(clerk, on=D(2009, 12, 2))

    assert held(statement) == {(paid.number, 1, yuan(100)), (last.number, 1, yuan(220))}
    assert (statement.period_from, statement.period_until) == (D(2009, 10, 1), D(2009, 11, 30))
    # C3: 100 → 55 + 45, 220 → 121 + 99.
    assert sums_of(statement) == Sums(2, yuan(320), yuan(176), yuan(144))


def test_shares_of_the_sum_are_the_sums_of_the_shares(clerk):
    """C3: the quarter of 2008, 10.00, gives 5.50; three times 0.01 would give 0.03 where 55 % of the sum is 0.02."""
    for _ in range(3):
        makers.notice(makers.person(), year=2009, government="0.01", paid_on=D(2009, 2, 3))
    statement = prepared(clerk, on=D(2009, 3, 1), kind="month", period_from=D(2009, 2, 1))
    assert sums_of(statement) == Sums(3, yuan("0.03"), yuan("0.03"), yuan(0))


def test_the_table_groups_by_district_category_and_tier_and_keeps_corrections_apart(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    returned = makers.notice(makers.person(), paid_on=IN_WINDOW)
    makers.notice(makers.person(), personal=40, government=40, category="minor", paid_on=IN_WINDOW)
    makers.notice(makers.person("211003001001"), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    makers.give_back(returned.receipts.get(), D(2009, 12, 5))
    makers.notice(makers.person("211003001001"), paid_on=D(2009, 12, 6))
    december = prepared(clerk, on=D(2010, 1, 1), kind="month", period_from=D(2009, 12, 1))

    table = table_of(SubsidyStatement.objects.get(kind="window").sums.all())
    assert [(group.district.code, group.sums.persons) for group in table.claims] == [("211002", 3), ("211003", 1)]
    rows = [(row.category, row.tier, row.sums.persons) for row in table.claims[0].rows]
    assert rows == [("minor", "ordinary", 1), ("elderly", "ordinary", 2)]
    assert table.corrections == []
    assert table.total == Sums(4, yuan(340), yuan(187), yuan(153))

    table = table_of(december.sums.all())
    assert table.claimed == Sums(1, yuan(100), yuan(55), yuan(45))
    assert table.corrected == Sums(-1, yuan(-100), yuan(-55), yuan(-45))
    assert table.total == Sums()
    assert [(group.district.code, group.sums.government) for group in table.districts] == [
        ("211002", yuan(-100)),
        ("211003", yuan(100)),
    ]


def test_what_arrives_late_goes_into_the_next_statement(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    # C6: dated inside the window, and recorded only in December.
    late = makers.notice(makers.person(), paid_on=D(2009, 11, 30))
    december = makers.notice(makers.person(), paid_on=D(2009, 12, 4))
    statement = issued(clerk, reviewer, D(2010, 1, 4), kind="month", period_from=D(2009, 12, 1))
    assert held(statement) == {(late.number, 1, yuan(100)), (december.number, 1, yuan(100))}


def test_a_move_that_becomes_known_later_corrects_the_districts(clerk, reviewer):
    moved = makers.notice(makers.person(), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    moved.district = factories.district("211003")
    moved.save()
    statement = issued(clerk, reviewer, D(2010, 1, 4), kind="month", period_from=D(2009, 12, 1))
    lines = set(statement.items.values_list("district__code", "persons", "district_share"))
    assert lines == {("211002", -1, yuan(-45)), ("211003", 1, yuan(45))}
    assert sums_of(statement) == Sums()


def test_a_move_that_turns_out_wrong_is_corrected_back(clerk, reviewer):
    moved = makers.notice(makers.person(), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    here, there = moved.district, factories.district("211003")
    for district, on, first in ((there, D(2010, 1, 4), D(2009, 12, 1)), (here, D(2010, 2, 4), D(2010, 1, 1))):
        moved.district = district
        moved.save()
        last = issued(clerk, reviewer, on, kind="month", period_from=first)
    lines = set(last.items.values_list("district__code", "persons", "district_share"))
    assert lines == {("211003", -1, yuan(-45)), ("211002", 1, yuan(45))}


def test_a_corrected_notice_is_not_corrected_twice(clerk, reviewer):
    makers.notice(makers.person(), paid_on=D(2009, 12, 8))
    returned = makers.notice(makers.person(), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    makers.give_back(returned.receipts.get(), D(2009, 12, 5))
    # Made anew afterwards, it is still not paid.
    returned.status, returned.paid_on = "remade", None
    returned.save()
    december = issued(clerk, reviewer, D(2010, 1, 4), kind="month", period_from=D(2009, 12, 1))
    assert (returned.number, -1, yuan(-100)) in held(december)
    makers.notice(makers.person(), paid_on=D(2010, 1, 8))
    january = issued(clerk, reviewer, D(2010, 2, 1), kind="month", period_from=D(2010, 1, 1))
    assert all(persons == 1 for _number, persons, _amount in held(january))


# --- prepare ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "kind", "first", "error", "code"),
    [
        (D(2009, 11, 30), "window", D(2009, 10, 1), Refused, "period_not_ended"),
        (D(2009, 12, 1), "month", D(2009, 10, 1), Invalid, "no_such_period"),
        (D(2009, 12, 1), "month", D(2009, 11, 1), Invalid, "no_such_period"),
        (D(2009, 12, 1), "window", D(2009, 9, 1), Invalid, "no_such_period"),
        (D(2009, 12, 1), "month", D(2009, 9, 2), Invalid, "no_such_period"),
        (D(2009, 12, 1), "month", D(2008, 6, 1), Invalid, "invalid"),
        (D(2009, 12, 1), "month", D(2009, 9, 1), Refused, "nothing_to_claim"),
    ],
)
def test_what_cannot_be_prepared(clerk, on: D, kind: str, first: D, error: type[DomainError], code: str):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    with clock.on_day(on):
        assert refusal(error, services.prepare_statement, kind=kind, period_from=first, by=clerk) == code
    assert not SubsidyStatement.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_period_has_one_statement_and_the_second_officer_is_told_whose(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    first = prepared(clerk)
    with clock.on_day(AFTER), pytest.raises(Conflict, match=f"clerk.*{first.number}|{first.number}.*clerk") as caught:
        services.prepare_statement(**WINDOW, by=factories.actor(Role.AGENCY_CLERK))
    assert caught.value.code == "period_has_statement"


def test_one_draft_at_a_time(clerk):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    makers.notice(makers.person(), year=2009, paid_on=D(2009, 9, 3))
    prepared(clerk)
    september = {"kind": "month", "period_from": D(2009, 9, 1)}
    with clock.on_day(AFTER):
        assert refusal(Refused, services.prepare_statement, **september, by=clerk) == "draft_open"


def test_candidates_say_what_each_statement_would_hold(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    makers.notice(makers.person(), year=2009, government=220, paid_on=D(2009, 9, 3))
    makers.notice(makers.person(), paid_on=D(2009, 12, 3))
    found = candidates(D(2009, 12, 5))
    assert [(each.period.key, each.claims.persons, each.total.government) for each in found] == [
        ("month:2009-09-01", 1, yuan(220)),
        ("window:2009-10-01", 1, yuan(100)),
    ]
    for each in found:
        statement = issued(clerk, reviewer, D(2009, 12, 5), kind=each.period.kind, period_from=each.period.first)
        assert sums_of(statement) == each.total
    assert candidates(D(2009, 12, 31)) == []
    assert [each.period.key for each in candidates(D(2010, 1, 1))] == ["month:2009-12-01"]


def test_where_only_corrections_wait_the_last_ended_period_takes_them(clerk, reviewer):
    returned = makers.notice(makers.person(), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    makers.give_back(returned.receipts.get(), D(2010, 2, 5))
    (found,) = candidates(D(2010, 2, 6))
    assert (found.period.key, found.claims.persons, found.corrections.persons) == ("month:2010-01-01", 0, -1)
    issued(clerk, reviewer, D(2010, 2, 6), kind="month", period_from=D(2010, 1, 1))
    assert candidates(D(2010, 2, 6)) == []


# --- redraw, discard, issue ------------------------------------------------------------------------------------------


def test_a_draft_is_drawn_anew(clerk):
    first = makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = prepared(clerk)
    makers.give_back(first.receipts.get(), D(2009, 12, 1))
    other = makers.notice(makers.person(), paid_on=IN_WINDOW)
    again = services.redraw_statement(number=statement.number, version=1, by=clerk)
    assert held(again) == {(other.number, 1, yuan(100))}
    assert again.version == 2
    assert refusal(Conflict, services.redraw_statement, number=statement.number, version=1, by=clerk) == (
        "changed_meanwhile"
    )


def test_a_draft_is_discarded_and_the_period_prepared_again(clerk):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = prepared(clerk)
    services.discard_statement(number=statement.number, version=1, by=clerk)
    assert not SubsidyItem.objects.exists()
    assert refusal(Conflict, services.discard_statement, number=statement.number, version=1, by=clerk)
    assert prepared(clerk).number != statement.number


def test_issuing_freezes_with_date_due_date_and_seal(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = issued(clerk, reviewer, D(2009, 12, 3))
    statement.refresh_from_db()
    assert (statement.status, statement.issued_on, statement.due_on) == ("issued", D(2009, 12, 3), D(2010, 1, 2))
    assert statement.hash == seal_of(statement)
    assert statement.policy_version == 1
    signed = [user.username for user in (statement.made_by, statement.checked_by, statement.approved_by)]
    assert signed == ["clerk", "reviewer", "approver"]
    entry = AuditEntry.objects.get(verb="statements.issue")
    assert entry.changes["government"] == "100.00"
    assert entry.changes["due_on"] == "2010-01-02"


def test_an_issued_statement_is_not_touched_again(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = issued(clerk, reviewer)
    same = {"number": statement.number, "version": statement.version}
    for verb, actor in (
        (services.redraw_statement, clerk),
        (services.discard_statement, clerk),
        (services.sign_statement, clerk),
        (services.check_statement, reviewer),
        (services.issue_statement, reviewer),
    ):
        assert refusal(Conflict, verb, **same, by=actor) == "wrong_state"
    sent_back = {"number": statement.number, "version": statement.version, "reason": "?"}
    assert refusal(Conflict, services.send_back_statement, **sent_back, by=reviewer) == "wrong_state"
    with pytest.raises(Conflict) as caught:
        services.issue_statement(number=statement.number, version=1, by=reviewer)
    assert "approver" in str(caught.value)


def test_three_people_sign(clerk, reviewer):
    """Whatever postings they have: nobody checks or approves what they made, nor approves what they checked."""
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = prepared(clerk)
    both = dataclasses.replace(clerk, role=Role.AGENCY_REVIEWER)
    at = {"number": statement.number, "version": 1}
    assert refusal(NotAllowed, services.check_statement, **at, by=both) == "own_entry"
    # Not checked, it is not approved.
    assert refusal(Conflict, services.issue_statement, **at, by=reviewer) == "wrong_state"
    with clock.on_day(AFTER):
        checked = services.check_statement(**at, by=reviewer)
    assert (checked.status, checked.version) == ("checked", 2)
    at["version"] = 2
    for same in (both, reviewer):
        assert refusal(NotAllowed, services.issue_statement, **at, by=same) == "own_entry"
    assert SubsidyStatement.objects.get().status == "checked"


def test_a_checked_statement_is_sent_back_with_the_reason(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = signing.checked(prepared(clerk), reviewer)
    at = {"number": statement.number, "version": 2}
    assert refusal(Invalid, services.send_back_statement, **at, reason=" ", by=reviewer) == "no_reason"
    refusal(NotAllowed, services.send_back_statement, **at, reason="?", by=clerk)
    assert refusal(Conflict, services.discard_statement, **at, by=clerk) == "wrong_state"
    back = services.send_back_statement(**at, reason="A payment is missing", by=reviewer)
    assert (back.status, back.checked_by, back.version) == ("draft", None, 3)
    assert AuditEntry.objects.get(verb="statements.send_back").note == "A payment is missing"
    services.discard_statement(number=statement.number, version=3, by=clerk)


def test_drawn_anew_it_has_to_be_checked_again(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = signing.checked(prepared(clerk), reviewer)
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    third = factories.actor(Role.AGENCY_REVIEWER)
    at = {"number": statement.number, "version": 2}
    assert refusal(Conflict, services.issue_statement, **at, by=third) == "draft_is_stale"
    with clock.on_day(AFTER):
        again = services.redraw_statement(**at, by=clerk)
    assert (again.status, again.checked_by, again.version, again.items.count()) == ("draft", None, 3, 2)


def test_who_draws_a_statement_anew_is_its_maker(clerk):
    """What it holds is theirs then, so that they do not check it by another posting."""
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    other = factories.actor(Role.AGENCY_CLERK)
    with clock.on_day(AFTER):
        again = services.redraw_statement(number=prepared(clerk).number, version=1, by=other)
    assert again.made_by_id == other.user_id
    both = dataclasses.replace(other, role=Role.AGENCY_REVIEWER)
    assert refusal(NotAllowed, services.check_statement, number=again.number, version=2, by=both) == "own_entry"


def test_what_a_job_drew_a_clerk_signs_as_its_maker(clerk, reviewer):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = prepared(Actor.job("year"))
    at = {"number": statement.number, "version": 1}
    assert refusal(Refused, services.check_statement, **at, by=reviewer) == "nobody_made_it"
    refusal(NotAllowed, services.sign_statement, **at, by=reviewer)
    assert services.sign_statement(**at, by=clerk).made_by.username == "clerk"
    at["version"] = 2
    assert refusal(Conflict, services.sign_statement, **at, by=clerk) == "signed_already"
    assert services.check_statement(**at, by=reviewer).status == "checked"


def test_a_draft_that_no_longer_says_what_the_records_say_is_not_issued(clerk, reviewer):
    first = makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = prepared(clerk)
    makers.give_back(first.receipts.get(), D(2009, 12, 1))
    at = {"number": statement.number, "version": 1}
    assert refusal(Conflict, services.check_statement, **at, by=reviewer) == "draft_is_stale"
    empty = services.redraw_statement(number=statement.number, version=1, by=clerk)
    assert refusal(Refused, services.check_statement, number=empty.number, version=2, by=reviewer) == (
        "nothing_to_claim"
    )
    assert SubsidyStatement.objects.get().status == "draft"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AGENCY_CLERK])
def test_who_may_not_prepare_or_book(role: Role, clerk):
    makers.notice(makers.person(), paid_on=IN_WINDOW)
    statement = prepared(clerk)
    actor = factories.actor(role) if role is not Role.HOSPITAL else Actor(kind=clerk.kind, name="h", role=role)
    for verb in (services.redraw_statement, services.discard_statement):
        refusal(NotAllowed, verb, number=statement.number, version=1, by=actor)
    refusal(NotAllowed, services.prepare_statement, **WINDOW, by=actor)
    refusal(NotAllowed, book, statement, by=actor)
    if role is not Role.AGENCY_REVIEWER:
        for verb in (services.check_statement, services.issue_statement):
            refusal(NotAllowed, verb, number=statement.number, version=1, by=actor)
