"""Entering an application at the agency's counter, and putting it right while nobody has examined it."""

import uuid
from collections.abc import Collection
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from claims.models import Stay
from claims.services import admit, cancel_discharge, change_admission, discharge
from claims.services.records import lock_resident, working_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import last_day_of_term
from liaoyang_medins.kernel.errors import Conflict, Invalid
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor

from .. import papers, rules
from ..data import AccountData, ApplicationData
from ..labels import account_problem_text
from ..models import Invoice, PayeeAccount, Reimbursement
from .common import Status, locked, move, record, save

AMOUNT_BELOW = Decimal(10) ** 12
INVOICES_AT_MOST = 50


@transaction.atomic
def enter(*, submission: uuid.UUID, application: ApplicationData, account: AccountData, by: Actor) -> Reimbursement:
    """Enter an application with the stay that the resident paid; it is to be answered within the term. It is complete
    where all documents are there.

    The same `submission` again gives back the first. Raises as `claims.services.admit` and `discharge`; Invalid for an
    account that cannot be one, a document or reason that is none, a total that is none, or without the numbers of the
    invoices; Conflict where one of those was handed in already; NotAllowed.
    """
    by.require("reimbursements.enter")
    # Under the lock, so that of a form that is sent twice at once the second finds what the first made.
    lock_resident(application.admission.resident_number)
    first = Reimbursement.objects.filter(submission=submission).first()
    if first is not None:
        return first
    today = clock.today()
    there = required_papers(application.papers)
    payee = required_account(account)
    require_facts(application)
    invoices = required_invoices(application.invoices)
    stay = admit(admission=application.admission, submission=uuid.uuid5(submission, "stay"), by=by)
    # Before the discharge, so that it does not come to the desk: the application has a way of its own.
    Stay.objects.filter(pk=stay.pk).update(self_paid=True)
    with working_on(stay.number):
        stay = discharge(stay_number=stay.number, discharged_on=application.discharged_on, by=by)
    made = Reimbursement(
        number=next_number("reimbursement", today),
        submission=submission,
        stay=stay,
        status=Status.ENTERED if rules.missing_papers(there) else Status.COMPLETE,
        reason=application.reason,
        received_on=today,
        due_on=last_day_of_term(today, settings.REIMBURSEMENT_DAYS),
        papers=there,
        invoice_total=application.invoice_total,
        made_by_id=by.user_id,
    )
    made.save(force_insert=True)
    write_invoices(made, invoices)
    write_account(made, payee, by)
    kept = papers.keep_acknowledgement(made)
    record(
        made,
        "reimbursements.enter",
        by,
        stay=stay.number,
        reason=made.reason,
        papers=there,
        invoice_total=made.invoice_total,
        invoices=list(invoices),
        account=rules.masked_account(payee.account_number),
        paper=kept.sha256,
    )
    return made


@transaction.atomic
def change(*, number: str, version: int, application: ApplicationData, by: Actor) -> Reimbursement:
    """Put the facts right while nobody has examined them; person and institution stay as they are.

    Raises as `enter`; Conflict where it is examined or was changed meanwhile; Refused where a fee line would lie
    outside the stay.
    """
    by.require("reimbursements.enter")
    found = locked(number, by, version)
    require_open(found)
    require_facts(application)
    invoices = required_invoices(application.invoices)
    before = facts_of(found)
    stay = found.stay.number
    with working_on(stay):
        cancel_discharge(stay_number=stay, by=by)
        change_admission(stay_number=stay, admission=application.admission, by=by)
        discharge(stay_number=stay, discharged_on=application.discharged_on, by=by)
    found.reason, found.invoice_total = application.reason, application.invoice_total
    # Who changed the facts last answers for them: the checker is another one.
    found.made_by_id = by.user_id
    save(found)
    write_invoices(found, invoices)
    after = facts_of(found)
    changes = {name: [before[name], value] for name, value in after.items() if before[name] != value}
    record(found, "reimbursements.change", by, "", **changes)
    return found


@transaction.atomic
def check_papers(*, number: str, version: int, there: Collection[str], by: Actor) -> Reimbursement:
    """Write down which documents are there (codes of rules.Paper): with all of them the application is complete,
    without one it is not. What was handed in is confirmed in writing anew. Conflict where it is examined already.
    """
    by.require("reimbursements.enter")
    found = locked(number, by, version)
    require_open(found)
    codes = required_papers(there)
    before = list(found.papers)
    move(found, Status.ENTERED if rules.missing_papers(codes) else Status.COMPLETE)
    found.papers = codes
    save(found)
    kept = papers.keep_acknowledgement(found)
    record(found, "reimbursements.papers", by, papers=[before, codes], paper=kept.sha256)
    return found


@transaction.atomic
def state_account(*, number: str, version: int, account: AccountData, by: Actor) -> Reimbursement:
    """Another bank account of the resident: before the examination, or after a payment came back, which can be paid
    again then. Invalid for one that cannot be one, or the very account that a payment came back from; Conflict.
    """
    by.require("reimbursements.enter")
    found = locked(number, by, version)
    if found.status not in (*Reimbursement.OPEN, Status.RETURNED):
        raise wrong_state(found)
    payee = required_account(account)
    if found.status == Status.RETURNED:
        if found.accounts.filter(holder=payee.holder, account_number=payee.account_number).exists():
            raise Invalid(
                _("This is the account that the payment came back from. Enter another, or the right holder."),
                field="account_number",
                code="same_account",
            )
        move(found, Status.RELEASED)
    write_account(found, payee, by)
    save(found)
    record(found, "reimbursements.account", by, account=rules.masked_account(payee.account_number))
    return found


@transaction.atomic
def reveal_account(*, number: str, by: Actor) -> str:
    """The whole account number, for who pays; the look is on record. Raises NotAllowed."""
    by.require("reimbursements.pay")
    found = locked(number, by)
    account = found.account
    if account is None:
        raise Invalid(_("No account was stated."), code="no_account")
    record(found, "reimbursements.reveal", by, account=account.masked)
    return account.account_number


# --- what they share -------------------------------------------------------------------------------------------------


def require_open(application: Reimbursement) -> None:
    """Conflict once the application is examined: what was entered stays as it is then."""
    if application.status not in Reimbursement.OPEN:
        raise wrong_state(application)


def wrong_state(application: Reimbursement) -> Conflict:
    return Conflict(
        _("This is not possible any more: the record is now “%(state)s”. Look at it again.")
        % {"state": application.get_status_display()},
        code="wrong_state",
    )


def require_facts(application: ApplicationData) -> None:
    if application.reason not in Reimbursement.Reason.values:
        raise Invalid(_("Choose why the resident paid."), field="reason", code="no_reason")
    total = application.invoice_total
    if not (total.is_finite() and ZERO < total < AMOUNT_BELOW and total == total.quantize(Decimal("0.01"))):
        raise Invalid(_("Enter what the invoices come to."), field="invoice_total", code="no_total")


def required_invoices(printed: Collection[str]) -> tuple[str, ...]:
    """The plain numbers of the invoices. Invalid where there is none, one cannot be one, or one is there twice."""
    numbers = rules.invoice_numbers(" ".join(printed))
    if not numbers:
        raise Invalid(_("Enter the numbers of the invoices."), field="invoices", code="no_invoice")
    if len(numbers) > INVOICES_AT_MOST:
        raise Invalid(
            _("At most %(count)s invoices.") % {"count": INVOICES_AT_MOST}, field="invoices", code="too_many"
        )
    for number in numbers:
        if not rules.is_invoice_number(number):
            raise Invalid(
                _("“%(number)s” is no number of an invoice: 4 to 30 letters, digits and hyphens.")
                % {"number": number[:40]},
                field="invoices",
                code="invoice_malformed",
            )
        if numbers.count(number) > 1:
            raise Invalid(
                _("“%(number)s” is there twice.") % {"number": number}, field="invoices", code="invoice_twice"
            )
    return numbers


def required_papers(there: Collection[str]) -> list[str]:
    """The codes in their order. Invalid where one is none."""
    known = {paper.value for paper in rules.Paper}
    if not set(there) <= known:
        raise Invalid(_("Tick the documents of the list."), field="papers", code="paper_unknown")
    return [paper.value for paper in rules.Paper if paper.value in there]


def required_account(account: AccountData) -> AccountData:
    """The account with a plain number. Invalid where holder or bank is missing, or the number cannot be one."""
    holder, bank = (" ".join(text.split()) for text in (account.holder, account.bank))
    if not holder or len(holder) > 60:
        raise Invalid(_("Enter whose account it is."), field="holder", code="no_holder")
    if not bank or len(bank) > 100:
        raise Invalid(_("Enter the bank and its branch."), field="bank", code="no_bank")
    number = rules.plain_account(account.account_number)
    problem = rules.account_problem(number)
    if problem is not None:
        raise Invalid(account_problem_text(problem), field="account_number", code=problem.value)
    return AccountData(holder, bank, number)


def write_account(application: Reimbursement, account: AccountData, by: Actor) -> None:
    PayeeAccount.objects.create(
        application=application,
        holder=account.holder,
        bank=account.bank,
        account_number=account.account_number,
        stated_on=clock.today(),
        made_by_id=by.user_id,
    )


def write_invoices(application: Reimbursement, numbers: Collection[str]) -> None:
    """Put the numbers in the place of those of before. Conflict where one of the institution was handed in already."""
    application.invoices.all().delete()
    institution = application.stay.institution_id
    known = Invoice.objects.filter(institution=institution, printed__in=numbers).select_related("application").first()
    if known is not None:
        raise handed_in(known.printed, known.application.number)
    try:
        Invoice.objects.bulk_create(
            Invoice(application=application, institution_id=institution, printed=number) for number in numbers
        )
    except IntegrityError as error:
        # Two at once: the database decides which was first.
        raise handed_in(", ".join(numbers), "—") from error


def handed_in(numbers: str, application: str) -> Conflict:
    return Conflict(
        _("Invoice %(numbers)s of this institution was handed in already: application %(application)s.")
        % {"numbers": numbers, "application": application},
        code="invoice_taken",
        field="invoices",
    )


def facts_of(application: Reimbursement) -> dict[str, object]:
    invoices = list(application.invoices.order_by("printed").values_list("printed", flat=True))
    return {"reason": application.reason, "invoice_total": application.invoice_total, "invoices": invoices}
