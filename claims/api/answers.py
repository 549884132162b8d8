"""What is answered, as plain data: amounts and figures are strings, days and moments as ISO 8601 writes them."""

import datetime
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from claims import labels
from claims.data import LineOutcome
from claims.explanation import BASIS
from claims.facts import CapPosition, local
from claims.models import FeeLine, Reversal, Review, Settlement, Stay
from claims.selectors import Entitlement
from claims.services import Calculation
from enrollment.cards.models import InsuranceCard
from enrollment.contributions.selectors import CoveredDays
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.policy import Step
from liaoyang_medins.kernel.policy.terms import LineProblem, NotPayable, ReviewReason
from liaoyang_medins.kernel.web.templatetags.medins import masked

from .models import Message

Body = dict[str, Any]


def yuan(amount: Decimal) -> str:
    """Yuan with two decimals."""
    return f"{amount:.2f}"


def maybe(amount: Decimal | None) -> str | None:
    return None if amount is None else yuan(amount)


def plain(figure: Decimal) -> str:
    """A figure without the zeros at its end: 0.4500 is 0.45."""
    text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(on: datetime.date | None) -> str | None:
    return on.isoformat() if on else None


def moment(at: datetime.datetime | None) -> str | None:
    """With the offset of Liaoyang."""
    return local(at).isoformat(timespec="seconds") if at else None


def reasons_of(reasons: Iterable[NotPayable]) -> list[Body]:
    return [
        {
            "code": reason.value,
            "text": str(labels.label(reason)),
            "rule": BASIS[reason][0],
            "article": BASIS[reason][1],
        }
        for reason in reasons
    ]


def days(period: CoveredDays | None) -> Body | None:
    return {"first": day(period.starts), "last": day(period.ends)} if period else None


def cap_of(cap: CapPosition) -> Body:
    return {
        "first": day(cap.starts),
        "last": day(cap.ends),
        "cap": yuan(cap.cap),
        "used": yuan(cap.used),
        "left": yuan(cap.left),
    }


def person(resident: Resident, category: str, card: InsuranceCard | None) -> Body:
    """1101: who it is; never the full ID number."""
    return {
        "person_number": resident.number,
        "name": resident.name,
        "sex": resident.sex,
        "birth_date": day(resident.birth_date),
        "id_number_masked": masked(resident.id_number) if resident.id_number else None,
        "category": category,
        "community": {"code": resident.community.code, "name": resident.community.name},
        "card": {"number": card.number, "status": card.status} if card else None,
    }


def entitlement(found: Entitlement) -> Body:
    """2001: yes or no, and every reason why not."""
    institution, holds = found.institution, found.institution_on
    return {
        "person_number": found.resident.number,
        "on": day(found.on),
        "entitled": found.entitled,
        "reasons": reasons_of(found.reasons),
        "category": found.category.value,
        "benefit_period": days(found.period),
        "next_benefit_period": days(found.next_period),
        "cap": cap_of(found.cap),
        "institution": {
            "code": institution.code if institution else "",
            "name": institution.office.name if institution else "",
            "grade": holds.grade.value if holds and holds.grade else None,
            "designated": bool(holds and holds.designated),
        },
    }


def review(row: Review) -> Body:
    """What the agency was asked to look at, and what became of it. Where else the person lay is not told."""
    return {
        "asked_for": row.kind,
        "state": "waiting" if row.status in Review.OPEN else row.status,
        "since": day(row.opened_on),
        "decided_on": day(row.closed_on),
        "reasons": [
            {"code": code, "text": str(labels.label(ReviewReason(code)))}
            for code in row.reasons
            if code != ReviewReason.OVERLAP
        ],
        "note": row.note if row.status == Review.Status.DENIED else None,
    }


def stay(row: Stay, looked_at: Review | None = None) -> Body:
    """A stay, without its lines; `looked_at` is its review."""
    return {
        "stay_number": row.number,
        "kind": "outpatient" if row.outpatient else "inpatient",
        "status": row.status,
        "person_number": row.resident.number,
        "name": row.resident.name,
        "inpatient_number": row.inpatient_number,
        "admitted_at": moment(row.admitted_at),
        "discharged_at": moment(row.discharged_at),
        "discharged_on": day(row.discharged_on),
        "discharge_way": row.discharge_way or None,
        "emergency": row.emergency,
        "card_presented_at": moment(row.card_presented_at),
        "form_signed": row.form_signed,
        "cause": row.cause,
        "transfer_stated": row.transfer_stated,
        "referral_number": row.referral.number if row.referral else None,
        "diagnoses": [row.diagnosis_id, *row.other_diagnoses],
        "category": row.category,
        "held": bool(row.held),
        "review": review(looked_at) if looked_at else None,
    }


def line(row: FeeLine, in_scope: Decimal, reasons: Iterable[LineProblem]) -> Body:
    return {
        "line_number": row.line_number,
        "item_code": row.item_code,
        "item_name": row.item_name,
        "on": day(row.on),
        "quantity": plain(row.quantity),
        "unit_price": plain(row.unit_price),
        "amount": yuan(row.amount),
        "catalogue_class": row.catalogue_class or None,
        "personal_share": plain(row.personal_share),
        "in_scope": yuan(in_scope),
        "denied": yuan(row.denied),
        "denied_because": row.cut.reason if row.denied else None,
        "reasons": [reason.value for reason in reasons],
    }


def added(stay_number: str, outcomes: Sequence[LineOutcome]) -> Body:
    """2301: what became of each line, in the order of the call."""
    return {
        "stay_number": stay_number,
        "count": len(outcomes),
        "amount": yuan(sum((outcome.line.amount for outcome in outcomes), ZERO)),
        "in_scope": yuan(sum((outcome.in_scope for outcome in outcomes), ZERO)),
        "lines": [line(outcome.line, outcome.in_scope, outcome.reasons) for outcome in outcomes],
    }


def steps_of(steps: Iterable[Step]) -> list[Body]:
    """The calculation step by step, in words and with rule and article."""
    return [
        {
            "code": words.code,
            "label": words.label,
            "how": words.detail,
            "amount": maybe(words.amount),
            "rule": words.rule,
            "article": words.article,
            "holds_from": day(words.holds_from),
        }
        for words in map(labels.step_text, steps)
    ]


def presettlement(row: Stay, found: Calculation) -> Body:
    """2303: everything that 2304 would store, and nothing of it stored."""
    result, cap = found.result, found.gathered.cap
    return {
        "stay_number": row.number,
        "provisional": found.provisional,
        "settled_on": day(found.gathered.settled_on),
        "policy_version": found.gathered.policy.version,
        "amounts": {
            "payable": result.payable,
            "reasons": reasons_of(result.reasons),
            "total": yuan(result.total),
            "in_scope": yuan(result.in_scope),
            "out_of_scope": maybe(result.out_of_scope),
            "deductible": maybe(result.deductible),
            "ratio": None if result.ratio is None else plain(result.ratio),
            "copayment": maybe(result.copayment),
            "over_cap": maybe(result.over_cap),
            "fund": yuan(result.fund),
            "resident_pays": yuan(result.resident),
            "cap": {**cap_of(cap), "left": yuan(result.left)},
        },
        "steps": steps_of(found.steps),
        "overlaps": bool(found.overlaps),
    }


def settlement(row: Settlement, undone: Reversal | None = None) -> Body:
    """A settlement with every part of its sum; what is left of the cap is what it left. `undone` is its reversal."""
    left = max(ZERO, row.cap - row.cap_used - row.fund)
    return {
        "settlement_number": row.number,
        "stay_number": row.stay.number,
        "person_number": row.resident.number,
        "status": "live" if row.live else "reversed",
        "settled_on": day(row.settled_on),
        "decided_on": day(row.decided_on),
        "paid_out_on": day(row.paid_out_on),
        "policy_version": row.policy_version,
        "amounts": {
            "payable": row.payable,
            "reasons": reasons_of(NotPayable(reason) for reason in row.reasons),
            "total": yuan(row.total),
            "in_scope": yuan(row.in_scope),
            "out_of_scope": maybe(row.out_of_scope),
            "deductible": maybe(row.deductible),
            "ratio": None if row.ratio is None else plain(row.ratio),
            "copayment": maybe(row.copayment),
            "over_cap": maybe(row.over_cap),
            "fund": yuan(row.fund),
            "resident_pays": yuan(row.resident_pays),
            "cap": {
                "first": day(row.cap_from),
                "last": day(row.cap_until),
                "cap": yuan(row.cap),
                "used": yuan(row.cap_used),
                "left": yuan(left),
            },
        },
        "reversal_number": undone.number if undone else None,
        "reversed_on": day(undone.reversed_on if undone else None),
    }


def reversal(row: Reversal) -> Body:
    """2305: the reversing record."""
    return {
        "reversal_number": row.number,
        "settlement_number": row.settlement.number,
        "stay_number": row.settlement.stay.number,
        "reversed_on": day(row.reversed_on),
        "reason": row.reason,
        "fund": yuan(row.settlement.fund),
    }


def message(row: Message) -> Body:
    """What became of a message."""
    if row.status is None:
        outcome = "withdrawn"
    elif row.undone_by:
        outcome = "undone"
    else:
        outcome = "done" if row.status < 400 else "refused"
    return {
        "key": row.key,
        "operation": row.operation,
        "outcome": outcome,
        "received_at": moment(row.received_at),
        "status": row.status,
        "answer": json.loads(row.answer) if row.answer else None,
        "undone_by": row.undone_by or None,
    }
