"""Stays: opened, changed, cancelled, ended, and found again."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from claims import services
from claims.api import answers
from claims.api.bodies import AdmissionBody, DischargeBody, ReasonBody, StaysQuery
from claims.api.operation import Call, Interface, operation
from claims.api.people import require_card_of, require_entitled
from claims.api.selectors import latest_reviews, open_review_of
from claims.api.shapes import StayShape, StaysShape
from claims.data import AdmissionData
from claims.facts import local
from claims.models import Referral, Review, Stay
from claims.selectors import stays_visible_to
from claims.services.records import unknown_stay
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.policy.terms import Cause

from .people import CARD

ADMISSION = (
    *("person_unknown", "merged", *CARD, "card_of_another", "already_admitted", "inpatient_number_taken"),
    *("diagnosis_unknown", "referral_unknown", "before_the_law", "no_grade", "invalid"),
)


def stay_of(call: Call, number: str) -> Stay:
    """The stay of the caller with this number, with what an answer says of it. Raises Invalid (stay_unknown)."""
    found = stays_visible_to(call.by).select_related("referral").filter(number=number).first()
    if found is None:
        raise unknown_stay()
    return found


def changed(stay: Stay) -> dict[str, Any]:
    """A stay that was just changed, with the review that waits: the change may have brought it to the agency."""
    review = open_review_of.first(stay.pk)
    stay.held = review.reasons[0] if review and review.kind == Review.Kind.SETTLEMENT else ""
    return answers.stay(stay, review)


def admission_of(call: Call) -> AdmissionData:
    """What the services take. Checks that the card is the person's, and that the referral leads here."""
    body = call.body
    if "card_number" in body:
        require_card_of(body["person_number"], body["card_number"])
    number = body.get("referral_number")
    if number is not None:
        leads_here = Referral.objects.filter(
            number=number, to_institution=call.institution, resident__number=body["person_number"]
        )
        if not leads_here.exists():
            said = _("There is no such referral of this person to this institution.")
            raise Invalid(said, code="referral_unknown", field="referral_number")
    principal, *others = body["diagnoses"]
    return AdmissionData(
        resident_number=body["person_number"],
        inpatient_number=body["inpatient_number"],
        admitted_at=body["admitted_at"],
        diagnosis=principal,
        other_diagnoses=tuple(others),
        emergency=body["emergency"],
        card_presented_at=body.get("card_presented_at"),
        form_signed=body["form_signed"],
        cause=Cause(body["cause"]),
        transfer_stated=body["transfer_stated"] or number is not None,
    )


class Stays(Interface):
    @operation("5201", "list_stays", "The institution's stays", asks=StaysQuery, gives=StaysShape)
    def get(self, call: Call) -> dict[str, Any]:
        """Newest first, a page at a time."""
        asked = call.query
        found = stays_visible_to(call.by).select_related("referral").order_by("-admitted_on", "-number")
        if "status" in asked:
            found = found.filter(status=asked["status"])
        if "person_number" in asked:
            found = found.filter(resident__number=asked["person_number"])
        if "inpatient_number" in asked:
            found = found.filter(inpatient_number=asked["inpatient_number"])
        if "admitted_from" in asked:
            found = found.filter(admitted_on__gte=asked["admitted_from"])
        if "admitted_until" in asked:
            found = found.filter(admitted_on__lte=asked["admitted_until"])
        if "after" in asked:
            last = stays_visible_to(call.by).filter(number=asked["after"]).first()
            if last is None:
                return {"stays": [], "next": None}
            same = Q(admitted_on=last.admitted_on, number__lt=last.number)
            found = found.filter(Q(admitted_on__lt=last.admitted_on) | same)
        rows = list(found[: asked["limit"] + 1])
        page = rows[: asked["limit"]]
        reviews = latest_reviews(page)
        return {
            "stays": [answers.stay(row, reviews.get(row.pk)) for row in page],
            "next": page[-1].number if len(rows) > len(page) else None,
        }

    @operation(
        "2401",
        "admit",
        "Open a stay",
        takes=AdmissionBody,
        gives=StayShape,
        status=201,
        changes=True,
        codes=(*ADMISSION, "not_entitled", "agreement_not_in_force"),
    )
    def post(self, call: Call) -> dict[str, Any]:
        """The answer's stay_number names the stay in every other call. A referral that leads here is found."""
        with transaction.atomic():
            stay = services.admit(admission=admission_of(call), by=call.by)
            require_entitled(stay)
        return answers.stay(stay)


class OneStay(Interface):
    @operation("5202", "get_stay", "One stay", gives=StayShape, codes=("stay_unknown",))
    def get(self, call: Call, number: str) -> dict[str, Any]:
        """A stay in its present state, without its lines."""
        stay = stay_of(call, number)
        return answers.stay(stay, latest_reviews([stay]).get(stay.pk))


class Admission(Interface):
    @operation(
        "2403",
        "change_admission",
        "Change an admission",
        takes=AdmissionBody,
        gives=StayShape,
        changes=True,
        codes=("stay_unknown", "wrong_state", "outpatient_claim", *ADMISSION),
    )
    def put(self, call: Call, number: str) -> dict[str, Any]:
        """While nothing is settled. The whole admission is sent; the person stays the same."""
        admission = admission_of(call)
        if stay_of(call, number).resident.number != admission.resident_number:
            said = _("The stay is another person's. Cancel it and open a new one.")
            raise Invalid(said, code="person_unknown", field="resident")
        return changed(services.change_admission(stay_number=number, admission=admission, by=call.by))


class Cancellation(Interface):
    @operation(
        "2404",
        "cancel_admission",
        "Cancel an admission",
        takes=ReasonBody,
        gives=StayShape,
        changes=True,
        codes=("stay_unknown", "wrong_state", "has_lines", "examined", "merged", "invalid"),
    )
    def post(self, call: Call, number: str) -> dict[str, Any]:
        """Of a stay without fee lines that is not discharged."""
        return answers.stay(services.cancel_admission(stay_number=number, reason=call.body["reason"], by=call.by))


class Discharge(Interface):
    @operation(
        "2402",
        "discharge",
        "Discharge",
        takes=DischargeBody,
        gives=StayShape,
        changes=True,
        codes=("stay_unknown", "wrong_state", "lines_after_discharge", "diagnosis_unknown", "merged", "invalid"),
    )
    def post(self, call: Call, number: str) -> dict[str, Any]:
        """Its day is the settlement date (B4). The diagnoses, where they are sent, are those that are settled by."""
        at = local(call.body["discharged_at"])
        ended = services.discharge(
            stay_number=number,
            discharged_on=at.date(),
            discharged_at=at,
            way=call.body["way"],
            diagnoses=call.body.get("diagnoses", ()),
            by=call.by,
        )
        return changed(ended)


class DischargeCancellation(Interface):
    @operation(
        "2405",
        "cancel_discharge",
        "Cancel a discharge",
        takes=ReasonBody,
        gives=StayShape,
        changes=True,
        codes=("stay_unknown", "wrong_state", "outpatient_claim", "merged", "invalid"),
    )
    def post(self, call: Call, number: str) -> dict[str, Any]:
        """Of a stay that is not settled: fee lines can be added and revoked again."""
        return changed(services.cancel_discharge(stay_number=number, reason=call.body["reason"], by=call.by))
