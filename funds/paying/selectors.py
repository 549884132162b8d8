"""What a declaration has to hold, and reading declarations, batches and bank accounts within the scope of who asks."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from claims.inspections.models import Inspection
from claims.inspections.selectors import YUAN, given_back_later, repayment_of, with_sums
from claims.models import Institution, Settlement
from claims.selectors import institution_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.offices.roles import Role

from . import rules
from .models import (
    Declaration,
    DeclarationDeduction,
    DeclarationItem,
    InstitutionAccount,
    InstitutionPayment,
    PaymentBatch,
)

Status = Declaration.Status
# The agency's own steps of the review, and what each waits for.
STEPS = {Status.SUBMITTED: "declarations.examine", Status.EXAMINED: "declarations.check"}
STEPS |= {Status.CHECKED: "declarations.approve"}


# --- what a declaration has to hold ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Content:
    """What a declaration holds when it is drawn now: settlements claimed and taken back, the declarations whose rest
    it takes, the inspections that something is owed for (their keys by their numbers), and the sums.
    """

    claimed: Sequence[Settlement]
    reversed: Sequence[Settlement]
    carries: Sequence[Declaration]
    inspections: dict[str, int]
    total: Decimal
    sums: rules.Sums

    @property
    def empty(self) -> bool:
        """Whether there is nothing to declare; what the institution only owes waits for settlements."""
        return not self.claimed and not self.reversed and all(each.amount > ZERO for each in self.sums.deductions)


def content_of(institution: Institution, month: datetime.date, declaration: int | None = None) -> Content:
    """What the institution's declaration of a month (its first day) holds now; that with the key `declaration` aside,
    which is drawn anew.
    """
    last = rules.last_day(month)
    claimed = list(to_claim(institution, last, declaration))
    undone = list(to_take_back(institution, declaration))
    carries = list(
        Declaration.objects.filter(institution=institution, status=Status.SET_OFF, carried_out__gt=0)
        .filter(Q(carried_into=None) | Q(carried_into=declaration))
        .order_by("pk")
    )
    owed, keys = owed_by(institution, declaration)
    sums = rules.declare(
        settled=[row.fund for row in claimed],
        taken_back=[row.fund for row in undone],
        carried_in=sum((row.carried_out for row in carries), ZERO),
        owed=owed,
    )
    total: Decimal = sum((row.total for row in claimed), ZERO)
    return Content(claimed, undone, carries, keys, total, sums)


def declared(sign: int, besides: int | None) -> Exists:
    """Whether a settlement stands in a declaration, claimed or taken back; one aside."""
    items = DeclarationItem.objects.filter(settlement=OuterRef("pk"), sign=sign)
    return Exists(items.exclude(declaration=besides) if besides else items)


def to_claim(institution: Institution, last: datetime.date, besides: int | None) -> QuerySet[Settlement]:
    """Live settlements that were decided until a day and stand in no declaration; where the fund pays nothing, there
    is nothing to declare. Outpatient claims alike; what residents paid themselves is paid to them.
    """
    rows = Settlement.objects.filter(
        stay__institution=institution, stay__self_paid=False, live=True, fund__gt=0, decided_on__lte=last
    )
    rows = rows.filter(~declared(1, besides), paid_out_on=None).order_by("decided_on", "number")
    return rows.only("fund", "total")


def to_take_back(institution: Institution, besides: int | None) -> QuerySet[Settlement]:
    """A4: settlements that went to the bank with a declaration, were reversed since, and came off no other. What is
    known comes off the next one, also where it was reversed after the month.
    """
    rows = Settlement.objects.filter(
        live=False,
        declared__sign=1,
        declared__declaration__institution=institution,
        declared__declaration__status__in=Declaration.CLOSED,
    )
    return rows.filter(~declared(-1, besides)).order_by("reversal__reversed_on", "number").only("fund", "total")


def owed_by(institution: Institution, besides: int | None) -> tuple[list[rules.Owed], dict[str, int]]:
    """S1: what is still to be deducted for decided inspections, the oldest first, and their keys: what they claim less
    what was deducted, and less what other declarations are about to deduct. A revoked one claims nothing.
    """
    states = (Inspection.Status.DECIDED, Inspection.Status.REVOKED)
    rows = Inspection.objects.filter(institution=institution, status__in=states, decided_on__lte=clock.today())
    pending = DeclarationDeduction.objects.filter(
        declaration__institution=institution, declaration__closed_on=None
    ).exclude(declaration=besides)
    reserved: dict[int, Decimal] = dict(
        pending.order_by().values_list("inspection").annotate(sum=Sum("amount", default=ZERO))
    )
    owed, keys = [], {}
    for row in with_sums(rows).order_by("decided_on", "number"):
        claimed = row.claimed if row.status == Inspection.Status.DECIDED else ZERO  # type: ignore[attr-defined]
        amount = claimed - row.deducted - reserved.get(row.pk, ZERO)  # type: ignore[attr-defined]
        if amount:
            owed.append(rules.Owed(row.number, amount))
            keys[row.number] = row.pk
    return owed, keys


def is_fresh(declaration: Declaration) -> bool:
    """Whether a declaration holds just what would be drawn now."""
    now = content_of(declaration.institution, declaration.month, declaration.pk)
    items = set(declaration.items.values_list("settlement", "sign"))
    wanted = {(row.pk, 1) for row in now.claimed} | {(row.pk, -1) for row in now.reversed}
    deductions = dict(declaration.deductions.values_list("inspection__number", "amount"))
    return (
        items == wanted
        and deductions == {each.number: each.amount for each in now.sums.deductions}
        and declaration.carried_in == now.sums.carried_in
        and declaration.payable == now.sums.payable
    )


def wrong_in(declaration: Declaration) -> list[tuple[str, str]]:
    """What must not be paid of a frozen declaration, as ("settlement", number) where it was reversed since, and
    ("inspection", number) where something else is outstanding by now.
    """
    reversed_since = declaration.items.filter(sign=1, settlement__live=False)
    found = [("settlement", number) for number in reversed_since.values_list("settlement__number", flat=True)]
    for line in declaration.deductions.select_related("inspection"):
        inspection = line.inspection
        owed = repayment_of(inspection)
        left = owed.claimed - owed.deducted
        stands = inspection.status == Inspection.Status.DECIDED or line.amount < 0
        if not stands or not (0 < line.amount <= left or left <= line.amount < 0):
            found.append(("inspection", inspection.number))
    return found


def carried(institution: Institution) -> Decimal:
    """What of an institution's declarations still comes off a payment, in yuan: it was set off and is carried on, and
    no declaration that took it over is paid or set off; and what is deducted from a payment that has not arrived.
    """
    own = Declaration.objects.filter(institution=institution).order_by()
    over = own.filter(status=Status.SET_OFF).exclude(carried_into__status__in=[Status.PAID, Status.SET_OFF])
    on_the_way = own.filter(status__in=[Status.LISTED, Status.RETURNED])
    sums = (
        over.aggregate(sum=Sum("carried_out", default=ZERO))["sum"],
        on_the_way.aggregate(sum=Sum("deducted", default=ZERO))["sum"],
    )
    return Decimal(sum(sums, ZERO))


# --- reading ---------------------------------------------------------------------------------------------------------


def declarations_visible_to(actor: Actor) -> QuerySet[Declaration]:
    """All declarations for the agency, the city's finance office and the supervisor; an institution's own for its
    users.
    """
    rows = Declaration.objects.select_related(
        "institution__office", "submitted_by", "examined_by", "checked_by", "approved_by"
    )
    if not actor.may("declarations.see"):
        return rows.none()
    own = institution_of(actor)
    if actor.role is Role.HOSPITAL:
        return rows.filter(institution=own) if own else rows.none()
    return rows


def waiting_for(actor: Actor) -> QuerySet[Declaration]:
    """Declarations at a step that the actor may take and took no other of; the oldest month first."""
    rows = declarations_visible_to(actor)
    steps = Q(status__in=[status for status, verb in STEPS.items() if actor.may(verb)])
    if actor.may("declarations.confirm"):
        drafts = Q(status=Status.DRAFT)
        steps |= (
            drafts if actor.role is Role.HOSPITAL else drafts & ~Q(Exists(users_of(OuterRef("institution__office"))))
        )
    rows = rows.filter(steps)
    if actor.user_id is not None:
        for step in ("submitted_by", "examined_by", "checked_by"):
            rows = rows.exclude(**{step: actor.user_id})
    return rows.order_by("month", "number")


def to_pay(actor: Actor) -> QuerySet[Declaration]:
    """Declarations that wait for a batch: approved ones, and those whose payment came back. Each with `account`, the
    key of the bank account that they would be paid to today.
    """
    rows = declarations_visible_to(actor).filter(status__in=[Status.APPROVED, Status.RETURNED])
    return rows.order_by("month", "number")


def accounts_on(day: datetime.date, institutions: Sequence[int]) -> dict[int, InstitutionAccount]:
    """The bank account that each of these institutions (keys) is paid to on a day, where it has one."""
    rows = InstitutionAccount.objects.filter(
        institution__in=institutions, status=InstitutionAccount.Status.CONFIRMED, starts__lte=day
    )
    return {row.institution_id: row for row in rows.order_by("institution_id", "-starts").distinct("institution_id")}


def returned_by(declarations: Iterable[int]) -> dict[int, int | None]:
    """Who recorded by hand that the last payment of each of these declarations (keys) came back (the key of the user),
    where one did; None where the bank's result says it.
    """
    rows = InstitutionPayment.objects.filter(
        declaration__in=list(declarations), status=InstitutionPayment.Status.RETURNED
    ).order_by("declaration", "-pk")
    return dict(rows.distinct("declaration").values_list("declaration", "returned_by"))


def bank_accounts_visible_to(actor: Actor) -> QuerySet[InstitutionAccount]:
    """The bank accounts of institutions, for the agency and the supervisor; an institution's own for its users."""
    rows = InstitutionAccount.objects.select_related("institution__office", "made_by", "decided_by")
    if not actor.may("bank_accounts.see"):
        return rows.none()
    if actor.role is Role.HOSPITAL:
        return rows.filter(institution=institution_of(actor))
    return rows


def accounts_to_confirm(actor: Actor) -> QuerySet[InstitutionAccount]:
    """Bank accounts that others entered and nobody confirmed yet."""
    rows = bank_accounts_visible_to(actor).filter(status=InstitutionAccount.Status.PROPOSED)
    rows = rows if actor.may("bank_accounts.confirm") else rows.none()
    return rows.exclude(made_by=actor.user_id).order_by("entered_on", "pk")


def batches_visible_to(actor: Actor) -> QuerySet[PaymentBatch]:
    """The payment batches that the actor may see, with how many payments they have (`count`), how many of these
    came back (`returned`), and their `sum` in yuan.
    """
    rows = PaymentBatch.objects.select_related("made_by")
    if not actor.may("batches.see"):
        return rows.none()
    return rows.annotate(
        count=Count("payments"),
        returned=Count("payments", filter=Q(payments__status="returned")),
        sum=Coalesce(Sum("payments__amount"), ZERO, output_field=YUAN),
    )


def unpaid_batches(actor: Actor) -> QuerySet[PaymentBatch]:
    """Batches with payments of which the bank has said nothing yet, the oldest first."""
    open_ones = InstitutionPayment.objects.filter(status=InstitutionPayment.Status.LISTED)
    return batches_visible_to(actor).filter(pk__in=open_ones.values("list")).order_by("number")


def payments_visible_to(actor: Actor) -> QuerySet[InstitutionPayment]:
    """The payments to institutions that the actor may see; an institution's users see its own."""
    rows = InstitutionPayment.objects.select_related("list", "declaration__institution__office", "account")
    return rows.filter(declaration__in=declarations_visible_to(actor).values("pk"))


def users_of(office: Any) -> QuerySet[Posting]:
    """The postings of an institution's office in which somebody can confirm its declarations today."""
    posted = Posting.objects.in_force(clock.today()).filter(office=office, role=Role.HOSPITAL)
    return posted.filter(user__is_active=True)


def institutions_to_declare(last: datetime.date) -> list[str]:
    """The codes of institutions with something decided until a day, or reversed, or to be given back, that no
    declaration has.
    """
    fresh = Settlement.objects.filter(
        stay__self_paid=False, live=True, fund__gt=0, paid_out_on=None, decided_on__lte=last
    ).filter(~declared(1, None))
    undone = Settlement.objects.filter(
        live=False,
        declared__sign=1,
        declared__declaration__status__in=Declaration.CLOSED,
    ).filter(~declared(-1, None))
    on_the_way = DeclarationDeduction.objects.filter(amount__lt=0, declaration__closed_on=None)
    too_much = given_back_later().exclude(pk__in=on_the_way.order_by().values("inspection"))
    owing = Institution.objects.filter(
        Q(pk__in=too_much.order_by().values("institution"))
        | Q(pk__in=fresh.order_by().values("stay__institution"))
        | Q(pk__in=undone.order_by().values("stay__institution"))
    )
    return list(owing.order_by("code").values_list("code", flat=True))


def with_account(rows: QuerySet[Declaration], day: datetime.date) -> QuerySet[Declaration]:
    """Declarations with `account`, the key of the bank account that they would be paid to on a day; None without."""
    accounts = InstitutionAccount.objects.filter(
        institution=OuterRef("institution"), status=InstitutionAccount.Status.CONFIRMED, starts__lte=day
    )
    return rows.annotate(account=Subquery(accounts.order_by("-starts").values("pk")[:1]))


def newest_first(rows: QuerySet[Declaration]) -> QuerySet[Declaration]:
    return rows.order_by(F("month").desc(), "institution__code")
