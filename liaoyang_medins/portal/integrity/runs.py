"""Long runs, and what they are writing."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

FINISHED = sql_check(
    "run.finished",
    "—",
    _("Of a run that is finished every part is done."),
    table="runs_run",
    rows="runs_run WHERE status = 'finished'",
    sql="""
        SELECT run.number AS row, count(*) AS parts FROM runs_run run
        JOIN runs_chunk chunk ON chunk.run_id = run.id AND chunk.status <> 'done'
        WHERE run.status = 'finished' GROUP BY run.number
    """,
    words=_("%(parts)s of its parts are not done."),
)

PREPARING = sql_check(
    "run.preparing",
    "F2",
    _("A statement is being prepared only while the run that prepares it is live."),
    table="funds_subsidystatement",
    sql="""
        SELECT statement.number AS row FROM funds_subsidystatement statement
        WHERE statement.status = 'preparing' AND NOT EXISTS (
            SELECT FROM runs_run run WHERE run.kind = 'statement' AND run.result = statement.number
                AND run.status NOT IN ('finished', 'cancelled')
        )
    """,
    words=_("It is being prepared, and no run is at work on it."),
)

CHECKS = (FINISHED, PREPARING)
