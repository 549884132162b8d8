"""Settlements, declarations and payments of institutions as the tests need them."""

import datetime
import uuid
from typing import Any

from claims import services as claims_services
from claims.models import Institution, Reversal, Settlement
from claims.transfers import results
from funds.paying import services
from funds.paying.models import Declaration, InstitutionAccount, InstitutionPayment, PaymentBatch
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.claims import makers as claims

D = datetime.date
TODAY = D(2009, 8, 10)
JULY, JUNE = D(2009, 7, 1), D(2009, 6, 1)
ACCOUNTS = ("0410001234567", "0410007654321")
IN_JULY, IN_AUGUST, SINCE = D(2009, 7, 20), D(2009, 8, 5), D(2009, 1, 1)


def somebody(role: Role, username: str, office: Any = None) -> Actor:
    """Always the same user for a name."""
    posting = Posting.objects.select_related("user", "office").filter(user__username=username).first()
    return Actor.of_posting(posting) if posting else factories.actor(role, office, username=username)


def clerk() -> Actor:
    return somebody(Role.AGENCY_CLERK, "agency-clerk")


def reviewer() -> Actor:
    return somebody(Role.AGENCY_REVIEWER, "agency-reviewer")


def approver() -> Actor:
    return somebody(Role.AGENCY_REVIEWER, "agency-approver")


def hospital(code: str = "H3") -> Actor:
    return somebody(Role.HOSPITAL, f"user-{code}", claims.institution(code).office)


def settled(code: str = "H3", amount: str = "5000.00", *, on: datetime.date = IN_JULY) -> Settlement:
    """A stay of a person of its own, settled on a day: of 5,000 yuan the fund pays 2,025."""
    with clock.on_day(on):
        return claims.settled(
            claims.insured(),
            hospital(code),
            (amount,),
            on=(on - datetime.timedelta(days=10)).isoformat(),
            until=(on - datetime.timedelta(days=3)).isoformat(),
        )


def undone(settlement: Settlement, *, on: datetime.date = IN_AUGUST, by: Actor | None = None) -> Reversal:
    """Reversed by the agency on a day; at the desk where it was paid already."""
    with clock.on_day(on):
        settlement.refresh_from_db()
        if settlement.paid_out_on is not None:
            return claims.reversed_at_the_desk(settlement, asks=by)
        return claims_services.reverse_settlement(
            number=settlement.number, reason="entered twice", by=by or reviewer()
        )


def account(code: str = "H3", number: str = ACCOUNTS[0], *, starts: datetime.date = SINCE) -> InstitutionAccount:
    """A confirmed bank account."""
    claims.institution(code)
    made = services.enter_account(
        institution=code, holder=f"医院{code}", bank="辽阳市商业银行", account_number=number, starts=starts, by=clerk()
    )
    return services.confirm_account(key=made.pk, account_number=number, by=reviewer())


def fresh(declaration: Declaration) -> Declaration:
    return Declaration.objects.select_related("institution__office").get(pk=declaration.pk)


def drawn(code: str = "H3", month: datetime.date = JULY) -> Declaration:
    return services.draw_declaration(institution=code, month=month, by=clerk())


def confirmed(declaration: Declaration) -> Declaration:
    by = hospital(declaration.institution.code)
    return services.confirm_declaration(number=declaration.number, version=fresh(declaration).version, by=by)


def approved(declaration: Declaration) -> Declaration:
    """From a draft, or from where it is, to approved: by four people."""
    made = fresh(declaration)
    if made.status == "draft":
        made = confirmed(made)
    if made.status == "submitted":
        made = services.examine_declaration(number=made.number, version=made.version, by=clerk())
    if made.status == "examined":
        made = services.check_declaration(number=made.number, version=made.version, by=reviewer())
    return services.approve_declaration(number=made.number, version=made.version, by=approver())


def batch(*declarations: Declaration) -> PaymentBatch:
    """A batch of them; institutions without an account get one."""
    for declaration in declarations:
        if not InstitutionAccount.objects.filter(institution=declaration.institution_id).exists():
            account(declaration.institution.code)
    numbers = [declaration.number for declaration in declarations]
    return services.make_batch(submission=uuid.uuid4(), declarations=numbers, by=reviewer())


def paid(found: PaymentBatch, *, on: datetime.date = TODAY, reference: str = "") -> PaymentBatch:
    return services.record_paid(
        number=found.number,
        version=PaymentBatch.objects.get(pk=found.pk).version,
        paid_on=on,
        bank_reference=reference or f"REF-{found.number}",
        by=reviewer(),
    )


def came_back(payment: InstitutionPayment, *, on: datetime.date = TODAY) -> InstitutionPayment:
    return services.record_returned(number=payment.number, returned_on=on, reason="wrong account", by=approver())


def paid_for(*settlements: Settlement, month: datetime.date = JULY) -> Declaration:
    """The declaration of a month, drawn for these, up to the payment."""
    made = approved(drawn(settlements[0].stay.institution.code, month))
    paid(batch(made))
    return fresh(made)


def result_file(found: PaymentBatch, returned: dict[str, str] | None = None, *, reference: str = "BK-1") -> bytes:
    """What the bank says of a batch: everything paid but what `returned` names with its reason."""
    returned = returned or {}
    rows = list(found.payments.filter(status="listed").order_by("number"))
    lines = [f"H,{results.MARK},{found.number},{TODAY},{reference}"]
    for row in rows:
        reason = returned.get(row.number, "")
        lines.append(f"{'R' if reason else 'P'},{row.number},{row.amount:.2f}" + (f",{reason}" if reason else ""))
    sums = {back: [row.amount for row in rows if (row.number in returned) == back] for back in (False, True)}
    paid_sum, back_sum = sum(sums[False]), sum(sums[True])
    lines.append(f"T,{len(sums[False])},{paid_sum:.2f},{len(sums[True])},{back_sum:.2f}")
    return "\r\n".join(lines).encode("gb18030")


def institution(code: str = "H3") -> Institution:
    return Institution.objects.get(code=code)
