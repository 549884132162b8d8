"""What every verb on statements does first."""

from django.db import connection
from django.utils.translation import gettext as _

from funds.models import SubsidyStatement
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.states import require_transition, require_version

# Any number that no other advisory lock of the portal uses.
_STATEMENTS_LOCK = 102_2008_02


def lock_statements() -> None:
    """One verb on statements at a time: they are few, and each looks at what all the others hold."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_STATEMENTS_LOCK])


def locked_statement(number: str, version: int) -> SubsidyStatement:
    """The statement as the person saw it. Raises Conflict where it is gone or was changed."""
    lock_statements()
    statement = SubsidyStatement.objects.select_for_update(of=("self",)).filter(number=number).first()
    told = last_change(statement or SubsidyStatement(number=number))
    if statement is None:
        raise Conflict(_("There is no subsidy statement %(number)s any more.") % {"number": number}, reasons=(told,))
    require_version(statement.version, version, told=told)
    return statement


def require_may_become(statement: SubsidyStatement, then: str) -> None:
    """Raise Conflict unless the statement's status may become `then`."""
    require_transition(SubsidyStatement.TRANSITIONS, statement.status, then, label=statement.get_status_display())
