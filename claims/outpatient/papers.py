"""The decision on an outpatient disease in writing (A5, Art. 25); it is kept as it was said."""

from django.conf import settings
from django.utils.translation import gettext as _

from claims.labels import label
from enrollment.registration.labels import article_text
from liaoyang_medins.kernel.papers import services
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.papers.paper import Paper, draw_up, facts, heading, text
from liaoyang_medins.kernel.policy.terms import OutpatientDisease
from liaoyang_medins.kernel.web.templatetags.medins import masked, paper_date

from .models import OutpatientApproval

DECISION = "outpatient_decision"


def keep_decision(approval: OutpatientApproval) -> KeptPaper:
    """Keep the decision; call it when the approval says it all."""
    if approval.decided_on is None:
        raise ValueError(f"{approval} is not decided.")
    return services.keep(kind=DECISION, of=approval, on=approval.decided_on, draw=lambda _round: decision(approval))


def decision(approval: OutpatientApproval) -> Paper:
    """What is told the person: what was asked for, what is decided, and what follows."""
    if approval.decided_on is None:
        raise ValueError(f"{approval} is not decided.")
    resident, article = approval.resident, article_text("25")
    denied = approval.status == OutpatientApproval.Status.DENIED
    body = [
        facts(
            [
                (_("Name"), resident.name),
                (_("ID number"), masked(resident.id_number)),
                (_("Personal number"), resident.number),
                (_("Disease"), label(OutpatientDisease(approval.disease))),
                (_("Diagnosis"), f"{approval.diagnosis_id} {approval.diagnosis.label}"),
                (_("Institution"), approval.institution.label),
                (_("Asked for from – until"), f"{paper_date(approval.starts)} – {paper_date(approval.until)}"),
                (_("Requested on"), paper_date(approval.requested_on)),
            ]
        ),
        heading(_("What is decided")),
    ]
    if denied:
        body += [
            text(_("The outpatient treatment of this disease is not approved (%(article)s).") % {"article": article}),
            heading(_("Reasons of the decision")),
            text(approval.denial),
        ]
    else:
        body += [
            text(
                _(
                    "The outpatient treatment of this disease is approved at this institution for this period "
                    "(%(article)s)."
                )
                % {"article": article}
            ),
            text(
                _(
                    "What the fund pays for it, and above which amount, a separate measure sets; it counts against "
                    "the same annual cap as hospital stays."
                )
            ),
        ]
    return draw_up(
        title=_("Decision on a specified outpatient disease"),
        agency=settings.AGENCY_NAME,
        number=approval.number,
        on=approval.decided_on,
        body=body,
        signatures=[_("Decided by"), _("Signature of the recipient")],
        seal=_("Seal of the agency"),
    )
