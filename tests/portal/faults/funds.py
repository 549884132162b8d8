"""Faults in statements, the journal and the audit record."""

import datetime
import uuid

from django.db import connection
from django.db.models import QuerySet

from enrollment.contributions.models import Receipt
from enrollment.registration.models import Resident
from funds.models import (
    AccountDay,
    EnteredDocument,
    JournalEntry,
    JournalLeg,
    Month,
    PersonsWorkbook,
    SubsidyItem,
    SubsidyReceipt,
    SubsidyReminder,
    UnstatedNotice,
)
from funds.services import start_preparing
from funds.supervision.services import count_everything
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.runs.models import Chunk

from .planting import (
    FEN,
    YUAN,
    D,
    book,
    change,
    copy,
    entry,
    fault,
    issued,
    named,
    open_notice,
    open_up,
    paid_notice,
    rebook,
    remove,
    reseal,
    settlement,
    window,
)


@fault("statement.items")
def another_category_claimed() -> str:
    item = window().items.filter(persons=1)[0]
    change(item, category="working_age")
    return reseal(item.statement)


@fault("statement.items")
def a_yuan_more_claimed() -> str:
    item = window().items.filter(persons=1)[0]
    change(item, government=item.government + YUAN, city=item.city + YUAN)
    return reseal(item.statement)


@fault("statement.counted")
def claimed_twice() -> str:
    item = issued(kind="month", period_from=D(2009, 1, 1)).items.filter(persons=1)[0]
    copy(item, statement=window())
    reseal(window())
    return item.notice.resident.number


@fault("statement.complete")
def not_claimed() -> str:
    item = window().items.filter(persons=1, notice__status="paid", notice__enrollment__ends=None)[0]
    remove(item)
    reseal(item.statement)
    return item.notice.number


@fault("statement.corrected")
def still_claimed() -> str:
    item = SubsidyItem.objects.get(persons=-1)
    remove(item)
    reseal(item.statement)
    return item.notice.number


@fault("statement.hash")
def another_seal() -> str:
    return change(window(), hash="0" * 64)


@fault("statement.hash")
def dated_a_day_before() -> str:
    statement, day = issued(kind="month"), datetime.timedelta(days=1)
    assert statement.issued_on is not None
    assert statement.due_on is not None
    change(JournalEntry.objects.get(document_number=statement.number), booked_on=statement.issued_on - day)
    return change(statement, issued_on=statement.issued_on - day, due_on=statement.due_on - day)


@fault("statement.period")
def a_day_of_the_next_month() -> str:
    statement = issued(kind="month")
    change(statement, period_until=statement.period_until + datetime.timedelta(days=1))
    return reseal(statement)


@fault("statement.due")
def due_later() -> str:
    statement = issued()
    assert statement.due_on is not None
    change(statement, due_on=statement.due_on + datetime.timedelta(days=1))
    return reseal(statement)


@fault("statement.checker")
def signed_by_two() -> str:
    statement = issued()
    return change(statement, approved_by=statement.made_by)


@fault("statement.checker")
def checked_by_nobody() -> str:
    return change(issued(), checked_by=None)


@fault("subsidy.received")
def more_than_claimed() -> str:
    receipt = SubsidyReceipt.objects.order_by("-amount")[0]
    amount = receipt.amount + 100_000
    rebook("subsidy_receipt", receipt.number, {"1003": amount, "1103": -amount})
    change(receipt, amount=amount)
    return receipt.statement.number


@fault("subsidy.reference")
def a_subsidy_reference_twice() -> str:
    first, second = SubsidyReceipt.objects.order_by("number")[:2]
    return change(second, bank_reference=first.bank_reference)


@fault("statement.sums")
def a_sum_a_yuan_too_large() -> str:
    kept = window().sums.filter(corrections=False)[0]
    change(kept, government=kept.government + YUAN, city=kept.city + YUAN)
    count_everything()
    return kept.statement.number


@fault("statement.sums")
def a_sum_lost() -> str:
    kept = window().sums.all()[0]
    remove(kept)
    count_everything()
    return kept.statement.number


@fault("statement.unstated")
def paid_and_not_on_the_list() -> str:
    """A payment of the period that runs, which the next statement claims."""
    news = UnstatedNotice.objects.filter(notice__status="paid")[0]
    remove(news)
    return news.notice.number


@fault("subsidy.taken_back")
def taken_back_and_not_set_off() -> str:
    return change(SubsidyReceipt.objects.filter(live=True).order_by("number")[0], live=False)


@fault("subsidy.reminded")
def a_day_later_than_it_was() -> str:
    letter = SubsidyReminder.objects.all()[0]
    return change(letter, overdue_days=letter.overdue_days + 1)


@fault("subsidy.reminded")
def a_yuan_more_than_was_claimed() -> str:
    letter = SubsidyReminder.objects.all()[0]
    return change(letter, claimed=letter.claimed + YUAN)


@fault("subsidy.reminded")
def a_credit_that_nobody_has() -> str:
    letter = SubsidyReminder.objects.all()[0]
    return change(letter, set_off=letter.set_off + FEN)


@fault("workbook.whole")
def a_piece_of_the_workbook_changed() -> str:
    workbook = PersonsWorkbook.objects.exclude(ready_on=None)[0]
    piece = workbook.pieces.all()[0]
    change(piece, content=b"?" + bytes(piece.content)[1:])
    return workbook.run


@fault("workbook.whole")
def a_workbook_that_is_deleted_and_still_there() -> str:
    workbook = PersonsWorkbook.objects.exclude(ready_on=None)[0]
    assert workbook.kept_until is not None
    change(workbook, deleted_on=workbook.kept_until + datetime.timedelta(days=1))
    return workbook.run


@fault("run.finished")
def a_part_left_out() -> str:
    chunk = Chunk.objects.filter(run__status="finished").order_by("pk")[0]
    change(chunk, status="waiting", done_at=None)
    return chunk.run.number


@fault("run.preparing")
def prepared_by_nobody() -> str:
    """A statement of the next period, which is not due yet; the audit record tells of it."""
    clerk = Actor.of_posting(Posting.objects.select_related("user", "office").get(user__username="clerk"))
    with clock.on_day(D(2010, 2, 2)):
        made = start_preparing(kind="month", period_from=D(2010, 1, 1), by=clerk, calls=False)
    change(made, status="cancelled", ended_at=made.started_at)
    return made.result


@fault("journal.missing")
def not_posted() -> str:
    row = entry("statement")
    for leg in row.legs.all():
        remove(leg)
    remove(row)
    return named(row)


@fault("journal.missing")
def assigned_and_not_posted() -> str:
    row = entry("assigned_receipt")
    for leg in row.legs.all():
        remove(leg)
    remove(row)
    return named(row)


@fault("journal.double")
def posted_twice() -> str:
    row = entry("receipt")
    book("receipt", row.document_number, row.booked_on, {leg.account.code: leg.amount for leg in row.legs.all()})
    return named(row)


@fault("journal.unknown")
def drawn_from_nothing() -> str:
    return named(book("statement", "T2009-9999999", D(2009, 12, 1), {"1103": YUAN, "410101": -YUAN}))


@fault("journal.unknown")
def returned_and_kept() -> str:
    receipt = paid_notice().receipts.get(status="matched")
    legs = {"400101": receipt.amount, "1003": -receipt.amount}
    return named(book("returned_receipt", receipt.number, D(2009, 12, 1), legs))


@fault("journal.balance")
def one_leg_too_large() -> str:
    leg = entry().legs.all()[0]
    change(leg, amount=leg.amount + YUAN)
    return named(leg.entry)


@fault("journal.amounts")
def both_legs_too_large() -> str:
    row = entry("statement")
    for leg in row.legs.all():
        change(leg, amount=leg.amount * 2)
    return named(row)


@fault("journal.amounts")
def on_another_account() -> str:
    leg = entry().legs.get(account__code="500101")
    change(leg, account=type(leg.account).objects.get(code="500102"))
    return named(leg.entry)


@fault("journal.amounts")
def held_although_matched() -> str:
    """An unmatched receipt booked as a contribution."""
    receipt = Receipt.objects.filter(status="unmatched")[0]
    leg = JournalLeg.objects.get(entry__document_number=receipt.number, account__code="2001")
    change(leg, account=type(leg.account).objects.get(code="400101"))
    return named(leg.entry)


@fault("journal.date")
def booked_a_day_late() -> str:
    row = entry()
    change(row, booked_on=row.booked_on + datetime.timedelta(days=1))
    return named(row)


def open_days() -> QuerySet[AccountDay]:
    """The days no closed month speaks of, but for the bank's, which its own checks speak of."""
    closed = Month.objects.filter(status="closed").latest("first")
    return AccountDay.objects.exclude(account__code="1003").filter(day__gt=closed.last)


@fault("journal.days")
def a_day_a_yuan_too_large() -> str:
    kept = open_days().filter(debits__gt=0)[0]
    change(kept, debits=kept.debits + YUAN)
    return f"{kept.account.code} {kept.day}"


@fault("journal.days")
def a_day_lost() -> str:
    kept = open_days().filter(credits__gt=0)[0]
    remove(kept)
    return f"{kept.account.code} {kept.day}"


@fault("policy.version")
def a_policy_of_other_content() -> str:
    return change(open_notice(), policy_hash="0" * 64)


@fault("policy.version")
def a_policy_nobody_knows() -> str:
    return change(settlement(), policy_version=99)


@fault("audit.seal")
def a_note_rewritten() -> str:
    entry = AuditEntry.objects.filter(seal__isnull=False).order_by("id")[0]
    change(entry, note="nothing happened")
    return str(entry.seal.block_id)


@fault("audit.seal")
def an_entry_out_of_its_block() -> str:
    seal = AuditEntry.objects.filter(seal__isnull=False).order_by("-id")[0].seal
    open_up(type(seal))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditseal WHERE entry_id = %s", [seal.pk])
    return str(seal.block_id)


@fault("audit.missing")
def a_resident_from_nowhere() -> str:
    twin = copy(Resident.objects.filter(enrollments=None)[0], id_number=None)
    return twin.number


@fault("audit.missing")
def entered_by_nobody() -> str:
    document = EnteredDocument.objects.exclude(checked_on=None).filter(kind="interest")[0]
    values = {"status": "entered", "checked_on": None, "checked_by": None, "bank_reference": "NOBODY"}
    return copy(document, **values, submission=uuid.uuid4()).number
