"""What waits for whom: the queues of each role, scoped by the actor. Navigation counts them, home pages show them."""

import datetime
from collections.abc import Callable

from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role

from .care import referrals_requested, settlements_to_correct, stays_in_house, stays_to_review, stays_to_settle
from .handing import lists_to_issue, outpatient_to_decide
from .money import (
    bank_returns,
    collections_to_record,
    documents_to_check,
    months_to_close,
    notices_to_pay,
    receipts_unmatched,
    statements_overdue,
    statements_to_sign,
)
from .paying import (
    bank_accounts_to_confirm,
    declarations_to_pay,
    declarations_waiting,
    payment_batches_with_the_bank,
)
from .people import cards_waiting, merges_to_decide, registrations_waiting, transfers_to_answer
from .queue import COUNT_AT_MOST, ROWS, Queue, Row, counts_of
from .reimbursement import (
    payment_lists_with_the_bank,
    reimbursements_to_complete,
    reimbursements_to_examine,
    reimbursements_to_pay,
    reimbursements_to_release,
)
from .watching import findings_waiting, inspections_to_decide, reports_to_handle, versions_to_apply

__all__ = [
    "COUNT_AT_MOST",
    "QUEUES",
    "ROWS",
    "Queue",
    "Row",
    "counts_of",
    "lists_to_issue",
    "outpatient_to_decide",
    "queues_of",
    "receipts_unmatched",
    "referrals_requested",
    "stays_to_settle",
]

Maker = Callable[[Actor, datetime.date], Queue]

# What each role has to do, in the order of the home page.
QUEUES: dict[Role, tuple[Maker, ...]] = {
    Role.COMMUNITY: (registrations_waiting, transfers_to_answer, notices_to_pay, cards_waiting),
    Role.SCHOOL: (registrations_waiting, notices_to_pay),
    Role.SUBDISTRICT: (registrations_waiting,),
    Role.DISTRICT: (registrations_waiting,),
    Role.AGENCY_CLERK: (
        registrations_waiting,
        stays_to_review,
        stays_to_settle,
        reimbursements_to_complete,
        reimbursements_to_examine,
        declarations_waiting,
        settlements_to_correct,
        collections_to_record,
        statements_to_sign,
        statements_overdue,
        reports_to_handle,
        findings_waiting,
        cards_waiting,
    ),
    Role.AGENCY_REVIEWER: (
        registrations_waiting,
        receipts_unmatched,
        stays_to_review,
        reimbursements_to_release,
        reimbursements_to_pay,
        payment_lists_with_the_bank,
        declarations_waiting,
        declarations_to_pay,
        payment_batches_with_the_bank,
        bank_accounts_to_confirm,
        bank_returns,
        referrals_requested,
        outpatient_to_decide,
        settlements_to_correct,
        lists_to_issue,
        transfers_to_answer,
        merges_to_decide,
        statements_to_sign,
        documents_to_check,
        months_to_close,
        reports_to_handle,
        findings_waiting,
        inspections_to_decide,
        versions_to_apply,
    ),
    Role.HOSPITAL: (stays_to_settle, stays_in_house, declarations_waiting),
    Role.CITY_FINANCE: (),
    Role.DISTRICT_FINANCE: (),
    Role.SUPERVISOR: (findings_waiting,),
    Role.ADMINISTRATOR: (),
}


def queues_of(actor: Actor, today: datetime.date) -> list[Queue]:
    """The queues of the actor's role; none is asked of the database before it is counted or shown."""
    return [make(actor, today) for make in QUEUES[actor.role]] if actor.role else []
