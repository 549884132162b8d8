"""The words for what an act of the audit record changed: names and codes as people know them."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.inspections.models import InspectionFinding
from claims.labels import label
from claims.reimbursement.labels import PAPERS
from enrollment.bankfiles.services.running import FIGURES
from enrollment.cards.models import TAKEN_BY, InsuranceCard
from enrollment.contributions.models import Receipt
from enrollment.households.models import Member
from enrollment.registration.labels import WORDS
from enrollment.registration.models import Circumstance, Enrollment, MaterialCheck
from enrollment.registration.words import VALUES
from liaoyang_medins.kernel.audit.labels import VERBS
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import (
    Category,
    Cause,
    Disease,
    Grade,
    Ineligible,
    Material,
    NotPayable,
    OutpatientDisease,
    ReceiptProblem,
    ReviewReason,
    Tier,
)

# The name of a change → its words. The test of every page and that of these words keep it complete.
NAMES: dict[str, Promise] = {
    "whole": _("Everything"),
    "months": _("Months"),
    "entered": _("Entered documents"),
    "reference": _("Reference"),
    "batch": _("Payment batch"),
    "at_bank": _("Balance at the bank (yuan)"),
    "by_document": _("Corrected by the document"),
    "closing": _("Closing balance (yuan)"),
    "corrects": _("Corrects the document"),
    "deduction": _("Deductions from payments"),
    "found": _("Patterns found"),
    "in_book": _("Balance in the cash book (yuan)"),
    "open_at_bank": _("Lines of the bank not matched"),
    "open_in_book": _("Entries of the cash book not matched"),
    "opened": _("Findings opened"),
    "opening": _("Opening balance (yuan)"),
    "payable": _("To be paid to the institution (yuan)"),
    "returned_institution": _("Payments to institutions that came back"),
    "outstanding": _("Outstanding (yuan)"),
    "overdue_days": _("Days overdue"),
    "takes_back": _("Takes back the payment"),
    "recovery_claim": _("Recoveries from persons"),
    "repayment_claim": _("Repayments of institutions"),
    "recovery_payment": _("Payments of recoveries"),
    "institution_payment": _("Payments to institutions"),
    "abroad": _("Treated abroad or in Hong Kong, Macao or Taiwan"),
    "account": _("Account"),
    "active": _("May sign in"),
    "added": _("Lines added"),
    "address": _("Address"),
    "admitted_at": _("Admitted at"),
    "agreement": _("Agreement number"),
    "amount": _("Amount (yuan)"),
    "approval": _("Approval"),
    "bank": _("Bank"),
    "bank_reference": _("Bank reference"),
    "barred_until": _("Barred until"),
    "before": _("State before"),
    "birth_date": _("Date of birth"),
    "calls_a_minute": _("Calls a minute"),
    "card_presented_at": _("Card presented at"),
    "cards": _("New cards"),
    "category": _("Category"),
    "case": _("Number of the case or inspection"),
    "cause": _("Cause"),
    "changed": _("Changed"),
    "channel": _("Paid at"),
    "city": _("City share (yuan)"),
    "claimed": _("To be recovered (yuan)"),
    "claims": _("New claims"),
    "client_id": _("Client"),
    "closed_on": _("Closed on"),
    "colleague": _("Who goes on"),
    "community": _("Community"),
    "consequence": _("What follows"),
    "contradictions": _("What contradicts it"),
    "contribution_year": _("Contribution year"),
    "corrections": _("Corrections"),
    "count": _("How many"),
    "day": _("Day"),
    "denied": _("Denied (yuan)"),
    "diagnosis": _("Diagnosis"),
    "diagnosis_id": _("Principal diagnosis"),
    "digest": _("Checksum"),
    "discharged_on": _("Discharged on"),
    "disease": _("Disease"),
    "district": _("District"),
    "district_share": _("District share (yuan)"),
    "done": _("Done"),
    "drafts": _("Drafts"),
    "dry_run": _("Dry run"),
    "due_on": _("Due on"),
    "duplicate": _("Record that goes"),
    "duty": _("Duty of Art. 29"),
    "emergency": _("Emergency"),
    "ended": _("Ended"),
    "ends": _("Until"),
    "ends_in": _("Secret that ends in"),
    "enrollment": _("Enrollment"),
    "fields": _("What was changed"),
    "file_number": _("File number"),
    "filters": _("Filters"),
    "finding": _("Finding"),
    "first": _("First record"),
    "first_day": _("First day"),
    "for": _("On leave"),
    "form_signed": _("The admission form is signed"),
    "from": _("Referring institution"),
    "from_community": _("Registered in"),
    "fund": _("The fund pays (yuan)"),
    "government": _("Government part (yuan)"),
    "government_before": _("Government part before (yuan)"),
    "grade": _("Grade"),
    "hash": _("Checksum"),
    "head": _("Heads the office"),
    "id_number": _("ID number"),
    "inpatient_number": _("Inpatient number"),
    "institution": _("Institution"),
    "invoices": _("Invoices"),
    "invoice_total": _("Total of the invoices (yuan)"),
    "issued_on": _("Issued on"),
    "item": _("Item"),
    "items": _("Items"),
    "key": _("Key of the file"),
    "kind": _("Kind"),
    "last": _("Last record"),
    "last_day": _("Last day"),
    "letters": _("Letters with a reason"),
    "line": _("Line"),
    "line_numbers": _("Lines"),
    "lines": _("Lines"),
    "list": _("Payment list"),
    "made": _("Made"),
    "materials": _("Documents"),
    "may_refer": _("May issue referrals (Art. 23)"),
    "moved_on": _("Moved on"),
    "name": _("Name on record"),
    "name_en": _("Name in English"),
    "new": _("New"),
    "nothing": _("Nothing to do"),
    "notice": _("Notice"),
    "notices": _("Notices"),
    "number": _("Number"),
    "of": _("Belongs to"),
    "office": _("Office"),
    "on": _("Day"),
    "other_diagnoses": _("Other diagnoses"),
    "out_of_city": _("Out of the city"),
    "owner": _("Seen to by"),
    "paid": _("Paid already"),
    "paid_on": _("Value date"),
    "paper": _("Checksum of the paper"),
    "papers": _("Documents"),
    "parent": _("Belongs to"),
    "parent_id": _("Belongs to"),
    "part": _("Part"),
    "parts": _("Parts"),
    "pay_until": _("Payable until"),
    "payer": _("Payer"),
    "payment": _("Payment"),
    "payments": _("Count of the payments"),
    "payments_sum": _("Sum of the payments"),
    "period": _("Period"),
    "personal": _("Personal part (yuan)"),
    "persons": _("Persons"),
    "persons_before": _("Persons before"),
    "phone": _("Telephone"),
    "policy_version": _("Policy version"),
    "problem": _("Why not matched"),
    "reason": _("Reason"),
    "reasons": _("Reasons found"),
    "receipt": _("Receipts"),
    "referral_id": _("Referral"),
    "refused": _("Refused"),
    "relation": _("Relation"),
    "reminded": _("Reminded"),
    "replaced_by": _("Replaced by"),
    "replaces": _("Replaces"),
    "report": _("Report"),
    "reported_by": _("Who reports it"),
    "resident": _("The resident pays (yuan)"),
    "resident_payment": _("Payments to residents"),
    "result": _("Makes"),
    "returned_on": _("Returned on"),
    "returned_payment": _("Payments that came back"),
    "returns": _("Count of the returned payments"),
    "returns_sum": _("Sum of the returned payments"),
    "reversal": _("Reversal"),
    "role": _("Role"),
    "rows": _("Rows that moved"),
    "run": _("Run"),
    "school": _("School"),
    "scope": _("What it holds"),
    "settlement": _("Settlement"),
    "settlements": _("Settlements"),
    "sex": _("Sex"),
    "sha256": _("Checksum"),
    "signed_on": _("Signed on"),
    "source": _("Source"),
    "starts": _("From"),
    "stated_notice": _("Stated notice number"),
    "statement": _("Subsidy statements"),
    "status": _("Status"),
    "stay": _("Stay"),
    "stays": _("Stays"),
    "students": _("Students"),
    "subsidy_receipt": _("Subsidies received"),
    "sum": _("Sum (yuan)"),
    "survivor": _("Record that stays"),
    "taken_by": _("Who took it"),
    "terms": _("Certificates extended"),
    "there": _("Open already"),
    "tier": _("Tier"),
    "to": _("Receiving institution"),
    "total": _("Total (yuan)"),
    "transfer_stated": _("Transferred from another institution"),
    "unchanged": _("Unchanged"),
    "undone": _("What was taken back"),
    "unpaid": _("Unpaid (yuan)"),
    "until": _("Until"),
    "valid_until": _("Valid until"),
    "value": _("What holds"),
    "waiting": _("Waiting"),
    "was": _("Why not matched before"),
    "way": _("Way"),
    "whole_id_numbers": _("With whole ID numbers"),
    "withdrawn": _("Withdrawn"),
    "would": _("To be done"),
    "year": _("Contribution year"),
}
# What an import of a bank file brought.
NAMES |= {figure.code: figure.label for figure in FIGURES if isinstance(figure.label, Promise)}
# What holds several values of one kind; any other pair is the value before and after.
LISTS = frozenset(
    {
        "contradictions",
        "fields",
        "filters",
        "invoices",
        "line_numbers",
        "lines",
        "notices",
        "papers",
        "reasons",
        "replaces",
    }
)
CODES: dict[str, tuple[type[StrEnum], ...]] = {
    "category": (Category,),
    "cause": (Cause,),
    "disease": (Disease, OutpatientDisease),
    "grade": (Grade,),
    "problem": (ReceiptProblem,),
    "reasons": (Ineligible, NotPayable, ReviewReason),
    "tier": (Tier,),
    "was": (ReceiptProblem,),
}
# Of the acts on one kind of object: verbs that begin so, and the name.
CODES_OF: dict[tuple[str, str], Mapping[str, str | Promise]] = {
    ("attachments", "part"): {code.value: words for code, words in WORDS[Material].items()},
    ("cards", "before"): dict(InsuranceCard.Status.choices),
    ("cards", "cause"): dict(InsuranceCard.Cause.choices),
    ("cards", "reported_by"): TAKEN_BY,
    ("cards", "taken_by"): TAKEN_BY,
    ("enrollments", "reason"): dict(Enrollment.EndReason.choices),
    ("households", "relation"): dict(Member.Relation.choices),
    ("inspections", "duty"): dict(InspectionFinding.Duty.choices),
    ("persons", "way"): {
        "card_number": _("Card number"),
        "id_number": _("ID number"),
        "person_number": _("Resident number"),
    },
    ("receipts", "channel"): dict(Receipt.Channel.choices),
    ("reimbursements", "papers"): {code.value: words for code, words in PAPERS.items()},
    ("registrations", "undone"): VERBS,
}
STATES = dict(MaterialCheck.State.choices)
CONTRADICTIONS: dict[str, str | Promise] = {
    "cover": _("Covered days"),
    "category": _("Category"),
    "cap_period": _("Cap period"),
}


def changes_of(entry: AuditEntry) -> list[tuple[str, str]]:
    """What an entry changed, in words: the name, and the value or the values before and after."""
    return [(name_of(name), _change(entry, name, value)) for name, value in entry.changes.items()]


def name_of(name: str) -> str:
    """The name of a change in words; as it is recorded where it has none."""
    return str(NAMES.get(name, name))


def _change(entry: AuditEntry, name: str, value: Any) -> str:
    word = _words(entry, name)
    if isinstance(value, list) and len(value) == 2:
        if all(isinstance(part, list) for part in value):
            return " → ".join(_listed(part, word) for part in value)
        if name not in LISTS:
            return f"{word(value[0])} → {word(value[1])}"
    if isinstance(value, list):
        return _listed(value, word)
    if name == "materials" and isinstance(value, dict):
        return gettext(", ").join(
            f"{label(Material(code))}{gettext(': ')}{STATES.get(state, state)}" for code, state in value.items()
        )
    return word(value)


def _listed(values: list[Any], word: Callable[[Any], str]) -> str:
    return gettext(", ").join(map(word, values)) or "—"


def _words(entry: AuditEntry, name: str) -> Callable[[Any], str]:
    """How a value of this name is said."""
    known = _known(entry, name)

    def word(value: Any) -> str:
        if value is None or value == "":
            return "—"
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        if isinstance(value, str):
            return str(known.get(value) or _moment(value))
        return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)

    return word


def _known(entry: AuditEntry, name: str) -> Mapping[str, str | Promise]:
    """The words for the codes of a name: of the entry's kind of object, or the same everywhere."""
    if (entry.verb.partition(".")[0], name) in CODES_OF:
        return CODES_OF[entry.verb.partition(".")[0], name]
    if name in CODES:
        return {code.value: label(code) for codes in CODES[name] for code in codes}
    if name == "fields":
        return NAMES
    if name == "contradictions":
        return CONTRADICTIONS
    if name == "role":
        return dict(Role.choices)
    if entry.verb.startswith("circumstances."):
        return dict(Circumstance.Kind.choices) if name == "kind" else VALUES.get(str(entry.changes.get("kind")), {})
    try:
        field = apps.get_model(entry.object_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return {}
    return dict(getattr(field, "flatchoices", ()))


def _moment(text: str) -> str:
    """A date and time as the clocks in Liaoyang show it; any other text as it is."""
    at = parse_datetime(text) if "T" in text else None
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else text
