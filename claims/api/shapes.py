"""What answers look like, for the schema; `answers.py` writes them. Amounts are yuan."""

from rest_framework import serializers

from claims.models import Review, Stay
from liaoyang_medins.kernel.policy.terms import (
    CatalogueClass,
    Category,
    Grade,
    LineProblem,
    NotPayable,
    ReviewReason,
)

from .fields import (
    Answer,
    Choice,
    CountField,
    DayField,
    FigureField,
    Flag,
    MomentField,
    ShareField,
    SignedYuanField,
    TextField,
    YuanField,
)

STATES = [value for value, _label in Stay.Status.choices]


class Place(Answer):
    code = TextField()
    name = TextField()


class CardShape(Answer):
    number = TextField()
    status = TextField()


class PersonShape(Answer):
    person_number = TextField(help_text="Names the person in every other call.")
    name = TextField()
    sex = Choice(choices=["M", "F"])
    birth_date = DayField()
    id_number_masked = TextField(allow_null=True)
    category = Choice(choices=[category.value for category in Category], help_text="On the day of the call.")
    community = Place()
    card = CardShape(allow_null=True, help_text="The present card.")


class ReasonShape(Answer):
    code = Choice(choices=[reason.value for reason in NotPayable])
    text = TextField()
    rule = TextField()
    article = TextField()


class Days(Answer):
    first = DayField()
    last = DayField()


class CapShape(Answer):
    """B4: the cap period and what of the cap is used and left."""

    first = DayField()
    last = DayField()
    cap = YuanField()
    used = YuanField()
    left = YuanField()


class InstitutionShape(Answer):
    code = TextField()
    name = TextField()
    grade = Choice(choices=[grade.value for grade in Grade], allow_null=True)
    designated = Flag(help_text="The agreement is in force on the day.")


class EntitlementShape(Answer):
    person_number = TextField()
    on = DayField()
    entitled = Flag()
    reasons = ReasonShape(many=True)
    category = Choice(choices=[category.value for category in Category])
    benefit_period = Days(allow_null=True)
    next_benefit_period = Days(allow_null=True)
    cap = CapShape()
    institution = InstitutionShape()


class ReviewReasonShape(Answer):
    code = Choice(choices=[reason.value for reason in ReviewReason])
    text = TextField()


class ReviewShape(Answer):
    """What the agency was asked to look at: a stay before it is settled, or the reversal of a paid settlement."""

    asked_for = Choice(choices=[value for value, _label in Review.Kind.choices])
    state = Choice(
        choices=["waiting", "released", "denied", "withdrawn"],
        help_text="released: settled, or reversed; denied: the settlement stays; withdrawn: nothing needs a person.",
    )
    since = DayField(help_text="Waits, or waited, from this day on.")
    decided_on = DayField(allow_null=True)
    reasons = ReviewReasonShape(many=True, help_text="Where else a person lay is not told.")
    note = TextField(allow_null=True, help_text="Why it was denied.")


class StayShape(Answer):
    stay_number = TextField(help_text="就诊 ID (mdtrt_id).")
    kind = Choice(
        choices=["inpatient", "outpatient"], help_text="outpatient: a claim of a specified disease (A5), no stay."
    )
    status = Choice(choices=STATES)
    person_number = TextField()
    name = TextField()
    inpatient_number = TextField()
    admitted_at = MomentField()
    discharged_at = MomentField(allow_null=True)
    discharged_on = DayField(allow_null=True)
    discharge_way = TextField(allow_null=True)
    emergency = Flag()
    card_presented_at = MomentField(allow_null=True)
    form_signed = Flag()
    cause = TextField()
    transfer_stated = Flag()
    referral_number = TextField(allow_null=True)
    diagnoses = serializers.ListField(child=TextField(), help_text="The principal diagnosis first.")
    category = Choice(choices=[category.value for category in Category], help_text="On the day of admission (D1).")
    held = Flag(help_text="Waits for the agency, which settles it.")
    review = ReviewShape(
        allow_null=True,
        help_text="The one that waits; of list_stays and get_stay the latest, also when it is decided.",
    )


class StaysShape(Answer):
    stays = StayShape(many=True)
    next = TextField(allow_null=True, help_text="Send it as `after`; null on the last page.")


class LineShape(Answer):
    line_number = TextField()
    item_code = TextField()
    item_name = TextField()
    on = DayField()
    quantity = FigureField()
    unit_price = FigureField()
    amount = YuanField()
    catalogue_class = Choice(choices=[cls.value for cls in CatalogueClass], allow_null=True)
    personal_share = ShareField()
    in_scope = YuanField(help_text="Counts towards the stay (A1).")
    denied = YuanField(help_text="Denied by the agency, of the amount.")
    denied_because = TextField(allow_null=True)
    reasons = serializers.ListField(
        child=Choice(choices=[problem.value for problem in LineProblem]), help_text="Why the rest does not."
    )


class AddedShape(Answer):
    stay_number = TextField()
    count = CountField()
    amount = YuanField(help_text="Sum of these lines.")
    in_scope = YuanField()
    lines = LineShape(many=True)


class LinesShape(Answer):
    stay_number = TextField()
    count = CountField(help_text="All lines of the stay.")
    amount = YuanField(help_text="Their sum.")
    lines = LineShape(many=True)
    next = CountField(allow_null=True, help_text="Send it as `after`; null on the last page.")


class RemovedShape(Answer):
    stay_number = TextField()
    removed = CountField()


class StepShape(Answer):
    code = TextField()
    label = TextField()  # type: ignore[assignment]  # the name that a form would show
    how = TextField()
    amount = YuanField(allow_null=True)
    rule = TextField()
    article = TextField()
    holds_from = DayField(allow_null=True)


class AmountsShape(Answer):
    """fund + resident_pays = total; the resident's four parts add up to resident_pays (A2)."""

    payable = Flag()
    reasons = ReasonShape(many=True)
    total = YuanField()
    in_scope = YuanField()
    out_of_scope = YuanField(allow_null=True)
    deductible = YuanField(allow_null=True)
    ratio = ShareField(allow_null=True)
    copayment = YuanField(allow_null=True)
    over_cap = YuanField(allow_null=True)
    fund = YuanField()
    resident_pays = YuanField()
    cap = CapShape()


class PresettlementShape(Answer):
    stay_number = TextField()
    provisional = Flag(help_text="The stay is not discharged: calculated as if it ended on settled_on.")
    settled_on = DayField()
    policy_version = CountField()
    amounts = AmountsShape()
    steps = StepShape(many=True)
    overlaps = Flag(help_text="The agency has to look at it and settle it (A8).")


class SettlementShape(Answer):
    settlement_number = TextField()
    stay_number = TextField()
    person_number = TextField()
    status = Choice(choices=["live", "reversed"])
    settled_on = DayField(help_text="The day of discharge (B4).")
    decided_on = DayField()
    paid_out_on = DayField(allow_null=True)
    policy_version = CountField()
    amounts = AmountsShape()
    reversal_number = TextField(allow_null=True)
    reversed_on = DayField(allow_null=True)


class SettlementInFull(SettlementShape):
    steps = StepShape(many=True)


class SettlementsShape(Answer):
    settlements = SettlementShape(many=True)
    next = TextField(allow_null=True)


class ReversalShape(Answer):
    reversal_number = TextField()
    settlement_number = TextField()
    stay_number = TextField()
    reversed_on = DayField()
    reason = TextField()
    fund = YuanField(help_text="Given back to the cap.")


class SumsShape(Answer):
    count = CountField()
    total = YuanField()
    fund = YuanField()
    resident_pays = YuanField()


class PeriodTotals(Answer):
    first = DayField()
    last = DayField()
    settlements = SumsShape()
    reversals = SumsShape()
    fund_net = SignedYuanField(help_text="Settlements less reversals.")


class StayCounts(Answer):
    admitted = CountField()
    discharged = CountField()
    settled = CountField()
    cancelled = CountField()


class TotalsShape(PeriodTotals):
    stays = StayCounts(help_text="Admitted in the period, by their present state.")


class FigureDifference(Answer):
    figure = TextField(help_text="Such as settlements.fund.")
    here = TextField()
    there = TextField()


class TotalsCompared(PeriodTotals):
    equal = Flag()
    differences = FigureDifference(many=True)


class EntryAmounts(Answer):
    total = YuanField()
    fund = YuanField()
    resident_pays = YuanField()


class EntryDifference(Answer):
    number = TextField()
    kind = Choice(choices=["missing_here", "missing_there", "amounts_differ"])
    here = EntryAmounts(allow_null=True)
    there = EntryAmounts(allow_null=True)
    decided_on = DayField(allow_null=True, help_text="Where it is on record here, but of another day.")


class DetailsCompared(Answer):
    first = DayField()
    last = DayField()
    equal = Flag()
    count = CountField(help_text="Settlements and reversals here.")
    differences = EntryDifference(many=True)


class MessageShape(Answer):
    key = TextField()
    operation = TextField()
    outcome = Choice(choices=["done", "refused", "withdrawn", "undone"])
    received_at = MomentField()
    status = CountField(allow_null=True)
    answer = serializers.DictField(allow_null=True, help_text="The answer as it was given.")
    undone_by = TextField(allow_null=True)


class UndoneShape(Answer):
    key = TextField(help_text="Of the message that was undone.")
    outcome = Choice(choices=["undone", "nothing_done", "withdrawn"])
    operation = TextField(allow_null=True)
    number = TextField(allow_null=True, help_text="Of the stay or the reversal.")


class CodeShape(Answer):
    code = TextField()
    status = CountField()
    title = TextField()
    action = TextField()


class CodesShape(Answer):
    codes = CodeShape(many=True)


class FaultShape(Answer):
    pointer = TextField(help_text="JSON pointer (RFC 6901) into the body.")
    code = TextField()
    detail = TextField()


class ProblemShape(Answer):
    """Problem details (RFC 9457)."""

    type = TextField()
    title = TextField()
    status = CountField()
    code = TextField(help_text="Stable; act on it.")
    detail = TextField(help_text="The reason in words.")
    action = TextField(help_text="What to do.")
    errors = FaultShape(many=True, required=False)  # type: ignore[assignment]  # those of a form
    reasons = serializers.ListField(child=TextField(), required=False)
