"""The settlement slip of a stay: who, where, what it cost by kind of fee, who pays which part, and the cap of the
period.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from claims import fees, labels
from claims.cap import CapUse
from claims.fees import Fees, KindSums
from claims.models import Settlement
from claims.rules import StayFacts
from liaoyang_medins.kernel.facts import from_json
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.papers.paper import (
    NUMBER,
    TEXT,
    Block,
    Paper,
    amount,
    code,
    draw_up,
    facts,
    heading,
    table,
    text,
)
from liaoyang_medins.kernel.policy.terms import NotPayable
from liaoyang_medins.kernel.web.templatetags.medins import masked, money, paper_date, percent

# A slip fits on one page: it is set more closely than other papers.
LAYOUT = "slip"


def slips(settlements: Sequence[Settlement]) -> list[Paper]:
    """The slips of settlements in the active language. They come with resident, stay, institution, diagnosis and
    reversal; what the slips ask besides are three statements, however many they are.
    """
    by_kind = fees.kinds_of([settlement.stay for settlement in settlements])
    return [slip(settlement, by_kind[settlement.stay_id]) for settlement in settlements]


def slip(settlement: Settlement, kinds: KindSums) -> Paper:
    """One slip; `kinds` are the sums of the stay's fee lines as they are now."""
    stay, person = settlement.stay, settlement.resident
    # Category and grade of the day of admission, as the settlement was told them.
    told = from_json(StayFacts, settlement.facts)
    title = (
        _("Settlement slip for outpatient treatment")
        if stay.outpatient
        else _("Settlement slip for an inpatient stay")
    )
    return draw_up(
        title=title if settlement.live else _("%(title)s (void)") % {"title": title},
        agency=settings.AGENCY_NAME,
        number=settlement.number,
        on=settlement.decided_on,
        body=[
            *void(settlement),
            facts(
                [
                    (_("Name"), person.name),
                    (_("ID number"), masked(person.id_number)),
                    (_("Personal number"), person.number),
                    (_("Category"), labels.label(told.category)),
                    (_("Institution"), stay.institution.label),
                    (_("Grade"), labels.label(told.grade)),
                    *when(settlement),
                    (_("Diagnosis"), f"{stay.diagnosis_id} {stay.diagnosis.label}"),
                    (_("Fund ratio"), "" if settlement.ratio is None else percent(settlement.ratio)),
                    (_("Policy version"), settlement.policy_version),
                ]
            ),
            *nothing_payable(settlement),
            by_kind_of_fee(settlement, kinds),
            who_pays(settlement),
            amount(_("Total cost"), settlement.total),
            amount(_("The fund pays"), settlement.fund),
            amount(_("The resident pays"), settlement.resident_pays),
            cap_so_far(settlement),
            code(settlement.number, _("The agency finds this settlement by the code or by its number.")),
        ],
        signatures=[
            _("Resident or relative (signature)"),
            _("Handled by (institution)"),
            _("Reviewed by (agency)"),
        ],
        seal=_("Seal of the institution"),
        layout=LAYOUT,
    )


def when(settlement: Settlement) -> list[tuple[str, object]]:
    """The numbers and days of the stay; of outpatient treatment (A5) those of the claim."""
    stay = settlement.stay
    starts, ends = paper_date(stay.admitted_on), paper_date(settlement.settled_on)
    if stay.outpatient:
        return [(_("Claim number"), stay.number), (_("Treated from"), starts), (_("Treated until"), ends)]
    return [
        (_("Inpatient number"), stay.inpatient_number),
        (_("Stay number"), stay.number),
        (_("Admitted on"), starts),
        (_("Discharged on"), ends),
        (_("Days in hospital"), (settlement.settled_on - stay.admitted_on).days or 1),
    ]


def void(settlement: Settlement) -> list[Block]:
    """A4: a slip whose settlement was reversed says so first of all."""
    if settlement.live:
        return []
    reversal = settlement.reversal
    words = _(
        "This slip is void: the settlement was reversed on %(day)s under the number %(number)s (%(reason)s)."
    ) % {
        "day": paper_date(reversal.reversed_on),
        "number": reversal.number,
        "reason": reversal.reason,
    }
    return [heading(_("Void")), text(words)]


def nothing_payable(settlement: Settlement) -> list[Block]:
    """A3: every reason for which the fund pays nothing."""
    if settlement.payable:
        return []
    reasons = [text(f"· {labels.label(NotPayable(reason))}") for reason in settlement.reasons]
    return [heading(_("The fund pays nothing, because:")), *reasons]


def by_kind_of_fee(settlement: Settlement, kinds: KindSums) -> Block:
    """A1: the cost by kind of fee. Where lines were changed since, after a reversal, the sums of today are not those
    of the settlement and are left out.
    """
    rows = kinds.adding_up_to(settlement.total, settlement.in_scope)
    if not rows:
        return text(_("The fee lines were changed since: the sums by kind of fee are no longer those of this slip."))
    whole = sum((row.fees for row in rows), Fees())
    columns = [
        (_("Kind of fee"), TEXT),
        (_("Amount (yuan)"), NUMBER),
        (_("In scope (yuan)"), NUMBER),
        (_("Out of scope (yuan)"), NUMBER),
    ]
    return table(
        columns,
        [(row.label, *sums(row.fees)) for row in rows],
        caption=_("Cost by kind of fee"),
        foot=(_("Sum"), *sums(whole)),
    )


def sums(of: Fees) -> tuple[str, str, str]:
    return money(of.amount), money(of.in_scope), money(of.out_of_scope)


def parts(settlement: Settlement) -> list[tuple[str, Decimal]]:
    """The resident's four parts (A2) in yuan; none where nothing is payable."""
    if not settlement.payable:
        return []
    named = {
        _("Out of scope"): settlement.out_of_scope,
        _("Deductible"): settlement.deductible,
        _("Co-payment"): settlement.copayment,
        _("Over the cap"): settlement.over_cap,
    }
    return [(label, yuan or ZERO) for label, yuan in named.items()]


def who_pays(settlement: Settlement) -> Block:
    """A2: the fund's part and the resident's, in its four parts."""
    columns = [*parts(settlement), (_("The resident pays"), settlement.resident_pays)]
    heads = [(label, NUMBER) for label, _yuan in columns]
    return table(heads, [[money(yuan) for _label, yuan in columns]], caption=_("The resident's part (yuan)"))


def cap_so_far(settlement: Settlement) -> Block:
    """B4: the cap of the period up to and with this settlement."""
    use = CapUse.of(settlement)
    caption = _("Cap period %(starts)s to %(ends)s (yuan)") % {
        "starts": paper_date(use.starts),
        "ends": paper_date(use.ends),
    }
    this = _("This treatment") if settlement.stay.outpatient else _("This stay")
    columns = {
        _("Cap of the year"): use.cap,
        _("Used before this stay"): use.before,
        this: use.this,
        _("Used in the period so far"): use.before + use.this,
        _("Left afterwards"): use.left,
    }
    return table([(label, NUMBER) for label in columns], [[money(yuan) for yuan in columns.values()]], caption=caption)
