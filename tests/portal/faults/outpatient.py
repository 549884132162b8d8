"""Faults in outpatient diseases and lists that are handed over."""

import datetime

from claims.handover.models import HandoverLine, HandoverList
from claims.handover.selectors import seal_of
from claims.models import Stay
from claims.outpatient.models import OutpatientApproval, OutpatientClaim
from liaoyang_medins.kernel.papers.services import of_object

from .planting import FEN, change, fault, remove


def claim() -> Stay:
    return Stay.objects.filter(outpatient=True).exclude(status="cancelled").order_by("number")[0]


def line() -> HandoverLine:
    lines = HandoverLine.objects.filter(kind="over_cap", corrects=None, settlement__live=True)
    return lines.filter(list__status="issued").select_related("list", "settlement").order_by("pk")[0]


def sealed_anew(found: HandoverList) -> None:
    """The hash of the list fits what its lines say now."""
    change(found, sha256=seal_of(found))


@fault("outpatient.claim")
def after_the_approval() -> str:
    stay = claim()
    approval = stay.outpatient_claim.approval
    change(approval, starts=stay.admitted_on + datetime.timedelta(days=1))
    return stay.number


@fault("outpatient.claim")
def a_claim_without_an_approval() -> str:
    stay = claim()
    remove(stay.outpatient_claim)
    return stay.number


@fault("outpatient.twice")
def one_day_twice() -> str:
    one = OutpatientClaim.objects.filter(stay__status="settled").order_by("pk")[0]
    other = OutpatientClaim.objects.exclude(pk=one.pk).filter(stay__status="discharged").order_by("pk")[0]
    change(other.stay, admitted_on=one.stay.admitted_on)
    assert one.approval_id == other.approval_id
    return one.approval.number


@fault("outpatient.decision")
def decided_by_who_asked() -> str:
    found = OutpatientApproval.objects.filter(status="denied").order_by("pk")[0]
    return change(found, decided_by=found.made_by)


@fault("outpatient.decision")
def no_written_decision() -> str:
    found = OutpatientApproval.objects.filter(status="denied").order_by("pk")[0]
    remove(of_object(found).get())
    return found.number


@fault("handover.amounts")
def a_fen_more() -> str:
    row = line()
    change(row, amount=row.amount + FEN)
    sealed_anew(row.list)
    return f"{row.list.number} / {row.settlement.number}"


@fault("handover.complete")
def a_line_lost() -> str:
    row = line()
    remove(row)
    sealed_anew(row.list)
    return row.settlement.number


@fault("handover.corrected")
def a_correction_lost() -> str:
    correction = HandoverLine.objects.filter(corrects__isnull=False).select_related("list", "corrects__list")[0]
    earlier = correction.corrects
    assert earlier is not None
    remove(correction)
    sealed_anew(correction.list)
    return f"{earlier.list.number} / {earlier.settlement.number}"


@fault("handover.seal")
def another_name() -> str:
    row = line()
    change(row, name="某某")
    return row.list.number
