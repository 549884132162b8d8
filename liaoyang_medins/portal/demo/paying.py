"""What the demo's institutions declared and were paid: the months before, one declaration at each step, one that
carries on what it could not take off, a payment that came back, an account that waits, the reversal of a settlement
that was paid, which the hospital asks for.
"""

import datetime
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress

from django.db import transaction
from django.db.models import QuerySet

from claims import services as claims
from claims.handover.models import HandoverLine
from claims.models import Institution, Settlement
from claims.services.settlement import later_settlements
from funds.paying import rules, services
from funds.paying.models import Declaration, PaymentBatch
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import add_months
from liaoyang_medins.kernel.errors import DomainError, Refused
from liaoyang_medins.kernel.offices.actors import Actor

# How far the declarations of the last month went, in the order of the institutions' codes; what is left is paid. Those
# of the first month that were held up come before them, so that a small city has them too.
HELD = ("approved", "listed", "returned")
STEPS = ("examined", "checked", *HELD)
BANKS = ("辽阳市商业银行白塔支行", "中国工商银行辽阳分行", "中国农业银行辽阳文圣支行")
# Months before the last one that are paid whole.
MONTHS = 2
NAMESPACE = uuid.UUID("1f0f7a4e-6a34-4a3b-8a25-08a7f1f3f0c5")


class Paying:
    """Lets institutions and agency work on declarations up to the demo's day."""

    def __init__(self, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.as_of = as_of
        self.actors = actors
        self.users = {actors[name].office: actors[name] for name in ("hospital", "station")}
        self.last = rules.month_before(as_of)

    def work(self) -> None:
        """The accounts, the months before the last one whole, then the last one."""
        decided = Settlement.objects.filter(stay__self_paid=False, fund__gt=0).order_by("decided_on")
        first = decided.values_list("decided_on", flat=True).first()
        if first is None:
            return
        self.accounts()
        # What was decided before stands in the first of them.
        month = max(first.replace(day=1), add_months(self.last, -MONTHS))
        held: list[Declaration] = []
        while month < self.last:
            made = [self.lead(declaration, "approved") for declaration in self.drawn(month)]
            if len(made) > 2 * len(HELD) and not held:
                held = [row for row in made if row.institution.office not in self.users][-len(HELD) :]
            self.pay([row for row in made if row not in held], self.later(month, 12), f"ZF{month:%Y%m}")
            month = rules.last_day(month) + datetime.timedelta(days=1)
        self.reverse_one()
        for declaration, stage in zip(held, HELD, strict=False):
            self.finish(declaration, stage, f"ZF{self.last:%Y%m}-{declaration.number}")
        self.last_month()
        self.ask_reversal()

    # --- accounts ---

    def accounts(self) -> None:
        """A confirmed account of every institution, and of one another that waits."""
        rows = list(Institution.objects.select_related("office").order_by("code"))
        for place, institution in enumerate(rows):
            self.account(institution, place, datetime.date(2008, 7, 1), datetime.date(2008, 7, 2), confirm=True)
        entered = self.as_of - datetime.timedelta(days=3)
        self.account(rows[-1], len(rows), self.as_of, entered, confirm=False)

    def account(
        self, institution: Institution, place: int, starts: datetime.date, on: datetime.date, *, confirm: bool
    ) -> None:
        with clock.on_day(on):
            made = services.enter_account(
                institution=institution.code,
                holder=institution.office.name,
                bank=BANKS[place % len(BANKS)],
                account_number=f"0410{2008_000_000 + 137 * place:012d}",
                starts=starts,
                by=self.actors["clerk"],
            )
            if confirm:
                services.confirm_account(key=made.pk, account_number=made.account_number, by=self.actors["reviewer"])

    # --- declarations ---

    def later(self, month: datetime.date, day: int) -> datetime.date:
        """A day of the month after, the demo's day at the latest."""
        return min((rules.last_day(month) + datetime.timedelta(days=day)), self.as_of)

    def drawn(self, month: datetime.date) -> list[Declaration]:
        """The declarations of a month, drawn on the second day after it."""
        made = []
        with clock.on_day(self.later(month, 2)):
            for institution in Institution.objects.order_by("code"):
                with suppress(Refused):
                    code = institution.code
                    made.append(services.draw_declaration(institution=code, month=month, by=self.actors["clerk"]))
        return made

    def lead(self, declaration: Declaration, to: str) -> Declaration:
        """A drawn declaration as far as a step of its review, a day for each."""
        steps: list[tuple[str, Callable[..., Declaration], str]] = [
            ("submitted", services.examine_declaration, "clerk"),
            ("examined", services.check_declaration, "reviewer"),
            ("checked", services.approve_declaration, "approver"),
        ]
        user = self.users.get(declaration.institution.office)
        with clock.on_day(self.later(declaration.month, 4)):
            declaration = services.confirm_declaration(
                number=declaration.number, version=declaration.version, by=user or self.actors["clerk"]
            )
        for day, (status, verb, who) in enumerate(steps, start=5):
            if declaration.status == status != to:
                with clock.on_day(self.later(declaration.month, day)):
                    declaration = verb(number=declaration.number, version=declaration.version, by=self.actors[who])
        return declaration

    def batch(self, made: list[Declaration], on: datetime.date, name: str) -> PaymentBatch | None:
        numbers = list(
            Declaration.objects.filter(pk__in=[row.pk for row in made], status="approved").values_list(
                "number", flat=True
            )
        )
        if not numbers:
            return None
        with clock.on_day(on):
            return services.make_batch(
                submission=uuid.uuid5(NAMESPACE, name), declarations=numbers, by=self.actors["reviewer"]
            )

    def pay(self, made: list[Declaration], on: datetime.date, reference: str) -> PaymentBatch | None:
        """A batch of what is approved, which the bank carries out the same day."""
        found = self.batch(made, on, reference)
        if found is not None:
            with clock.on_day(on):
                services.record_paid(
                    number=found.number,
                    version=found.version,
                    paid_on=on,
                    bank_reference=reference,
                    by=self.actors["reviewer"],
                )
        return found

    def last_month(self) -> None:
        """The hospital has yet to confirm, the station has confirmed; of the others one is at each further step."""
        others = []
        for declaration in self.drawn(self.last):
            user = self.users.get(declaration.institution.office)
            if user is None:
                others.append(declaration)
            elif user is self.actors["station"]:
                self.lead(declaration, "submitted")
        for place, declaration in enumerate(others):
            stage = STEPS[place] if place < len(STEPS) else "paid"
            made = self.lead(declaration, stage if stage in ("examined", "checked") else "approved")
            self.finish(made, stage, f"ZF{self.last:%Y%m}-{place}")

    def finish(self, made: Declaration, stage: str, reference: str) -> None:
        """An approved declaration after the last month, as far as a stage."""
        if stage == "listed":
            self.batch([made], self.later(self.last, 12), reference)
        elif stage in ("returned", "paid"):
            found = self.pay([made], self.later(self.last, 12), reference)
            if stage == "returned" and found is not None:
                with clock.on_day(self.later(self.last, 14)):
                    services.record_returned(
                        number=found.payments.get().number,
                        returned_on=self.later(self.last, 14),
                        reason="账号与户名不符",
                        by=self.actors["reviewer"],
                    )

    def reverse_one(self) -> None:
        """One settlement that was paid is reversed in the last month, the largest where that is more than the month
        has: it comes off, and the rest is carried on. Its stay is settled again after the month.
        """
        listed = HandoverLine.objects.values("settlement")
        paid = self.paid_stays().filter(repayments=None, recoveries=None).exclude(pk__in=listed)
        paid = paid.exclude(stay__institution__office__in=list(self.users))
        day = min(rules.last_day(self.last), self.as_of) - datetime.timedelta(days=3)
        for settlement in paid.order_by("-fund", "number")[:10]:
            with suppress(DomainError), transaction.atomic(), clock.on_day(day):
                self.reverse(settlement)
                break
        else:
            return
        with suppress(DomainError), transaction.atomic(), clock.on_day(self.later(self.last, 1)):
            claims.settle_stay(stay_number=settlement.stay.number, by=self.actors["clerk"])

    def reverse(self, settlement: Settlement) -> None:
        """The reviewer asks, the clerk examines, another reviewer releases (A4)."""
        stay = settlement.stay.number
        with suppress(Refused):
            claims.reverse_settlement(number=settlement.number, reason="费用清单重复录入", by=self.actors["reviewer"])
        claims.propose(stay_number=stay, finding="经核对，费用清单重复录入", by=self.actors["clerk"])
        claims.release(stay_number=stay, fund=settlement.fund, by=self.actors["approver"])

    def ask_reversal(self) -> None:
        """The hospital found a mistake in what was paid to it already, and asks."""
        hospital = self.actors["hospital"]
        for settlement in self.paid_stays().filter(stay__institution__office=hospital.office).order_by("-number"):
            if not later_settlements(settlement):
                with clock.on_day(self.as_of), suppress(Refused):
                    claims.reverse_settlement(
                        number=settlement.number, reason="床位费多计两天，申请冲销后重新结算", by=hospital
                    )
                return

    def paid_stays(self) -> QuerySet[Settlement]:
        """Live settlements of stays whose institution was paid."""
        paid = Settlement.objects.filter(live=True, paid_out_on__isnull=False, stay__outpatient=False)
        return paid.select_related("stay")
