"""What calls send: bodies and what stands behind the question mark."""

from typing import Any

from rest_framework import serializers

from claims.models import Stay
from liaoyang_medins.kernel.policy.terms import Cause

from .fields import (
    Body,
    Choice,
    CountField,
    DayField,
    FigureField,
    Flag,
    MomentField,
    PersonNumber,
    TextField,
    YuanField,
)


class DiagnosisCodes(serializers.ListField):
    """Codes of ICD-10, the principal diagnosis first."""

    child = TextField(max_length=8)

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"min_length": 1, "max_length": 20, **values})


class PersonQuestion(Body):
    """1101. Exactly one of the three."""

    card_number = TextField(max_length=13, required=False)
    id_number = TextField(max_length=30, required=False)
    person_number = TextField(max_length=20, required=False)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Send one of card_number, id_number and person_number.", code="one_of")
        return attrs


class EntitlementQuestion(Body):
    """2001."""

    person_number = TextField(max_length=20)
    on = DayField(help_text="The day of the treatment.")
    emergency = Flag(default=False)


class AdmissionBody(Body):
    """2401 and 2403. Without `card_presented_at` the card was not presented, and nothing is payable (Art. 19)."""

    person_number = TextField(max_length=20)
    inpatient_number = TextField(max_length=40)
    admitted_at = MomentField()
    diagnoses = DiagnosisCodes()
    emergency = Flag(default=False)
    card_number = TextField(
        max_length=13, required=False, help_text="The card that was presented: checked to be the person's."
    )
    card_presented_at = MomentField(required=False, allow_null=True)
    form_signed = Flag(default=True, help_text="The admission form is signed.")
    cause = Choice(choices=[cause.value for cause in Cause], default=Cause.ILLNESS.value)
    transfer_stated = Flag(default=False, help_text="The person was transferred here.")
    referral_number = TextField(max_length=20, required=False, help_text="The referral that leads here.")


class ReasonBody(Body):
    """Why something is undone."""

    reason = TextField(max_length=200)


class LineBody(Body):
    """A fee line. `at` is when it was given; its day decides."""

    line_number = TextField(max_length=30)
    item_code = TextField(max_length=30)
    item_name = TextField(max_length=120, required=False, allow_blank=True)
    at = MomentField()
    quantity = FigureField()
    unit_price = FigureField()
    amount = YuanField()


class LinesBody(Body):
    """2301: all lines or none."""

    lines = serializers.ListField(child=LineBody(), min_length=1, max_length=1000)


class LineNumbersBody(Body):
    """2302: by their numbers, or all of the stay."""

    line_numbers = serializers.ListField(child=TextField(max_length=30), min_length=1, max_length=3000, required=False)
    all = Flag(default=False)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        if bool(attrs.get("line_numbers")) == attrs["all"]:
            raise serializers.ValidationError("Send line_numbers, or all: true.", code="one_of")
        return attrs


class DischargeBody(Body):
    """2402. Without `diagnoses` those of the admission stay."""

    discharged_at = MomentField()
    way = Choice(choices=[value for value, _label in Stay.DischargeWay.choices])
    diagnoses = DiagnosisCodes(required=False)


class SettlementBody(Body):
    """2304: the sum of the stay's lines as the institution has it."""

    stated_total = YuanField()


class Sums(Body):
    """Of settlements, or of the settlements that were reversed."""

    count = CountField()
    total = YuanField()
    fund = YuanField()
    resident_pays = YuanField()


class Period(Body):
    """Days, both included, by which what was decided is meant."""

    first = DayField()
    last = DayField()

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        first, last = attrs["first"], attrs["last"]
        if first > last:  # type: ignore[operator]
            raise serializers.ValidationError({"last": ["The last day lies before the first."]}, code="order")
        if (last - first).days > 366:  # type: ignore[operator]
            raise serializers.ValidationError({"last": ["At most a year at a time."]}, code="too_long")
        return attrs


class TotalsBody(Period):
    """3201: what the institution has of a period."""

    settlements = Sums()
    reversals = Sums()


class EntryBody(Body):
    """A settlement or a reversal, as the institution has it. Those of a reversal are the amounts that it undid."""

    number = TextField(max_length=20)
    total = YuanField()
    fund = YuanField()
    resident_pays = YuanField()


class DetailsBody(Period):
    """3202."""

    entries = serializers.ListField(child=EntryBody(), max_length=10_000, allow_empty=True)

    def validate_entries(self, entries: list[dict[str, object]]) -> list[dict[str, object]]:
        if len({entry["number"] for entry in entries}) != len(entries):
            raise serializers.ValidationError("A number stands twice.", code="repeated")
        return entries


class Paging(Body):
    """`after` is the `next` of the answer before."""

    after = TextField(max_length=20, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=100)


class StaysQuery(Paging):
    """5201."""

    status = Choice(choices=[value for value, _label in Stay.Status.choices], required=False)
    person_number = PersonNumber(required=False)
    inpatient_number = TextField(max_length=40, required=False)
    admitted_from = DayField(required=False)
    admitted_until = DayField(required=False)


class LinesQuery(Body):
    """5203."""

    after = serializers.IntegerField(min_value=0, max_value=10**9, default=0, help_text="How many to pass over.")
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=1000)


class SettlementsQuery(Paging):
    """5204."""

    stay_number = TextField(max_length=20, required=False)
    first = DayField(required=False, help_text="Decided on this day or later.")
    last = DayField(required=False, help_text="Decided on this day or before.")
    reversed_first = DayField(required=False, help_text="Reversed on this day or later.")
    reversed_last = DayField(required=False, help_text="Reversed on this day or before.")
    live = Choice(choices=["true", "false"], required=False)
