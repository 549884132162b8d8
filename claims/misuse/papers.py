"""The decision on a misuse in writing, with its article (S1, Art. 30); it is kept as it was said."""

from django.conf import settings
from django.utils.translation import gettext as _

from enrollment.registration.labels import article_text
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
from liaoyang_medins.kernel.policy import Policy
from liaoyang_medins.kernel.web.templatetags.medins import masked, money, paper_date

from . import selectors
from .models import MisuseCase

DECISION = "misuse_decision"


def keep_decision(case: MisuseCase, rule: Policy) -> KeptPaper:
    """Keep the decision; call it when the case says it all, with the policy of the day."""
    if case.decided_on is None:
        raise ValueError(f"{case} is not decided.")
    return services.keep(kind=DECISION, of=case, on=case.decided_on, draw=lambda _round: decision(case, rule))


def decision(case: MisuseCase, rule: Policy) -> Paper:
    """What is told the person: what was found, what is decided by which article, what is to be repaid."""
    if case.decided_on is None or case.barred_until is None:
        raise ValueError(f"{case} is no decision.")
    resident, recovery = case.resident, selectors.recovery_of(case)
    article = article_text(rule.eligibility.bar_years.article)
    decided = [
        _("1. Benefits stop on %(day)s; certificate and card are suspended (%(article)s).")
        % {"day": paper_date(case.decided_on), "article": article},
        _(
            "2. The person may not take part in the insurance for %(years)s years, until %(day)s. Coming back "
            "afterwards is a new enrollment with the waiting period (%(article)s)."
        )
        % {"years": rule.eligibility.bar_years.value, "day": paper_date(case.barred_until), "article": article},
    ]
    body = [
        facts(
            [
                (_("Name"), resident.name),
                (_("ID number"), masked(resident.id_number)),
                (_("Personal number"), resident.number),
                (_("Community"), resident.community.label),
                (_("Card number"), case.card.number if case.card else ""),
                (_("What was done"), case.get_kind_display()),
            ]
        ),
        heading(_("What was found")),
        text(case.facts),
        heading(_("What is decided")),
        *(text(words) for words in decided),
    ]
    if recovery.claimed > 0:
        said = _("3. %(debtor)s repays until %(day)s what the fund paid by the card (%(article)s):") % {
            "debtor": case.debtor,
            "day": paper_date(case.due_on),
            "article": article,
        }
        body.append(text(said))
        columns = [
            (_("Settlement"), SHORT),
            (_("Institution"), TEXT),
            (_("Settlement date"), SHORT),
            (_("To be recovered (yuan)"), NUMBER),
        ]
        rows = [
            (
                item.settlement.number,
                item.settlement.stay.institution.label,
                paper_date(item.settlement.settled_on),
                money(item.amount),
            )
            for item in case.items.filter(settlement__live=True).select_related(
                "settlement__stay__institution__office"
            )
        ]
        body.append(table(columns, rows, foot=(_("Sum"), "", "", money(recovery.claimed))))
        body.append(amount(_("To be repaid"), recovery.claimed))
    body += [heading(_("Reasons")), text(case.reasoning)]
    return draw_up(
        title=_("Decision on the misuse of an insurance card"),
        agency=settings.AGENCY_NAME,
        number=case.number,
        on=case.decided_on,
        body=body,
        signatures=[_("Decided by"), _("Signature of the recipient")],
        seal=_("Seal of the agency"),
    )
