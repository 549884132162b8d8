"""The words for the acts of this app in the audit record, and for the periods of statements."""

import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

from .rules import PeriodKind

VERBS.update(
    {
        "journal.post": _("Posted documents to the journal"),
        "statements.begin": _("Began to draw the subsidy statement"),
        "statements.prepare": _("Prepared the subsidy statement"),
        "statements.redraw": _("Drew the subsidy statement anew"),
        "statements.discard": _("Discarded the draft of the subsidy statement"),
        "statements.sign": _("Signed the subsidy statement as its maker"),
        "statements.check": _("Checked the subsidy statement"),
        "statements.send_back": _("Sent the subsidy statement back"),
        "statements.issue": _("Approved and issued the subsidy statement"),
        "statements.book": _("Booked a subsidy received"),
        "statements.unbook": _("Took back a subsidy that was booked wrongly"),
        "statements.export": _("Asked for the workbook of the persons"),
        "statements.fetch": _("Fetched the workbook of the persons"),
        "statements.forget": _("The workbook of the persons was deleted"),
        "statements.remind": _("Reminded a finance office of its payment"),
    }
)


def period_label(kind: str, first: datetime.date) -> str:
    """A statement's period in words: the window of a year, or a month."""
    if kind == PeriodKind.WINDOW:
        return gettext("Window of %(year)s") % {"year": first.year}
    # Translators: a format of Django's date filter.
    return date_format(first, gettext("F Y"))
