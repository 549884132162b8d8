"""What the hospitals' software was answered, beside what it did (docs/decisions/0100)."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

MESSAGE = "api_message"
# Those that did something, with what they were answered; the institution is the client's.
DONE = """
    SELECT message.id, message.key, message.operation, message.answer::jsonb AS answer, client.institution_id,
        institution.code || ' ' || message.key AS row
    FROM api_message message
    JOIN api_client client ON client.id = message.client_id
    JOIN claims_institution institution ON institution.id = client.institution_id
    WHERE message.status < 400 AND message.operation NOT IN ('undo_message', 'withdrawn')
"""

ANSWER = sql_check(
    "message.answer",
    "—",
    _("What a message was answered is on record: the institution's stay, its settlement to the fen, its reversal."),
    table=MESSAGE,
    rows="api_message WHERE status < 400 AND operation NOT IN ('undo_message', 'withdrawn')",
    sql=f"""
        WITH done AS MATERIALIZED ({DONE})
        SELECT done.row, done.operation,
            concat_ws(', ', answer ->> 'stay_number', answer ->> 'settlement_number', answer ->> 'reversal_number')
                AS named
        FROM done
        LEFT JOIN claims_stay stay
            ON stay.number = answer ->> 'stay_number' AND stay.institution_id = done.institution_id
        LEFT JOIN claims_settlement settlement
            ON settlement.number = answer ->> 'settlement_number' AND settlement.stay_id = stay.id
        LEFT JOIN claims_reversal reversal
            ON reversal.number = answer ->> 'reversal_number' AND reversal.settlement_id = settlement.id
        WHERE stay.id IS NULL
            OR (answer ->> 'settlement_number' IS NOT NULL AND settlement.id IS NULL)
            OR (operation = 'settle' AND (answer #>> '{{amounts,fund}}')::numeric IS DISTINCT FROM settlement.fund)
            OR (answer ->> 'reversal_number' IS NOT NULL AND reversal.id IS NULL)
    """,  # noqa: S608
    words=_("It was answered %(named)s, and that is not what is on record here."),
)

ACT = sql_check(
    "message.act",
    "—",
    _("Behind each message that was done stands an act of the institution's software in the audit record."),
    table=MESSAGE,
    rows="api_message WHERE status < 400 AND operation NOT IN ('undo_message', 'withdrawn')",
    sql=f"""
        WITH act (operation, verb) AS (
            VALUES ('admit', 'stays.admit'), ('change_admission', 'stays.change'),
                ('cancel_admission', 'stays.cancel'), ('add_lines', 'stays.add_lines'),
                ('remove_lines', 'stays.remove_lines'), ('discharge', 'stays.discharge'),
                ('cancel_discharge', 'stays.cancel_discharge'), ('settle', 'stays.settle'),
                ('reverse', 'stays.reverse')
        ), said AS (
            SELECT answer ->> 'stay_number' AS number, verb, count(*) AS messages, min(done.row) AS row
            FROM ({DONE}) AS done JOIN act USING (operation) GROUP BY answer ->> 'stay_number', verb
        ), acts AS (
            SELECT object_number AS number, verb, count(*) AS acts FROM audit_auditentry
            WHERE object_type = 'claims.stay' AND actor_kind = 'client' GROUP BY object_number, verb
        )
        SELECT said.row, said.number, said.verb, messages, coalesce(acts, 0) AS acts
        FROM said LEFT JOIN acts USING (number, verb) WHERE messages > coalesce(acts, 0)
    """,  # noqa: S608
    words=_("Of %(number)s %(messages)s messages say %(verb)s, and the audit record knows %(acts)s."),
)

STATE = sql_check(
    "message.state",
    "—",
    _("A message has an answer that is kept, or was withdrawn before it came; what undid it is on record too."),
    table=MESSAGE,
    sql="""
        SELECT institution.code || ' ' || message.key AS row, CASE
            WHEN (message.operation = 'withdrawn') <> (message.status IS NULL)
                OR (message.status IS NULL) <> (message.answer = '')
                OR message.status IN (400, 401, 403, 405, 413, 415, 429) OR message.status >= 500 THEN 'answer'
            ELSE 'undone' END AS problem
        FROM api_message message
        JOIN api_client client ON client.id = message.client_id
        JOIN claims_institution institution ON institution.id = client.institution_id
        LEFT JOIN api_message undoing ON undoing.client_id = message.client_id AND undoing.key = message.undone_by
            AND undoing.operation = 'undo_message' AND undoing.status < 400 AND message.undone_by <> ''
        WHERE (message.operation = 'withdrawn') <> (message.status IS NULL)
            OR (message.status IS NULL) <> (message.answer = '')
            OR message.status IN (400, 401, 403, 405, 413, 415, 429) OR message.status >= 500
            OR (message.undone_by <> '' AND undoing.answer::jsonb ->> 'key' IS DISTINCT FROM message.key)
    """,
    words={
        "answer": _("Its status and its answer do not fit each other, or are of a kind that is not kept."),
        "undone": _("It is undone by a message that did not undo it."),
    },
)

CHECKS = (ANSWER, ACT, STATE)
