"""What is told a resident in writing: that the documents came, the decision with its calculation, the refusal. Each is
kept as it was said.
"""

from django.conf import settings
from django.utils.translation import gettext as _

from claims import labels
from claims.models import Settlement
from claims.services.settlement import explain
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.papers import services
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.papers.paper import (
    NUMBER,
    SHORT,
    TEXT,
    Block,
    Paper,
    amount,
    draw_up,
    facts,
    heading,
    table,
    text,
)
from liaoyang_medins.kernel.policy.terms import NotPayable
from liaoyang_medins.kernel.web.templatetags.medins import masked, money, paper_date

from . import rules
from .labels import paper_text
from .models import Reimbursement

ACKNOWLEDGEMENT, DECISION, REFUSAL = "reimbursement_receipt", "reimbursement_decision", "reimbursement_refusal"


def keep_acknowledgement(application: Reimbursement) -> KeptPaper:
    """Keep what confirms that the documents came; call it when the application says which."""
    return services.keep(
        kind=ACKNOWLEDGEMENT, of=application, on=clock.today(), draw=lambda _round: acknowledgement(application)
    )


def keep_decision(application: Reimbursement, settlement: Settlement) -> KeptPaper:
    """Keep the decision; call it when the stay is settled."""
    return services.keep(
        kind=DECISION, of=application, on=settlement.decided_on, draw=lambda _round: decision(application, settlement)
    )


def keep_refusal(application: Reimbursement) -> KeptPaper:
    """Keep the refusal; call it when the application says why."""
    return services.keep(kind=REFUSAL, of=application, on=clock.today(), draw=lambda _round: refusal(application))


def about(application: Reimbursement) -> Block:
    """Whose application it is, and for what."""
    stay, resident, account = application.stay, application.resident, application.account
    days = " – ".join(paper_date(day) for day in (stay.admitted_on, stay.discharged_on) if day)
    return facts(
        [
            (_("Name"), resident.name),
            (_("ID number"), masked(resident.id_number)),
            (_("Personal number"), resident.number),
            (_("Institution"), stay.institution.label),
            (_("Inpatient number"), stay.inpatient_number),
            (_("Days of the stay"), days),
            (_("Why the resident paid"), application.get_reason_display()),
            (_("Invoices (yuan)"), money(application.invoice_total)),
            (_("Numbers of the invoices"), ", ".join(invoices_of(application))),
            (_("Account holder"), account.holder if account else ""),
            (_("Bank"), account.bank if account else ""),
            (_("Account number"), account.masked if account else ""),
        ]
    )


def acknowledgement(application: Reimbursement) -> Paper:
    """What was handed in, what is missing, and until when the application is answered."""
    there = [(paper_text(code), _("Handed in")) for code in application.papers]
    missing = rules.missing_papers(application.papers)
    body = [
        about(application),
        table(
            [(_("Document"), TEXT), (_("State"), SHORT)],
            [*there, *((paper_text(paper.value), _("Missing")) for paper in missing)],
            caption=_("Documents"),
        ),
    ]
    if missing:
        body.append(text(_("Bring what is missing: the application is examined when all documents are there.")))
    body.append(text(_("The application is answered by %(day)s.") % {"day": paper_date(application.due_on)}))
    return draw_up(
        title=_("Confirmation of an application for reimbursement"),
        agency=settings.AGENCY_NAME,
        number=application.number,
        on=clock.today(),
        body=body,
        signatures=[_("Handled by"), _("Signature of who handed it in")],
        seal=_("Seal of the agency"),
    )


def decision(application: Reimbursement, settlement: Settlement) -> Paper:
    """What the fund pays of what the resident paid, step by step, in figures and characters; or why nothing."""
    steps = [labels.step_text(step) for step in explain(settlement)]
    body = [about(application)]
    if not settlement.payable:
        body += [heading(_("The fund pays nothing")), *(text(reason) for reason in reasons_of(settlement))]
    columns = [(_("Step"), TEXT), (_("How it came about"), TEXT), (_("Rule"), SHORT), (_("Amount (yuan)"), NUMBER)]
    rows = [
        (
            step.label,
            step.detail,
            f"{step.rule} {labels.article_text(step.article)}",
            money(step.amount) if step.amount is not None else "",
        )
        for step in steps
    ]
    body += [
        table(columns, rows, caption=_("Calculation")),
        amount(_("Total cost"), settlement.total),
        amount(_("The fund pays"), settlement.fund),
        amount(_("The resident bears"), settlement.resident_pays),
    ]
    if settlement.fund > 0:
        body.append(text(_("What the fund pays is transferred to the account named above.")))
    body.append(text(_("Settlement %(number)s.") % {"number": settlement.number}))
    return draw_up(
        title=_("Decision on an application for reimbursement"),
        agency=settings.AGENCY_NAME,
        number=application.number,
        on=settlement.decided_on,
        body=body,
        signatures=[_("Examined by"), _("Released by"), _("Signature of the recipient")],
        seal=_("Seal of the agency"),
    )


def refusal(application: Reimbursement) -> Paper:
    """Why nothing is reimbursed."""
    body = [
        about(application),
        heading(_("Decision")),
        text(_("The application is refused.")),
        heading(_("Reasons")),
        text(application.refusal),
    ]
    return draw_up(
        title=_("Refusal of an application for reimbursement"),
        agency=settings.AGENCY_NAME,
        number=application.number,
        on=clock.today(),
        body=body,
        signatures=[_("Decided by"), _("Signature of the recipient")],
        seal=_("Seal of the agency"),
    )


def invoices_of(application: Reimbursement) -> list[str]:
    """The numbers of the invoices, in their order."""
    return list(application.invoices.order_by("printed").values_list("printed", flat=True))


def reasons_of(settlement: Settlement) -> list[str]:
    """Why nothing is payable, in words (A3)."""
    return [labels.label(NotPayable(code)) for code in settlement.reasons]
