"""The audit record, and the policy that decisions name (Art. 35)."""

from collections.abc import Iterator

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.services import LOADED, broken_blocks

from .checks import Check, Finding, sql_check


def broken(check: Check) -> Iterator[Finding]:
    """The sealed blocks that are not what was sealed."""
    for block in broken_blocks():
        yield Finding(
            check.code,
            "audit_auditblock",
            str(block),
            gettext("An entry of it was changed, removed or added, or it does not follow the block before."),
        )


SEAL = Check(
    "audit.seal",
    "S2",
    _("No sealed entry of the audit record was changed, removed or added."),
    "audit_auditblock",
    broken,
)

# table, number, object type, verbs ('' for any), and where the entry names the document: its object, or a change.
DOCUMENTS = """(
    SELECT 'registration_resident' AS kind, number, 'registration.resident' AS object_type FROM registration_resident
    UNION ALL SELECT 'registration_registration', number, 'registration.registration' FROM registration_registration
    UNION ALL SELECT 'registration_enrollment', number, 'registration.enrollment' FROM registration_enrollment
    UNION ALL SELECT 'contributions_contributionnotice', number, 'contributions.contributionnotice'
        FROM contributions_contributionnotice
    UNION ALL SELECT 'contributions_receipt', number, 'contributions.receipt' FROM contributions_receipt
    UNION ALL SELECT 'collecting_collection', number, 'collecting.collection' FROM collecting_collection
    UNION ALL SELECT 'claims_referral', number, 'claims.referral' FROM claims_referral
    UNION ALL SELECT 'claims_stay', number, 'claims.stay' FROM claims_stay
    UNION ALL SELECT 'claims_settlement', number, 'claims.settlement' FROM claims_settlement
    UNION ALL SELECT 'claims_reversal', number, 'claims.reversal' FROM claims_reversal
    UNION ALL SELECT 'outpatient_outpatientapproval', number, 'outpatient.outpatientapproval'
        FROM outpatient_outpatientapproval
    UNION ALL SELECT 'handover_handoverlist', number, 'handover.handoverlist' FROM handover_handoverlist
    UNION ALL SELECT 'funds_subsidystatement', number, 'funds.subsidystatement' FROM funds_subsidystatement
    UNION ALL SELECT 'funds_subsidyreceipt', number, 'funds.subsidyreceipt' FROM funds_subsidyreceipt
    UNION ALL SELECT 'funds_entereddocument', number, 'funds.entereddocument' FROM funds_entereddocument
) AS document"""

MISSING = sql_check(
    "audit.missing",
    "S2",
    _("The audit record tells how every record of the business came about, or that it was loaded in bulk."),
    table="",
    rows=DOCUMENTS,
    # Acts on something else name what they made among their changes.
    sql="""
        WITH said AS MATERIALIZED (
            SELECT object_type, object_number AS number FROM audit_auditentry
            WHERE object_type IN ('registration.resident', 'registration.registration',
                'contributions.contributionnotice', 'contributions.receipt', 'collecting.collection',
                'claims.referral', 'claims.stay', 'outpatient.outpatientapproval', 'handover.handoverlist',
                'funds.subsidystatement', 'funds.entereddocument') AND verb <> '{loaded}'
            UNION SELECT 'registration.enrollment', changes ->> 'enrollment' FROM audit_auditentry
                WHERE verb = 'registrations.record'
            UNION SELECT 'claims.settlement', changes ->> 'settlement' FROM audit_auditentry
                WHERE verb = 'stays.settle'
            UNION SELECT 'claims.reversal', changes ->> 'reversal' FROM audit_auditentry WHERE verb = 'stays.reverse'
            UNION SELECT 'funds.subsidyreceipt', changes ->> 'number' FROM audit_auditentry
                WHERE verb IN ('statements.book', 'statements.unbook')
        ), loaded AS MATERIALIZED (
            SELECT object_type,
                range_agg(int8range((changes ->> 'first')::bigint, (changes ->> 'last')::bigint, '[]')) AS places
            FROM audit_auditentry WHERE verb = '{loaded}' GROUP BY object_type
        )
        SELECT document.kind AS kind, document.number AS row FROM {documents}
        LEFT JOIN said USING (object_type, number)
        LEFT JOIN loaded USING (object_type)
        WHERE said.number IS NULL
            AND NOT coalesce(loaded.places @> nullif(split_part(document.number, '-', 2), '')::bigint, false)
    """.replace("{documents}", DOCUMENTS).replace("{loaded}", LOADED),
    words=_("The audit record says nothing of it."),
)

UNSEALED = sql_check(
    "audit.unsealed",
    "S2",
    _("What is written into the audit record is sealed within ten minutes."),
    table="audit_auditentry",
    note=True,
    sql="""
        SELECT min(entry.id) AS row, count(*) AS count
        FROM audit_auditentry entry LEFT JOIN audit_auditseal seal ON seal.entry_id = entry.id
        WHERE seal.entry_id IS NULL AND entry.at < now() - interval '10 minutes' HAVING count(*) > 0
    """,
    words=_("From this entry on %(count)s are not sealed yet."),
)

POLICY = sql_check(
    "policy.version",
    "W10",
    _("Every decision names a policy version that is known, with its content."),
    table="",
    rows="""(
        SELECT number FROM registration_registration UNION ALL SELECT number FROM contributions_contributionnotice
        UNION ALL SELECT number FROM claims_settlement UNION ALL SELECT number FROM funds_subsidystatement
    ) AS decision""",
    sql="""
        SELECT kind, number AS row, policy_version FROM (
            SELECT 'registration_registration' AS kind, number, policy_version, policy_hash
                FROM registration_registration
            UNION ALL SELECT 'contributions_contributionnotice', number, policy_version, policy_hash
                FROM contributions_contributionnotice
            UNION ALL SELECT 'claims_settlement', number, policy_version, policy_hash FROM claims_settlement
            UNION ALL SELECT 'funds_subsidystatement', number, policy_version, policy_hash FROM funds_subsidystatement
        ) AS decision
        LEFT JOIN {laws} ON law.version = policy_version AND law.hash = policy_hash WHERE law.version IS NULL
    """,
    words=_("Policy version %(policy_version)s is not known with this content."),
)

CHECKS = (POLICY, SEAL, MISSING, UNSEALED)
