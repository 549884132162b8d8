"""Reading cases of misuse and what is outstanding of them."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from claims.models import Settlement
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor

from .models import MisuseCase, RecoveryItem, RecoveryPayment

Status = MisuseCase.Status
# Who else claims back what the fund paid by settlements: yuan by their keys.
BESIDES: dict[str, Callable[[list[int]], dict[int, Decimal]]] = {}
YUAN: "DecimalField[object, object]" = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What is claimed in a case, what came back, and what is outstanding, in yuan. A decision that was revoked claims
    nothing: what came back by then is more than is owed.
    """

    claimed: Decimal
    received: Decimal

    @property
    def outstanding(self) -> Decimal:
        return max(self.claimed - self.received, ZERO)


def cases_visible_to(actor: Actor) -> QuerySet[MisuseCase]:
    """All cases for the agency and the supervisor, none for others."""
    cases = MisuseCase.objects.select_related("resident__community__parent__parent", "card", "made_by", "decided_by")
    return cases if actor.may("misuse.see") else cases.none()


def with_sums(cases: QuerySet[MisuseCase]) -> QuerySet[MisuseCase]:
    """Cases with what is `claimed` and `received`, in yuan."""
    items = RecoveryItem.objects.filter(case=OuterRef("pk"), settlement__live=True).order_by().values("case")
    payments = RecoveryPayment.objects.filter(case=OuterRef("pk")).order_by().values("case")
    return cases.annotate(
        claimed=Coalesce(Subquery(items.annotate(sum=Sum("amount")).values("sum")), ZERO, output_field=YUAN),
        received=Coalesce(Subquery(payments.annotate(sum=Sum("amount")).values("sum")), ZERO, output_field=YUAN),
    )


def recovery_of(case: MisuseCase) -> Recovery:
    """The sums of one case."""
    claimed = case.items.filter(settlement__live=True).aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"]
    received = case.payments.aggregate(sum=Coalesce(Sum("amount"), ZERO))["sum"]
    if case.status in (Status.DISMISSED, Status.REVOKED):
        claimed = ZERO
    return Recovery(claimed, received)


def recoverable(resident: Resident) -> list[Settlement]:
    """The live settlements by which the fund paid something for the resident, the latest first."""
    rows = Settlement.objects.filter(resident=resident, live=True, fund__gt=0)
    return list(rows.select_related("stay__institution__office").order_by("-settled_on", "-sequence"))


def claimed_in_cases(settlements: list[int], besides: int | None = None) -> dict[int, Decimal]:
    """What cases that stand claim of these settlements, in yuan, by their keys; the case `besides` aside."""
    items = RecoveryItem.objects.filter(
        settlement__in=settlements, case__status__in=[Status.OPEN, Status.DECIDED]
    ).exclude(case=besides)
    return dict(items.order_by().values_list("settlement").annotate(sum=Sum("amount")))


def claimed_elsewhere(settlements: list[int], case: int | None) -> dict[int, Decimal]:
    """What others than the case claim of these settlements, in yuan, by their keys."""
    found = claimed_in_cases(settlements, case)
    for claimed in BESIDES.values():
        for key, amount in claimed(settlements).items():
            found[key] = found.get(key, ZERO) + amount
    return found


def wrote_facts(case: MisuseCase, actor: Actor) -> bool:
    """Whether the actor opened the case or changed its facts: then somebody else decides (U14)."""
    if actor.user_id is None:
        return False
    acts = entries_of(case._meta.label_lower, case.number).filter(verb__in=("misuse.open", "misuse.change"))
    return case.made_by_id == actor.user_id or acts.filter(user_id=actor.user_id).exists()


def case_in_force(resident: Resident, on: datetime.date) -> MisuseCase | None:
    """The decision by which the resident is barred on a day."""
    return MisuseCase.objects.filter(
        resident=resident, status=Status.DECIDED, decided_on__lte=on, barred_until__gte=on
    ).first()
