"""Versions of the catalogue (A1, Art. 18), reports and inspections (S1, S2, Art. 29–31)."""

from django.utils.translation import gettext_lazy as _

from .checks import sql_check

ROW, VERSION = "catalogues_cataloguerow", "catalogues_catalogueversion"
INSPECTION, REPORT = "inspections_inspection", "inspections_report"

OVERLAP = sql_check(
    "catalogue.overlap",
    "A1",
    _("The catalogue says one thing of a code on a day."),
    table="claims_catalogueitem",
    sql="""
        SELECT DISTINCT one.code AS row FROM claims_catalogueitem one
        JOIN claims_catalogueitem other ON other.code = one.code AND other.id > one.id
            AND daterange(other.starts, other.ends, '[]') && daterange(one.starts, one.ends, '[]')
    """,
    words=_("Two entries hold on one day."),
)

APPLIED = sql_check(
    "catalogue.applied",
    "A1",
    _("Of an applied version every row is done, or says why not; somebody else than who uploaded it applied it."),
    table=VERSION,
    rows=f"{VERSION} WHERE applied_on IS NOT NULL",
    sql="""
        SELECT version.number AS row FROM catalogues_catalogueversion version
        WHERE applied_on IS NOT NULL AND (uploaded_by_id = applied_by_id OR EXISTS (
            SELECT FROM catalogues_cataloguerow own WHERE own.version_id = version.id
                AND CASE WHEN own.state = 'refused' THEN own.done OR own.findings = '[]' ELSE NOT own.done END
        ))
    """,
    words=_("A row of it is not done and does not say why, or its uploader applied it."),
)

# Of each code and day the version that was applied last.
ENTRIES = sql_check(
    "catalogue.entry",
    "A1",
    _("What a version brought stands in the catalogue from its first day on."),
    table=ROW,
    rows=f"{ROW} WHERE done AND state IN ('new', 'changed')",
    sql="""
        WITH last AS (
            SELECT DISTINCT ON (brought.code, version.starts)
                brought.code, version.starts, version.number, brought.state, brought.after
            FROM catalogues_cataloguerow brought
            JOIN catalogues_catalogueversion version ON version.id = brought.version_id
            WHERE brought.done AND brought.state IN ('new', 'changed', 'ended')
            ORDER BY brought.code, version.starts, version.id DESC
        )
        SELECT last.number || ' / ' || last.code AS row, last.starts AS day FROM last
        LEFT JOIN claims_catalogueitem item ON item.code = last.code AND item.starts = last.starts
        WHERE last.state <> 'ended' AND (
            item.id IS NULL OR item.name <> last.after->>'name'
            OR item.catalogue_class <> last.after->>'catalogue_class'
            OR item.personal_share <> (last.after->>'personal_share')::numeric
            OR item.price_limit IS DISTINCT FROM (last.after->>'price_limit')::numeric
        )
    """,
    words=_("From %(day)s on the catalogue says something else."),
)

REPORTS = sql_check(
    "report.closed",
    "S2",
    _("A report that was taken in hand has who handles it; a closed one a result and an answer."),
    table=REPORT,
    sql="""
        SELECT number AS row FROM inspections_report
        WHERE (status = 'received') <> (handler_id IS NULL) OR due_on <= received_on
            OR (status = 'closed') <> (closed_on IS NOT NULL AND result <> '' AND answer <> '')
            OR closed_on < received_on
    """,
    words=_("State, handler, result or days do not fit."),
)

DECIDED = sql_check(
    "inspection.decided",
    "S2",
    _("An inspection is decided by somebody else than who recorded it, with reasons, and findings where they stand."),
    table=INSPECTION,
    rows=f"{INSPECTION} WHERE status <> 'open'",
    sql="""
        SELECT number AS row FROM inspections_inspection own
        WHERE status <> 'open' AND (
            decided_on IS NULL OR decided_on < inspected_on OR reasoning = '' OR made_by_id = decided_by_id
            OR status = 'decided' AND NOT EXISTS (
                SELECT FROM inspections_inspectionfinding finding WHERE finding.inspection_id = own.id
            )
        )
    """,
    words=_("Reasons, findings, days or who decided do not fit."),
)

CLAIMED = sql_check(
    "inspection.claimed",
    "S1",
    _("Of a settlement at most what the fund paid is claimed back, by inspections of its institution and cases."),
    table="inspections_repaymentitem",
    sql="""
        WITH claimed AS (
            SELECT item.settlement_id, item.amount, inspection.institution_id
            FROM inspections_repaymentitem item JOIN inspections_inspectionfinding finding ON finding.id = finding_id
            JOIN inspections_inspection inspection ON inspection.id = finding.inspection_id
            WHERE inspection.status IN ('open', 'decided')
            UNION ALL SELECT item.settlement_id, item.amount, NULL FROM misuse_recoveryitem item
            JOIN misuse_misusecase misused ON misused.id = item.case_id WHERE misused.status IN ('open', 'decided')
        )
        SELECT settlement.number AS row, sum(claimed.amount) AS claimed, settlement.fund FROM claimed
        JOIN claims_settlement settlement ON settlement.id = claimed.settlement_id
        JOIN claims_stay stay ON stay.id = settlement.stay_id
        GROUP BY settlement.id
        HAVING count(claimed.institution_id) > 0 AND (
            sum(claimed.amount) > settlement.fund
            OR bool_or(claimed.institution_id <> stay.institution_id)
        )
    """,
    words=_("%(claimed)s are claimed, the fund paid %(fund)s; or another institution is to repay it."),
)

DEDUCTED = sql_check(
    "inspection.deducted",
    "S1",
    _("Deducted is at most what was to be repaid, for findings that stood on that day, and at most that goes back."),
    table="inspections_deduction",
    sql="""
        SELECT inspection.number AS row, sum(deduction.amount) AS deducted FROM inspections_deduction deduction
        JOIN inspections_inspection inspection ON inspection.id = deduction.inspection_id
        GROUP BY inspection.id
        HAVING inspection.status NOT IN ('decided', 'revoked') OR min(deduction.deducted_on) < inspection.decided_on
            OR max(deduction.deducted_on) FILTER (WHERE deduction.amount > 0) > inspection.revoked_on
            OR sum(deduction.amount) < 0 OR sum(deduction.amount) > (
                SELECT coalesce(sum(item.amount), 0) FROM inspections_repaymentitem item
                JOIN inspections_inspectionfinding finding ON finding.id = item.finding_id
                WHERE finding.inspection_id = inspection.id
            )
    """,
    words=_("%(deducted)s were deducted, which the decision does not give."),
)

CHECKS = (OVERLAP, APPLIED, ENTRIES, REPORTS, DECIDED, CLAIMED, DEDUCTED)
