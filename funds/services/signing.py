"""The three signatures of a statement (F2): its maker, who checks it, who approves and so issues it. Three people."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from funds import rules
from funds.models import SubsidyStatement
from funds.selectors import drawing, figures
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor

from .locking import locked_statement, require_may_become
from .preparing import changes_of
from .summing import forget_stated, write_sums

Status = SubsidyStatement.Status


@transaction.atomic
def sign_statement(*, number: str, version: int, by: Actor) -> SubsidyStatement:
    """Sign a draft that a job drew as its maker; returns it. Raises Conflict where it is no draft any more or somebody
    made it, NotAllowed.
    """
    by.require("statements.prepare")
    statement = locked_statement(number, version)
    require_may_become(statement, Status.CHECKED)
    if statement.made_by_id is not None:
        raise Conflict(
            _("%(name)s signed it as its maker already.") % {"name": statement.made_by}, code="signed_already"
        )
    statement.made_by_id = by.user_id
    _save(statement, "made_by")
    audit.record(by=by, verb="statements.sign", obj=statement, changes=changes_of(statement))
    return statement


@transaction.atomic
def check_statement(*, number: str, version: int, by: Actor) -> SubsidyStatement:
    """Say that a draft holds what the records say; returns it, `checked`.

    Raises NotAllowed for who made it; Conflict where it is no draft any more, was changed, or no longer says what the
    records say; Refused where it claims nothing or nobody signed it as its maker.
    """
    by.require("statements.check")
    statement = locked_statement(number, version)
    require_may_become(statement, Status.CHECKED)
    _require_another(by, statement.made_by_id)
    if by.user_id is not None and statement.made_by_id is None:
        raise Refused(
            _("The portal drew this draft by itself. A clerk signs it as its maker first."), code="nobody_made_it"
        )
    _require_fresh(statement)
    if not statement.items.exists():
        raise Refused(_("The statement claims nothing. Discard it."), code="nothing_to_claim")
    statement.status, statement.checked_by_id = Status.CHECKED, by.user_id
    _save(statement, "status", "checked_by")
    audit.record(by=by, verb="statements.check", obj=statement, changes=changes_of(statement))
    return statement


@transaction.atomic
def send_back_statement(*, number: str, version: int, reason: str, by: Actor) -> SubsidyStatement:
    """Make a checked statement a draft again instead of approving it; returns it. `reason` is told to its maker.

    Raises Invalid without a reason, Conflict where it is not checked any more, NotAllowed.
    """
    by.require("statements.issue")
    if not reason.strip():
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    statement = locked_statement(number, version)
    require_may_become(statement, Status.DRAFT)
    statement.status, statement.checked_by_id = Status.DRAFT, None
    _save(statement, "status", "checked_by")
    changes = changes_of(statement)
    audit.record(by=by, verb="statements.send_back", obj=statement, changes=changes, note=reason.strip())
    return statement


@transaction.atomic
def issue_statement(*, number: str, version: int, by: Actor) -> SubsidyStatement:
    """Approve a checked statement: freeze it with today's date, its due date (F2, Art. 15) and a seal over its items;
    returns it.

    Raises NotAllowed for who made or checked it; Conflict where it is not checked, was changed, or no longer says what
    the records say.
    """
    by.require("statements.issue")
    statement = locked_statement(number, version)
    require_may_become(statement, Status.ISSUED)
    _require_another(by, statement.made_by_id, statement.checked_by_id)
    _require_fresh(statement)
    write_sums(statement)
    today = clock.today()
    rule = policy.on(settings.POOLING_AREA, today)
    statement.status = Status.ISSUED
    statement.issued_on = today
    statement.due_on = rules.due_on(today, rule)
    statement.policy_version = rule.version
    statement.policy_hash = rule.content_hash
    statement.approved_by_id = by.user_id
    statement.hash = figures.seal_of(statement)
    statement.version += 1
    statement.save()
    forget_stated()
    changes = changes_of(statement) | {"due_on": statement.due_on, "hash": statement.hash}
    audit.record(by=by, verb="statements.issue", obj=statement, changes=changes)
    return statement


def _save(statement: SubsidyStatement, *fields: str) -> None:
    statement.version += 1
    statement.save(update_fields=[*fields, "version"])


def _require_another(by: Actor, *signed: int | None) -> None:
    """Raise NotAllowed where the person has signed already: three people sign, whatever postings they have."""
    if by.user_id is not None and by.user_id in signed:
        raise NotAllowed(_("You signed this statement yourself: somebody else does this."), code="own_entry")


def _require_fresh(statement: SubsidyStatement) -> None:
    """Conflict unless the draft holds just what would be drawn now: a payment may have been returned or come in
    since.
    """
    if not drawing.is_fresh(statement, statement_period(statement)):
        raise Conflict(
            _("Payments came in or were returned since this draft was drawn. Draw it anew, then check it again."),
            code="draft_is_stale",
        )


def statement_period(statement: SubsidyStatement) -> rules.Period:
    """The period that a statement was prepared for."""
    return rules.Period(rules.PeriodKind(statement.kind), statement.period_from, statement.period_until)
