"""Subsidy statements and what arrives on them; the journal; the seal of the audit record (F1 to F3)."""

import time
from decimal import Decimal

from funds import services
from funds.models import SubsidyStatement
from funds.selectors.balances import balances_of
from liaoyang_medins.kernel.audit.services import seal
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.money import ZERO, fen
from liaoyang_medins.kernel.offices.actors import Actor

from ..steps import Again, Moot, Step, act
from ..who import agency, approver, reviewer

S = SubsidyStatement.Status
# Seconds between two looks whether another sweep has ended.
RESTS = 0.05


def statement_of(step: Step) -> SubsidyStatement:
    """The statement of the step's period. Moot where nothing was to be claimed for it."""
    kind, first = step.args["period"]
    found = SubsidyStatement.objects.filter(kind=kind, period_from=first).first()
    if found is None:
        raise Moot
    return found


@act(may=("nothing_to_claim",), again=("period_has_statement",))
def prepare(step: Step) -> None:
    kind, first = step.args["period"]
    services.prepare_statement(kind=kind, period_from=first, by=agency())


@act()
def redraw(step: Step) -> None:
    """Before it is issued the clerk draws the draft anew: payments may have come in since."""
    statement = statement_of(step)
    if statement.status != S.DRAFT:
        raise Again
    services.redraw_statement(number=statement.number, version=statement.version, by=agency())


@act(may=("nothing_to_claim",))
def check(step: Step) -> None:
    statement = statement_of(step)
    if statement.status != S.DRAFT:
        raise Again
    services.check_statement(number=statement.number, version=statement.version, by=reviewer())


@act()
def issue(step: Step) -> None:
    statement = statement_of(step)
    if statement.status == S.DRAFT:
        # It claims nothing, so that nobody checked it.
        raise Moot
    if statement.status != S.CHECKED:
        raise Again
    services.issue_statement(number=statement.number, version=statement.version, by=approver())


@act(again=("more_than_outstanding", "reference_taken"))
def receive(step: Step) -> None:
    """The payers' money arrives: of each payer the `share` of what is still outstanding. One act for one payer."""
    statement = statement_of(step)
    if statement.status != S.ISSUED:
        raise Moot
    reference = f"CZ-{statement.kind}-{statement.period_from:%Y%m%d}-{step.args['payer']}-{step.args['part']}"
    if statement.receipts.filter(bank_reference=reference).exists():
        raise Again
    owed = [row for row in balances_of(statement, step.day) if row.payer.code == step.args["payer"]]
    amount = fen(owed[0].balance.outstanding * Decimal(step.args["share"])) if owed else ZERO
    if amount <= ZERO:
        raise Moot
    services.record_subsidy(
        number=statement.number,
        payer=step.args["payer"],
        amount=amount,
        paid_on=step.day,
        bank_reference=reference,
        by=agency(),
    )


def close_day() -> None:
    """The night: every document is posted, every act sealed."""
    while not swept():
        time.sleep(RESTS)
    while seal():
        pass


def swept() -> bool:
    """Post what has not been posted; False where another sweep is at work, which leaves what came after it began."""
    try:
        services.post_documents(by=Actor.job("play"))
    except Conflict as error:
        if error.code != "sweep_running":
            raise
        return False
    return True
