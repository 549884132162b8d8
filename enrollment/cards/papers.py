"""The papers of cards: the certificate, and the sheet on which those who come for their cards sign (W7)."""

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from enrollment.contributions.selectors import covered_on
from enrollment.registration.labels import label
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.papers.paper import NUMBER, SHORT, TEXT, Paper, draw_up, facts, table, text
from liaoyang_medins.kernel.policy.terms import Category, Sex
from liaoyang_medins.kernel.web.templatetags.medins import masked, paper_date

from . import selectors
from .models import InsuranceCard


def certificate(card: InsuranceCard, *, on: datetime.date) -> Paper:
    """The certificate with the terms that it has on the day `on`; what was withdrawn is not in it any more."""
    resident = card.resident
    cover = covered_on(resident, on)
    terms = [row for row in reversed(selectors.terms_of(card, on)) if row.state not in ("withdrawn", "ended")]
    columns = [
        (_("Contribution year"), SHORT),
        (_("Benefits from"), SHORT),
        (_("Benefits until"), SHORT),
        (_("Notice"), SHORT),
    ]
    rows = [
        (row.notice.contribution_year, paper_date(row.starts), paper_date(row.ends), row.notice.number)
        for row in terms
    ]
    rules = _(
        "Show certificate and card on admission to a designated institution; in an emergency within 24 hours "
        "(Art. 19). They must not be lent, forged or altered: whoever does repays what the fund paid, gets no "
        "benefits and cannot take part for two years (Art. 30). Report a loss to the community at once."
    )
    body = [
        facts(
            [
                (_("Name"), resident.name),
                (_("Sex"), label(Sex(resident.sex))),
                (_("Date of birth"), paper_date(resident.birth_date)),
                (_("ID number"), masked(resident.id_number)),
                (_("Personal number"), resident.number),
                (_("Card number"), card.number),
                (_("Community"), resident.community.label),
                (_("Category"), label(Category(cover.category)) if cover else ""),
            ]
        ),
        table(columns, rows, caption=_("Term")) if rows else text(_("No term.")),
        text(rules),
    ]
    return draw_up(
        title=_("Certificate of the basic medical insurance of urban residents"),
        agency=settings.AGENCY_NAME,
        number=card.number,
        on=card.made_on,
        body=body,
        signatures=[_("Signature of the holder")],
        seal=_("Seal of the agency"),
    )


def hand_out_sheet(cards: Iterable[InsuranceCard], office: Office | None, *, on: datetime.date) -> Paper:
    """Who is to get a card at an office (of several, where it is None), with room for day, relation and signature."""
    columns = [
        (_("Row"), NUMBER),
        (_("Name"), SHORT),
        (_("Personal number"), SHORT),
        (_("Card number"), SHORT),
        (_("Address"), TEXT),
        (_("Date"), TEXT),
        (_("Relation"), TEXT),
        (_("Signature"), TEXT),
    ]
    rows = [
        (place, card.resident.name, card.resident.number, card.number, card.resident.address, "", "", "")
        for place, card in enumerate(cards, start=1)
    ]
    return draw_up(
        title=_("Hand-out sheet for certificates and cards"),
        agency=office.label if office else settings.AGENCY_NAME,
        number=f"{office.code}-{on:%Y%m%d}" if office else f"{on:%Y%m%d}",
        on=on,
        body=[table(columns, rows) if rows else text(_("No card waits at this office."))],
        signatures=[_("Handled by")],
        seal=_("Seal of the community"),
    )
