"""Findings of suspicious patterns and their evidence (S2, Art. 31)."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

FINDING, EVIDENCE = "watch_finding", "watch_evidence"

# As funds/watch/services/looking.seal_of writes it.
FROZEN = sql_check(
    "watch.frozen",
    "S2",
    _("The evidence of a finding says what it said when it was found."),
    table=EVIDENCE,
    sql="""
        WITH figures AS (
            SELECT evidence.id, string_agg(told.key || '=' || told.value, E'\\n' ORDER BY told.key COLLATE "C") AS said
            FROM watch_evidence evidence CROSS JOIN LATERAL jsonb_each_text(evidence.figures) AS told
            GROUP BY evidence.id
        ), stays AS (
            SELECT line.evidence_id AS id, string_agg(
                stay.number || '|' || line.position || '|' || line.status || '|' || line.admitted_on || '|'
                || coalesce(line.discharged_on::text, '') || '|' || coalesce(line.total::text, '') || '|'
                || coalesce(line.fund::text, ''), E'\\n' ORDER BY line.position
            ) AS said
            FROM watch_evidencestay line JOIN claims_stay stay ON stay.id = line.stay_id GROUP BY line.evidence_id
        )
        SELECT finding.number AS row, evidence.found_on AS day
        FROM watch_evidence evidence JOIN watch_finding finding ON finding.id = evidence.finding_id
        LEFT JOIN figures ON figures.id = evidence.id LEFT JOIN stays ON stays.id = evidence.id
        WHERE evidence.sha256 <> encode(
            sha256(convert_to(concat_ws(E'\\n', figures.said, stays.said), 'UTF8')), 'hex'
        )
    """,
    words=_("What was found on %(day)s does not say any more what it said."),
)

EVIDENT = sql_check(
    "watch.evidence",
    "S2",
    _("A finding has evidence, from the day on which it was found to the last."),
    table=FINDING,
    sql="""
        SELECT finding.number AS row FROM watch_finding finding
        LEFT JOIN watch_evidence evidence ON evidence.finding_id = finding.id
        GROUP BY finding.id
        HAVING count(evidence.id) = 0 OR min(evidence.found_on) <> finding.found_on
            OR max(evidence.found_on) <> finding.evidence_on
    """,
    words=_("Its evidence is missing or is of other days."),
)

HANDLED = sql_check(
    "watch.handled",
    "S2",
    _("A finding in hand has an owner and a term, an answered one what follows; another closes it with a reason."),
    table=FINDING,
    sql="""
        SELECT finding.number AS row FROM watch_finding finding
        WHERE finding.status NOT IN ('open', 'unfounded') AND (owner_id IS NULL OR due_on IS NULL)
            OR finding.status IN ('answered', 'confirmed', 'not_proven')
                AND (answered_on IS NULL OR answered_by_id IS NULL OR answer = '' OR consequence = '')
            OR (finding.status IN ('confirmed', 'not_proven', 'unfounded'))
                <> (closed_on IS NOT NULL AND closed_by_id IS NOT NULL AND conclusion <> '')
            OR closed_by_id = answered_by_id
            OR (consequence = 'misuse') <> (misuse_id IS NOT NULL)
            OR (consequence = 'inspection') <> (inspection_id IS NOT NULL)
            OR answered_on < found_on OR closed_on < answered_on
    """,
    words=_("State, owner, answer, what follows or days do not fit."),
)

TOLD = sql_check(
    "report.told",
    "S2",
    _("Who reported on the public page is told what came of it, once it is closed."),
    table="violations_publicreport",
    sql="""
        SELECT report.number AS row FROM violations_publicreport public
        JOIN inspections_report report ON report.id = public.report_id
        WHERE (report.status = 'closed') <> (public.told <> '') OR length(public.code_hash) <> 64
    """,
    words=_("It is closed and nothing is told, or told before it is closed."),
)

CHECKS = (FROZEN, EVIDENT, HANDLED, TOLD)
