"""The papers of a registration: receipt, notice of what is missing (W2), notice of refusal (W3), transmittal sheet."""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.papers import services
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.papers.paper import (
    NUMBER,
    SHORT,
    TEXT,
    Paper,
    amount,
    draw_up,
    facts,
    heading,
    table,
    text,
)
from liaoyang_medins.kernel.policy.terms import Category, Material, Tier
from liaoyang_medins.kernel.web.templatetags.medins import masked, paper_date

from .guide import guide, next_step
from .labels import article_text, label
from .models import Handover, MaterialCheck, Registration
from .reasons import eligibility_steps, reasons_of
from .selectors import policy_on

# The kinds that are kept.
MISSING, REFUSAL = "missing_notice", "refusal_notice"
BAD = (MaterialCheck.State.MISSING, MaterialCheck.State.WRONG)


def receipt(row: Registration, *, on: datetime.date, due: Decimal | None = None) -> Paper:
    """What the applicant takes home: number, what was received, what happens next and until when (U8).

    `due` is the contribution in yuan if it is paid on the day `on`; the guide is that of this day.
    """
    resident, terms = row.resident, guide(on)
    body = [
        facts(
            [
                (_("Name"), resident.name),
                (_("ID number"), masked(resident.id_number)),
                (_("Community"), resident.community.label),
                (_("Received on"), paper_date(row.received_on)),
                (_("Guardian or agent"), row.agent_name),
                (_("Category"), label(Category(row.category)) if row.category else ""),
                (_("Tier"), label(Tier(row.tier)) if row.tier else ""),
                (_("Status"), row.get_status_display()),
            ]
        )
    ]
    checks = [(label(Material(item.material)), item.get_state_display(), item.remark) for item in row.materials.all()]
    if checks:
        columns = [(_("Document"), TEXT), (_("How it was found"), SHORT), (_("Remark"), TEXT)]
        body.append(table(columns, checks, caption=_("Documents")))
    if due is not None:
        body.append(amount(_("Contribution if paid today"), due))
    until = _("At the latest on %(day)s.") % {"day": paper_date(row.due_on)} if row.due_on else ""
    after = next_step(row.status, from_school=row.office.kind == Office.Kind.SCHOOL)
    told = _(
        "Terms: the community forwards within %(community)s days of acceptance, the district reviews within "
        "%(district)s days of receipt (%(article)s)."
    ) % {"community": terms.community_days, "district": terms.district_days, "article": terms.article}
    body += [heading(_("What happens next")), text(f"{after} {until}".strip()), text(told)]
    return draw_up(
        title=_("Receipt of the registration"),
        agency=row.office.label,
        number=row.number,
        on=row.received_on,
        body=body,
        signatures=[_("Handled by"), _("Signature of the applicant")],
        seal=_("Seal of the receiving office"),
    )


# --- what is kept ----------------------------------------------------------------------------------------------------


def keep_missing_notice(
    row: Registration, found: Sequence[MaterialCheck], *, on: datetime.date, reason: str
) -> KeptPaper | None:
    """W2: keep the notice that names all that was found missing or wrong; None where nothing was.

    `reason` says why something was not named the first time.
    """
    bad = [item for item in found if item.state in BAD]
    if not bad:
        return None
    return services.keep(
        kind=MISSING, of=row, on=on, draw=lambda round_of: _missing_notice(row, bad, round_of, on, reason)
    )


def keep_refusal_notice(row: Registration, *, on: datetime.date, remark: str) -> KeptPaper:
    """W3, E8: keep the notice of refusal with every reason and its article."""
    return services.keep(kind=REFUSAL, of=row, on=on, draw=lambda _round: _refusal_notice(row, on, remark))


def _missing_notice(
    row: Registration, bad: Sequence[MaterialCheck], round_of: int, on: datetime.date, reason: str
) -> Paper:
    copies = policy_on(row.received_on).registration.copies
    said = _(
        "To %(name)s: for the registration received on %(day)s the following documents are missing or wrong. "
        "These are all; please bring them."
    ) % {"name": row.resident.name, "day": paper_date(row.received_on)}
    columns = [
        (_("Document"), TEXT),
        (_("Number needed"), NUMBER),
        (_("How it was found"), SHORT),
        (_("What is wrong with it"), TEXT),
        (_("Basis"), SHORT),
    ]
    rows = []
    for item in bad:
        figure = copies[Material(item.material)]
        words = str(MaterialCheck.State(item.state).label)
        rows.append([label(Material(item.material)), figure.value, words, item.remark, article_text(figure.article)])
    body = [text(said), table(columns, rows)]
    if reason:
        body.append(text(_("Not named the first time, because: %(reason)s") % {"reason": reason}))
    return draw_up(
        title=_("Notice of missing documents"),
        agency=row.office.label,
        number=row.number if round_of == 1 else f"{row.number}-{round_of}",
        on=on,
        body=body,
        signatures=[_("Handled by"), _("Signature of the applicant")],
        seal=_("Seal of the receiving office"),
    )


def _refusal_notice(row: Registration, on: datetime.date, remark: str) -> Paper:
    resident = row.resident
    words = {
        "name": resident.name,
        "number": masked(resident.id_number),
        "day": paper_date(row.received_on),
    }
    if resident.id_number:
        said = _("To %(name)s (%(number)s): the registration received on %(day)s is refused.") % words
    else:
        said = _("To %(name)s: the registration received on %(day)s is refused.") % words
    reasons = [(reason.text, reason.article) for reason in reasons_of(eligibility_steps(row))] if row.reasons else []
    if remark:
        # What the rules do not name is still found in the review that the article on registration asks for.
        reasons.append((remark, guide(on).article))
    measures = _("Measures for Basic Medical Insurance of Urban Residents of Liaoyang")
    basis = _("Basis: %(measures)s.") % {"measures": measures}
    again = _("If a reason no longer applies you may register again at any time.")
    return draw_up(
        title=_("Notice of refusal"),
        agency=row.office.label,
        number=row.number,
        on=on,
        body=[
            text(said),
            heading(_("Reasons")),
            table([(_("Reason"), TEXT), (_("Basis"), SHORT)], reasons),
            text(f"{basis} {again}"),
        ],
        signatures=[_("Handled by"), _("Signature of the recipient")],
        seal=_("Seal of the receiving office"),
    )


# --- between the offices ---------------------------------------------------------------------------------------------


def transmittal(
    handovers: Iterable[Handover], *, giver: Office, taker: Office | None, on: datetime.date, number: str
) -> Paper:
    """The list of the registrations that `giver` hands to `taker` (None: the agency) on the day `on`, to be signed by
    both.
    """
    rows = [
        (
            place,
            handover.registration.number,
            handover.registration.resident.name,
            masked(handover.registration.resident.id_number),
            handover.registration.resident.community.label,
        )
        for place, handover in enumerate(handovers, start=1)
    ]
    columns = [
        (_("Line"), NUMBER),
        (_("Registration number"), SHORT),
        (_("Name"), TEXT),
        (_("ID number"), SHORT),
        (_("Community"), TEXT),
    ]
    to = taker.label if taker else settings.AGENCY_NAME
    return draw_up(
        title=_("Transmittal sheet of registrations"),
        agency=giver.label,
        number=number,
        on=on,
        body=[
            facts(
                [
                    (_("Handed over by"), giver.label),
                    (_("Handed over to"), to),
                    (_("Registrations in all"), len(rows)),
                ]
            ),
            table(columns, rows),
        ],
        signatures=[
            _("Handed over by (signature)"),
            _("Taken over by (signature)"),
            _("Date handed over"),
            _("Date taken over"),
        ],
        seal=_("Seal of the office that takes over"),
    )
