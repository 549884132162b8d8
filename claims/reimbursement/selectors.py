"""Reading applications and payment lists: for the agency and the supervisor, for others none."""

import datetime
from decimal import Decimal

from django.db.models import Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from claims.models import FeeLine, Settlement
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor

from .models import PaymentList, Reimbursement, ResidentPayment

Status = Reimbursement.Status
YUAN: "DecimalField[object, object]" = DecimalField(max_digits=14, decimal_places=2)


def visible_to(actor: Actor) -> QuerySet[Reimbursement]:
    """The applications that the actor may see."""
    rows = Reimbursement.objects.select_related(
        "stay__resident", "stay__institution__office", "stay__diagnosis", "made_by", "examined_by", "decided_by"
    )
    return rows if actor.may("reimbursements.see") else rows.none()


def lists_visible_to(actor: Actor) -> QuerySet[PaymentList]:
    """The payment lists that the actor may see, with how many payments they have (`count`), how many of these came
    back (`returned`), and their `sum` in yuan.
    """
    rows = PaymentList.objects.select_related("made_by")
    if not actor.may("reimbursements.see"):
        return rows.none()
    return rows.annotate(
        count=Count("payments"),
        returned=Count("payments", filter=Q(payments__status="returned")),
        sum=Coalesce(Sum("payments__amount"), ZERO, output_field=YUAN),
    )


def payments_visible_to(actor: Actor) -> QuerySet[ResidentPayment]:
    """The payments that the actor may see."""
    rows = ResidentPayment.objects.select_related("list", "application__stay__resident", "account", "settlement")
    return rows if actor.may("reimbursements.see") else rows.none()


def with_sums(rows: QuerySet[Reimbursement]) -> QuerySet[Reimbursement]:
    """Applications with `total` (sum of the fee lines) and `fund` (of the live settlement; None without one), in
    yuan.
    """
    lines = FeeLine.objects.order_by().filter(stay=OuterRef("stay")).values("stay").annotate(sum=Sum("amount"))
    live = Settlement.objects.filter(stay=OuterRef("stay"), live=True)
    return rows.annotate(
        total=Coalesce(Subquery(lines.values("sum")), ZERO, output_field=YUAN),
        fund=Subquery(live.values("fund")[:1], output_field=YUAN),
    )


def to_complete(actor: Actor) -> QuerySet[Reimbursement]:
    """Applications whose documents are missing, the earliest term first."""
    return visible_to(actor).filter(status=Status.ENTERED).order_by("due_on", "number")


def to_examine(actor: Actor) -> QuerySet[Reimbursement]:
    """Applications that a clerk examines, the earliest term first."""
    return visible_to(actor).filter(status=Status.COMPLETE).order_by("due_on", "number")


def to_release(actor: Actor) -> QuerySet[Reimbursement]:
    """Examined applications, the earliest term first."""
    return visible_to(actor).filter(status=Status.EXAMINED).order_by("due_on", "number")


def to_pay(actor: Actor) -> QuerySet[Reimbursement]:
    """Released applications of which the fund pays something, in the order of their decisions."""
    released = visible_to(actor).filter(status=Status.RELEASED)
    rows = with_sums(released.filter(stay__settlements__live=True, stay__settlements__fund__gt=0))
    return rows.prefetch_related("accounts").order_by("decided_on", "number")


def returned(actor: Actor) -> QuerySet[Reimbursement]:
    """Applications whose payment came back: another account is needed."""
    return visible_to(actor).filter(status=Status.RETURNED).order_by("decided_on", "number")


def unpaid_lists(actor: Actor) -> QuerySet[PaymentList]:
    """Lists with payments of which the bank has said nothing yet, the oldest first."""
    open_ones = Q(payments__status=ResidentPayment.Status.LISTED)
    return lists_visible_to(actor).filter(pk__in=PaymentList.objects.filter(open_ones).values("pk")).order_by("number")


def live_settlement(application: Reimbursement) -> Settlement | None:
    """The settlement that the application was released with; None where there is none, or it was reversed."""
    return Settlement.objects.filter(stay=application.stay_id, live=True).first()


def open_payment(application: Reimbursement) -> ResidentPayment | None:
    """The payment that is with the bank or was paid; None where there is none, or it came back."""
    return application.payments.exclude(status=ResidentPayment.Status.RETURNED).first()


def lines_total(application: Reimbursement) -> Decimal:
    """What the fee lines come to, in yuan."""
    found = FeeLine.objects.filter(stay=application.stay_id).aggregate(sum=Coalesce(Sum("amount"), ZERO))
    return Decimal(found["sum"])


def paid_of(application: Reimbursement) -> QuerySet[ResidentPayment]:
    """All payments of an application, the first first."""
    return application.payments.select_related("list", "account").order_by("number")


def age_in_days(application: Reimbursement, today: datetime.date) -> int:
    """For how many days the application has been at the agency."""
    return (today - application.received_on).days


def find(rows: QuerySet[Reimbursement], text: str) -> QuerySet[Reimbursement]:
    """The applications with this number, or of the person with this name or personal number."""
    text = text.strip()
    if not text:
        return rows
    own = Q(number=text.upper()) | Q(stay__number=text.upper()) | Q(stay__resident__number=text.upper())
    return rows.filter(own | Q(stay__resident__name__startswith=text))


def newest_first(rows: QuerySet[Reimbursement]) -> QuerySet[Reimbursement]:
    return rows.order_by(F("received_on").desc(), "-number")
