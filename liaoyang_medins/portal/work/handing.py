"""What waits about outpatient diseases, and lists that are handed over."""

import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.handover import selectors as handover
from claims.handover.models import HandoverList
from claims.labels import label
from claims.outpatient import selectors as outpatient
from claims.outpatient.models import OutpatientApproval
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import OutpatientDisease

from .queue import Queue, Row


def outpatient_to_decide(actor: Actor, today: datetime.date) -> Queue:
    """Approvals of outpatient diseases that were asked for (A5), the oldest first."""
    cases = outpatient.approvals_visible_to(actor).filter(status=OutpatientApproval.Status.REQUESTED)

    def row(case: OutpatientApproval) -> Row:
        what = label(OutpatientDisease(case.disease))
        return Row(case.number, case.get_absolute_url(), case.resident.name, what, case.requested_on)

    return Queue(
        "outpatient",
        _("Outpatient diseases to decide"),
        reverse("outpatient-approvals"),
        _("Requested on"),
        _("No approval of an outpatient disease waits for a decision."),
        cases.order_by("requested_on", "number"),
        row,
    )


def lists_to_issue(actor: Actor, today: datetime.date) -> Queue:
    """Drafts of lists that are handed over (A6): somebody else issues them."""
    cases = handover.lists_visible_to(actor).filter(status=HandoverList.Status.DRAFT)

    def row(case: HandoverList) -> Row:
        days = f"{case.period_from.isoformat()} – {case.period_until.isoformat()}"
        return Row(case.number, case.get_absolute_url(), case.get_kind_display(), days, case.drafted_on)

    return Queue(
        "handover",
        _("Lists to issue"),
        reverse("handover-lists"),
        _("Drafted on"),
        _("No list waits to be issued."),
        cases.order_by("drafted_on", "number"),
        row,
    )
