"""The letters of the window: a reminder to pay, and why there is no notice (W5, W8, E8)."""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from enrollment.registration.labels import step_text
from enrollment.registration.models import Enrollment, Resident
from enrollment.registration.reasons import reasons_of
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.days import next_day
from liaoyang_medins.kernel.money import ZERO
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
from liaoyang_medins.kernel.policy import Policy, Step
from liaoyang_medins.kernel.web.templatetags.medins import masked, money, paper_date

from . import rules, selectors
from .models import ContributionNotice, Receipt, WindowLetter

# The kind of the papers that are kept.
NO_NOTICE = "no_notice_letter"


def reminder(letter: WindowLetter, notice: ContributionNotice, law: Policy, *, held: Sequence[Receipt] = ()) -> Paper:
    """What is still to be paid, until when, and what becomes of who does not (W5, W8, B2): of the `notice` that is
    open by now, with the parts of an employer that are `held` for it (C5). `law` is the policy of the term's last day.
    """
    due = selectors.due_of(notice)
    resident = notice.resident
    pay = _(
        "The contribution for %(year)s is not paid yet. It can be paid until %(day)s, once and in full, at a "
        "designated bank; please state the number of the notice. If you have paid meanwhile, nothing is left to do."
    ) % {"year": notice.contribution_year, "day": paper_date(notice.pay_until)}
    return draw_up(
        title=_("Reminder of the contribution to the basic medical insurance of urban residents"),
        agency=settings.AGENCY_NAME,
        number=notice.number,
        # Not before what it is about.
        on=max(letter.written_on, notice.issued_on),
        body=[
            facts(_about(resident)),
            amount(_("Amount due"), due),
            *parts_held(held, due),
            text(pay),
            heading(_("If it is not paid in time")),
            *late_payer(rules.lapses_on(notice.contribution_year), next_day(notice.pay_until), law),
        ],
        seal=_("Seal of the agency"),
    )


def parts_held(held: Sequence[Receipt], due: Decimal) -> list[Block]:
    """What an employer has paid of the amount `due`, and what is still to be paid (C5)."""
    if not held:
        return []
    columns = [(_("Receipt"), SHORT), (_("Payer"), TEXT), (_("Value date"), SHORT), (_("Held, in yuan"), NUMBER)]
    rows = [(part.number, part.payer, paper_date(part.paid_on), money(part.amount)) for part in held]
    total = sum((part.amount for part in held), ZERO)
    return [
        table(columns, rows, caption=_("Parts that an employer paid"), foot=(_("Sum"), "", "", money(total))),
        amount(_("Still to be paid"), due - total),
    ]


def late_payer(last_day: datetime.date, paid_on: datetime.date, law: Policy) -> list[Block]:
    """What awaits who lets the relationship end on `last_day` and pays on `paid_on` (W8, B2, Art. 17)."""
    figures = {
        "last": paper_date(last_day),
        "months": law.benefits.waiting_months.value,
        "paid": paper_date(paid_on),
        "start": paper_date(rules.after_waiting(paid_on, law)),
    }
    ends = _("The insured relationship ends on %(last)s. What is spent afterwards is not covered.") % figures
    waits = (
        _(
            "Who comes back later is enrolled anew, and benefits start only after a waiting period of %(months)s "
            "months: paid on %(paid)s, from %(start)s (Art. 16, 17)."
        )
        % figures
    )
    return [text(ends), text(waits)]


def keep_no_notice(
    enrollment: Enrollment,
    year: int,
    steps: Sequence[Step],
    *,
    on: datetime.date,
    covered_until: datetime.date,
    round_of: int,
    law: Policy,
) -> KeptPaper:
    """Keep the letter that says why no notice for `year` is made: every reason among the `steps` of the answer, with
    its article (E8).
    """
    return services.keep(
        kind=NO_NOTICE,
        of=enrollment,
        on=on,
        draw=lambda _round: _no_notice(enrollment, year, steps, on, covered_until, law),
        round_of=round_of,
    )


def _no_notice(
    enrollment: Enrollment, year: int, steps: Iterable[Step], on: datetime.date, until: datetime.date, law: Policy
) -> Paper:
    resident = enrollment.resident
    reasons = [(reason.text, reason.article) for reason in reasons_of([step_text(step) for step in steps])]
    words = {
        "name": resident.name,
        "year": year,
        "until": paper_date(until),
        "months": law.benefits.enroll_within_months.value,
    }
    said = _("To %(name)s: no contribution notice for %(year)s is made, since you may not take part in that year.")
    ends = _("What is paid stays paid: the insured relationship holds until %(until)s and ends then.")
    again = _(
        "If a reason no longer applies, you may register again at any time at your community. Who enrolls and pays "
        "within %(months)s months of becoming eligible does not wait (Art. 16)."
    )
    return draw_up(
        title=_("Notice that the insured relationship is not continued"),
        agency=settings.AGENCY_NAME,
        number=enrollment.number,
        on=on,
        body=[
            facts(_about(resident)),
            text(said % words),
            heading(_("Reasons")),
            table([(_("Reason"), TEXT), (_("Basis"), SHORT)], reasons),
            text(ends % words),
            text(again % words),
        ],
        signatures=[_("Handled by"), _("Signature of the recipient")],
        seal=_("Seal of the agency"),
    )


def _about(resident: Resident) -> list[tuple[str, object]]:
    return [
        (_("Name"), resident.name),
        (_("Personal number"), resident.number),
        (_("ID number"), masked(resident.id_number)),
        (_("Community"), resident.community.label),
    ]


def letter_papers(letters: Sequence[WindowLetter], year: int, on: datetime.date) -> list[Paper]:
    """The letters of a contribution year as they are printed on the day `on`: kept word for word, or drawn up from
    what is to be paid by then; a reminder of what is not to be paid any more is left out.
    """
    notices = selectors.notices_to_remind_of(letters, year, on)
    parts = selectors.held_for_each(notice.pk for notice in notices.values())
    papers = []
    for letter in letters:
        if letter.paper is not None:
            papers.append(letter.paper.paper())
        elif notice := notices.get(letter.enrollment_id):
            held = parts.get(notice.pk, ())
            papers.append(reminder(letter, notice, policy_on(notice.pay_until), held=held))
    return papers
