"""Worked accounting stories: a year told in documents, what each of them books, and the trial balance by hand (F1)."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from funds import services
from funds.models import JournalEntry, Month
from funds.selectors import trial_balance
from liaoyang_medins.kernel import clock
from liaoyang_medins.portal.integrity import check_integrity
from tests import signing
from tests.inspections import makers as checks
from tests.paying import makers as paying

from . import account, makers
from .account import JOB
from .makers import yuan

D = datetime.date
STORIES = sorted((Path(__file__).parent / "stories").glob("*.yaml"))


class Story:
    """The steps by their names; what later steps speak of is kept by its name."""

    def __init__(self) -> None:
        self.things: dict[str, Any] = {}
        self.people: dict[str, Any] = {}

    def person(self, who: str) -> Any:
        if who not in self.people:
            self.people[who] = makers.person()
        return self.people[who]

    def paid(self, on: D, who: str, year: int, personal: int, government: int) -> Any:
        category = "elderly" if personal >= 80 else "minor"
        values = {"personal": personal, "government": government, "category": category}
        return makers.notice(self.person(who), year=year, paid_on=on, **values).receipts.get()

    def unmatched(self, on: D, amount: int) -> Any:
        return makers.receipt(on, amount)

    def given_back(self, on: D, what: str) -> None:
        self.things[what].refresh_from_db()
        makers.give_back(self.things[what], on)

    def assigned(self, on: D, what: str, who: str, **notice: Any) -> None:
        makers.assign(self.things[what], makers.notice(self.person(who), category="minor", **notice))

    def statement(self, on: D, kind: str, first: D) -> Any:
        draft = services.prepare_statement(kind=kind, period_from=first, by=account.clerk())
        return signing.issued(draft, account.reviewer())

    def subsidy(self, on: D, of: str, payer: str, amount: int) -> Any:
        return services.record_subsidy(
            number=self.things[of].number,
            payer=payer,
            amount=yuan(amount),
            paid_on=on,
            bank_reference=f"CZ {on} {payer}",
            by=account.clerk(),
        )

    def entered(self, on: D, kind: str, amount: float, day: D | None = None) -> Any:
        return account.checked(account.entered(str(amount), day or on, kind=kind, on=on), on)

    def corrected(self, on: D, what: str) -> Any:
        return account.correction_of(self.things[what], on)

    def settled(self, on: D) -> Any:
        return paying.settled("H3", on=on)

    def reversed(self, on: D, what: str) -> None:
        paying.undone(self.things[what], on=on)

    def institution_paid(self, on: D, what: str, month: str) -> Any:
        made = paying.approved(paying.drawn("H3", D.fromisoformat(f"{month}-01")))
        return paying.paid(paying.batch(made), on=on)

    def found(self, on: D, what: str, amount: int) -> Any:
        return checks.decided(checks.with_finding(self.things[what], str(amount), inspected_on=on))

    def close(self, on: D, month: str) -> Any:
        return account.closed(D.fromisoformat(f"{month}-01"), on)


def booked_since(last: int) -> tuple[dict[str, Decimal], set[D]]:
    """What the entries after the one with the key `last` come to by account, and their days."""
    legs: dict[str, Decimal] = {}
    entries = JournalEntry.objects.filter(pk__gt=last).prefetch_related("legs__account")
    for entry in entries:
        for leg in entry.legs.all():
            legs[leg.account.code] = legs.get(leg.account.code, Decimal(0)) + leg.amount
    return {code: amount for code, amount in legs.items() if amount}, {entry.booked_on for entry in entries}


@pytest.mark.django_db
@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_year_told_in_documents_comes_to_the_balances_worked_out_by_hand(path: Path, settings):
    settings.REPORT_TERM_DAYS = 30
    told = yaml.safe_load(path.read_text("utf-8"))
    story = Story()
    for step in told["steps"]:
        values = {name: value for name, value in step.items() if name not in ("at", "do", "as", "legs", "booked_on")}
        last = JournalEntry.objects.order_by("pk").values_list("pk", flat=True).last() or 0
        with clock.on_day(step["at"]):
            made = getattr(story, step["do"])(step["at"], **values)
            services.post_documents(by=JOB)
        if "as" in step:
            story.things[step["as"]] = made
        legs, days = booked_since(last)
        assert legs == {str(code): yuan(str(amount)) for code, amount in step.get("legs", {}).items()}, step
        assert days == ({step.get("booked_on", step["at"])} if legs else set()), step
        balance = trial_balance(JOB)
        assert balance.balanced

    for told_balance in told["balances"]:
        found = trial_balance(JOB, told_balance["until"], told_balance["since"])
        assert found.balanced
        rows = {
            row.account.code: [row.opening, row.debits, row.credits, row.closing]
            for row in found.rows
            if row.opening or row.debits or row.credits
        }
        by_hand = {
            str(code): [yuan(str(amount)) for amount in amounts] for code, amounts in told_balance["accounts"].items()
        }
        assert rows == by_hand, told_balance["until"]
    assert Month.objects.filter(status="closed").count() == 12
    looked_at = check_integrity(["journal", "month", "document"])
    assert {result.check.code: result.faults for result in looked_at if result.faults} == {}
