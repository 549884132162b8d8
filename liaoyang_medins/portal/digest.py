"""One hash of the business content, and one for each table: what "the same state" means when two runs are compared.

Only content counts: no serial keys, no versions of rows, no moments of work, and no numbers drawn from a sequence,
whose order depends on who came first. A row that points at another names it by a natural key: a resident by the ID
number (a newborn without one by name, birth, sex and community), a notice by resident, contribution year, kind and
place among these, a stay by institution and inpatient number, a settlement by stay and sequence, a receipt by channel
and bank reference, a statement by kind and period, an entry of the journal by its document.

Each row is hashed inside PostgreSQL, and a table's digest is the sum of its rows' hashes in four lanes of 64 bits,
with their count. A sum does not depend on the order of rows, so nothing is sorted for it, one line a table leaves the
server, and memory stays the same however many rows there are; unlike an exclusive or, it counts a row that is there
twice. It tells accidents and faults, not a forger, against whom the audit record is sealed.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from claims import models as claims
from claims.handover import models as handover
from claims.inspections import models as inspections
from claims.reimbursement import models as reimbursement
from claims.violations import models as violations
from enrollment.cards import models as cards
from enrollment.cockpit import models as cockpit
from enrollment.contributions import models as contributions
from enrollment.life import models as life
from enrollment.registration import models as registration
from funds import models as funds
from funds.bank import models as bank
from funds.supervision import models as supervision
from funds.watch import models as watch
from liaoyang_medins.kernel.attachments import models as attachments
from liaoyang_medins.kernel.offices import models as offices
from liaoyang_medins.kernel.papers import models as papers

from .digest_keys import KEYS
from .snapshot import one_row, one_snapshot

Model = type[models.Model]

APPS = (
    *("offices", "papers", "attachments", "registration", "life", "households"),
    *(
        "contributions",
        "bankfiles",
        "collecting",
        "cards",
        "claims",
        "misuse",
        "reimbursement",
        "outpatient",
        "handover",
        "catalogues",
        "inspections",
        "violations",
        "lists",
        "cockpit",
        "funds",
        "watch",
        "bank",
        "paying",
        "supervision",
        "published",
    ),
)
# Work that is under way, the day that a demo lives in, and what is kept of other tables beside them.
LEFT_OUT_MODELS: frozenset[Model] = frozenset(
    {
        registration.RegistrationDraft,
        reimbursement.LineImport,
        offices.DemoClock,
        claims.UsualCost,
        cockpit.NoticeSum,
        cockpit.SchoolSum,
        cockpit.SchoolCount,
        funds.AccountDay,
        funds.StatementSum,
        funds.PersonsWorkbook,
        funds.WorkbookPiece,
        funds.UnstatedNotice,
        funds.UnpostedDocument,
        bank.UnmatchedLine,
        bank.UnmatchedLeg,
        supervision.FundMonth,
        supervision.CountedMonth,
        supervision.InstitutionMonth,
        supervision.Refresh,
    }
)
# Keys, numbers from sequences, versions of rows, the keys of forms.
LEFT_OUT = frozenset({"id", "number", "version", "submission"})
# Secrets and moments; the seal of a statement is made over numbers from sequences.
LEFT_OUT_OF: dict[Model, frozenset[str]] = {
    offices.User: frozenset({"password", "last_login", "date_joined"}),
    funds.SubsidyStatement: frozenset({"hash"}),
    # Drawn by chance.
    violations.PublicReport: frozenset({"code_hash"}),
    # Made over numbers from sequences; stays of one day have no order of their own.
    watch.Evidence: frozenset({"mark", "sha256"}),
    watch.EvidenceStay: frozenset({"position"}),
    # Its words are digested where they are kept.
    funds.SubsidyReminder: frozenset({"paper"}),
    funds.Month: frozenset({"reconciliation"}),
    # So is that of a list that is handed over; a correction follows from the settlement and the sign.
    handover.HandoverList: frozenset({"sha256"}),
    handover.HandoverLine: frozenset({"resident_number", "corrects"}),
    # The number of a transmittal sheet, the hash over a paper with numbers in it, the opaque name of a file.
    registration.Handover: frozenset({"sheet"}),
    papers.KeptPaper: frozenset({"sha256"}),
    attachments.Attachment: frozenset({"key"}),
    # The number of the run that made it.
    cards.InsuranceCard: frozenset({"run"}),
    cards.CertificateTerm: frozenset({"run"}),
    # Its words are digested where they are kept.
    contributions.WindowLetter: frozenset({"paper"}),
    # The keys of what moved, for who undoes it by hand.
    life.Merge: frozenset({"moved"}),
    # The number of the payment that took it off.
    inspections.Deduction: frozenset({"payment"}),
}

# What is being written and may be taken back is work under way too.
ROWS: dict[Model, str] = {
    funds.SubsidyStatement: "own.status <> 'preparing'",
    funds.SubsidyItem: """own.statement_id NOT IN (
        SELECT id FROM funds_subsidystatement WHERE status = 'preparing'
    )""",
}


# What rows share in their key, and the content by which they are put in order.
PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "Registration": (
        "resident_id, received_on",
        ("status", "step_since", "category", "facts", "remark"),
    ),
    "Enrollment": ("resident_id, starts", ("ends", "end_reason")),
    "ContributionNotice": (
        "resident_id, contribution_year, kind",
        ("issued_on", "pay_from", "paid_on", "status", "personal", "government", "tier", "benefit_facts"),
    ),
    "Collection": (
        "school_id, contribution_year, handed_in_on",
        ("status", "amount", "count", "paid_on", "bank_reference", "returned_on", "reason"),
    ),
    "BenefitPeriod": ("notice_id, starts", ("withdrawn_on", "ends")),
    "UploadedList": ("source, sha256", ("uploaded_on", "applied_on", "file_name")),
    "Report": ("received_on, facts", ("status", "due_on", "source", "about_other", "answer")),
    "Inspection": ("institution_id, inspected_on", ("status", "decided_on", "looked_at", "inspectors")),
    "Finding": ("own.kind, resident_id, institution_id, found_on", ("status", "evidence_on", "answer")),
    "CatalogueVersion": ("starts, sha256", ("scope", "uploaded_on", "applied_on", "file_name")),
    "Circumstance": ("resident_id, kind, starts", ("voided", "value", "ends", "document_number")),
    "Household": ("community_id, own.address, own.phone, formed_on", ("formed_on",)),
    "InsuranceCard": ("resident_id, made_on", ("status", "cause", "since", "handed_out_on", "reason")),
    "MisuseCase": ("resident_id, opened_on", ("status", "decided_on", "facts")),
    "PayeeAccount": ("application_id, account_number", ("stated_on", "holder", "bank")),
    "PaymentList": ("made_on, bank_reference", ("paid_on",)),
    "EnteredDocument": (
        "own.kind, own.day, own.bank_reference, own.status",
        ("own.amount", "own.words", "own.reason", "own.entered_on", "own.payer"),
    ),
    "ResidentPayment": ("application_id", ("returned_on", "paid_on", "status")),
    "InstitutionAccount": ("institution_id, starts, account_number", ("status", "entered_on", "decided_on")),
    "PaymentBatch": ("made_on, bank_reference", ("paid_on",)),
    "InstitutionPayment": ("declaration_id", ("returned_on", "paid_on", "status")),
    "OutpatientApproval": ("resident_id, disease, starts", ("ends", "status", "denial", "evidence")),
    "HandoverList": ("own.kind, period_until, drafted_on", ("status", "period_from", "issued_on")),
    "Referral": ("resident_id, issued_on", ("valid_until", "reason", "status", "diagnosis_id")),
}

# What is not simply the rows of its table, or their columns.
CONTENTS: dict[Model, str] = {
    # What is said, without the numbers that are drawn from sequences.
    papers.KeptPaper: r"""
        SELECT json_build_array(
            paper.kind, object_type,
            coalesce(k.key, misused.key, insured.key, reimbursed.key, approved.key, owed.key), paper.round, made_on,
            regexp_replace(content, '[A-Z][0-9]{4}-[0-9]{7,}|\m[0-9]{13}\M', '', 'g')
        )::text AS content
        FROM papers_keptpaper paper LEFT JOIN registration_registration about ON about.number = paper.object_number
        LEFT JOIN {Registration} AS k ON k.id = about.id
        LEFT JOIN misuse_misusecase misuse ON misuse.number = paper.object_number
        LEFT JOIN {MisuseCase} AS misused ON misused.id = misuse.id
        LEFT JOIN registration_enrollment enrollment ON enrollment.number = paper.object_number
        LEFT JOIN {Enrollment} AS insured ON insured.id = enrollment.id
        LEFT JOIN reimbursement_reimbursement application ON application.number = paper.object_number
        LEFT JOIN {Reimbursement} AS reimbursed ON reimbursed.id = application.id
        LEFT JOIN outpatient_outpatientapproval approval ON approval.number = paper.object_number
        LEFT JOIN {OutpatientApproval} AS approved ON approved.id = approval.id
        LEFT JOIN funds_subsidyreminder reminder ON reminder.number = paper.object_number
        LEFT JOIN {SubsidyReminder} AS owed ON owed.id = reminder.id
    """,
    # Those of a draft are work under way.
    attachments.Attachment: """
        SELECT json_build_array(object_type, coalesce(k.key, institution.code, reimbursed.key, booked.key), part,
            scan.name, scan.kind, size, sha256, attached_on, maker.username, removed_on, remover.username,
            removed_because
        )::text AS content
        FROM attachments_attachment scan LEFT JOIN registration_registration about ON about.number = object_number
        LEFT JOIN {Registration} AS k ON k.id = about.id
        LEFT JOIN claims_institution institution
            ON object_type = 'claims.institution' AND institution.code = object_number
        LEFT JOIN reimbursement_reimbursement application ON application.number = object_number
        LEFT JOIN {Reimbursement} AS reimbursed ON reimbursed.id = application.id
        LEFT JOIN funds_entereddocument document ON document.number = object_number
        LEFT JOIN {EnteredDocument} AS booked ON booked.id = document.id
        JOIN offices_user maker ON maker.id = attached_by_id
        LEFT JOIN offices_user remover ON remover.id = removed_by_id
        WHERE object_type <> 'registration.registrationdraft'
    """,
    # The day of the sweep that found a receipt assigned, or come off its notice, is a moment of work; and whether a
    # claim was booked before it fell.
    funds.JournalEntry: """
        SELECT json_build_array(document_type, k.key, booked_on)::text AS content
        FROM funds_journalentry LEFT JOIN {JournalEntry} AS k USING (id)
        WHERE document_type NOT IN (
            'assigned_receipt', 'released_receipt', 'recovery_claim', 'recovery_end', 'repayment_claim',
            'repayment_end'
        )
    """,
    # All entries of a receipt together: whether it passed through the receipts held depends on when a sweep came by.
    funds.JournalLeg: """
        SELECT json_build_array(k.key, account.code, sum(amount))::text AS content
        FROM funds_journalleg leg LEFT JOIN {JournalEntry} AS k ON k.id = entry_id
        JOIN funds_account account ON account.id = account_id
        GROUP BY k.key, account.code HAVING sum(amount) <> 0
    """,
}
# The number that a payer stated means the notice, where it is one's.
STATED = """LEFT JOIN (
    SELECT number, k.key FROM contributions_contributionnotice JOIN {ContributionNotice} AS k USING (id)
) AS stated ON stated.number = own.stated_notice"""
COLUMNS: dict[tuple[Model, str], tuple[str, str]] = {
    (contributions.Receipt, "stated_notice"): ("coalesce(stated.key, own.stated_notice)", STATED),
}

HASHES = """
    SELECT count(*) AS rows, sum(('x' || substr(hash, 1, 16))::bit(64)::bigint) AS first,
        sum(('x' || substr(hash, 17, 16))::bit(64)::bigint) AS second,
        sum(('x' || substr(hash, 33, 16))::bit(64)::bigint) AS third,
        sum(('x' || substr(hash, 49, 16))::bit(64)::bigint) AS fourth
    FROM (SELECT encode(sha256(convert_to(content, 'UTF8')), 'hex') AS hash FROM (%s) AS written) AS hashed
"""


@dataclass(frozen=True, slots=True)
class TableDigest:
    """The digest of one table's content, and how many rows it was made of."""

    table: str
    rows: int
    digest: str


def digested_models() -> list[Model]:
    """The models whose rows are business content, by the names of their tables."""
    found = [
        model
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if not model._meta.proxy and model not in LEFT_OUT_MODELS
    ]
    return sorted(found, key=lambda model: model._meta.db_table)


def digested_fields(model: Model) -> list["models.Field[Any, Any]"]:
    """The fields of a model that are content."""
    left_out = LEFT_OUT | LEFT_OUT_OF.get(model, frozenset())
    return [field for field in model._meta.concrete_fields if field.name not in left_out]


def digest_tables() -> list[TableDigest]:
    """The digest of every table, all in one snapshot of the database."""
    with one_snapshot():
        return [digest_table(model) for model in digested_models()]


def digest_table(model: Model) -> TableDigest:
    """The digest of one table."""
    found = one_row(HASHES % content_of(model))
    lanes = [int(found[lane] or 0) % 2**64 for lane in ("first", "second", "third", "fourth")]
    name = model._meta.db_table
    text = f"{name} {found['rows']} {' '.join(f'{lane:016x}' for lane in lanes)}"
    return TableDigest(name, found["rows"], hashlib.sha256(text.encode()).hexdigest())


def digest_of(tables: Iterable[TableDigest]) -> str:
    """The one digest of all tables."""
    text = "\n".join(f"{table.table} {table.digest}" for table in sorted(tables, key=lambda table: table.table))
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(model: Model) -> str:
    """A select of the `content` of each row of a model as text: its fields, with natural keys where they point."""
    if model in CONTENTS:
        return with_keys(CONTENTS[model])
    columns, joins = [], []
    for place, field in enumerate(digested_fields(model)):
        column = f'own."{field.column}"'
        if (model, field.name) in COLUMNS:
            columns.append(COLUMNS[model, field.name][0])
            joins.append(COLUMNS[model, field.name][1])
        elif field.related_model is not None:
            target = apps.get_model(field.related_model._meta.label)._meta.concrete_model
            joins.append(f"LEFT JOIN {{{target.__name__}}} AS k{place} ON k{place}.id = {column}")
            columns.append(f"k{place}.key")
        elif isinstance(field, models.DateTimeField):
            columns.append(f"{column} AT TIME ZONE 'UTC'")
        else:
            columns.append(column)
    return with_keys(
        f"SELECT json_build_array({', '.join(columns)})::text AS content "  # noqa: S608  names of our own columns
        f'FROM "{model._meta.db_table}" AS own {" ".join(joins)} WHERE {ROWS.get(model, "true")}'
    )


def with_keys(sql: str) -> str:
    """The statement with every {Model} replaced by the select of its keys."""
    return re.sub(r"\{([A-Z]\w*)\}", lambda found: f"({key_of(found[1])})", sql)


def key_of(name: str) -> str:
    """The select of the natural keys of a model."""
    sql = KEYS[name]
    if name in PLACES:
        same, content = PLACES[name]
        # In bytes, so that the order is the same whatever the database's collation.
        order = ", ".join(f'{column}::text COLLATE "C"' for column in content)
        sql = sql.replace("{place}", f"row_number() OVER (PARTITION BY {same} ORDER BY {order})")
    return with_keys(sql)
