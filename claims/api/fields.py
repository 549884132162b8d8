"""The fields of bodies: amounts are decimal strings, days and moments are those that a calendar has."""

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

YUAN = r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$"
FIGURE = r"^(0|[1-9][0-9]{0,7})(\.[0-9]{1,4})?$"
PERSON = r"^[A-Z][0-9]{4}-[0-9]{7,12}$"
EARLIEST, LATEST = 1900, 2199
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


class TextField(serializers.CharField):
    """Text: a JSON string, nothing that is turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "pattern": PERSON})
class PersonNumber(TextField):
    """A personal number in an address, where no ID number may stand."""

    default_error_messages = {
        "number": _("Write the personal number, such as “P2008-0000042”; an ID number never stands in an address.")
    }

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not re.fullmatch(PERSON, text):
            self.fail("number")
        return text


class DecimalText(serializers.Field):  # type: ignore[type-arg]
    """A decimal as a JSON string of a pattern: a number could have lost its last digit on the way."""

    pattern = YUAN
    default_error_messages = {"figure": _("Write it as a string of digits with a point, such as “1203.45”.")}

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not re.fullmatch(self.pattern, data):
            self.fail("figure")
        return Decimal(data)

    def to_representation(self, value: Any) -> str:
        return str(value)


@extend_schema_field({"type": "string", "pattern": YUAN, "examples": ["1203.45"], "description": "Yuan."})
class YuanField(DecimalText):
    """An amount in yuan with at most two decimals."""


@extend_schema_field({"type": "string", "pattern": r"^-?(0|[1-9][0-9]{0,11})\.[0-9]{2}$", "examples": ["-12.00"]})
class SignedYuanField(DecimalText):
    """An amount in yuan that may be below zero; in answers only."""


@extend_schema_field({"type": "string", "pattern": FIGURE, "examples": ["2", "33.3333"]})
class FigureField(DecimalText):
    """A quantity, or a price in yuan, with at most four decimals."""

    pattern = FIGURE


@extend_schema_field({"type": "string", "pattern": r"^[01](\.[0-9]{1,4})?$", "examples": ["0.45"]})
class ShareField(DecimalText):
    """A share from 0 to 1."""

    pattern = r"^[01](\.[0-9]{1,4})?$"


class DayField(serializers.DateField):
    """YYYY-MM-DD, from 1900 to 2199."""

    def to_internal_value(self, data: Any) -> datetime.date:
        if not isinstance(data, str) or not DAY.fullmatch(data):
            self.fail("invalid", format="YYYY-MM-DD")
        day: datetime.date = super().to_internal_value(data)
        if not EARLIEST <= day.year <= LATEST:
            self.fail("invalid", format="YYYY-MM-DD")
        return day


class MomentField(serializers.DateTimeField):
    """A moment with its offset (RFC 3339), from 1900 to 2199."""

    def to_internal_value(self, value: Any) -> datetime.datetime:
        wanted = "YYYY-MM-DDThh:mm:ss+08:00"
        if not isinstance(value, str) or not MOMENT.fullmatch(value):
            self.fail("invalid", format=wanted)
        try:
            moment = datetime.datetime.fromisoformat(value)
        except ValueError:
            self.fail("invalid", format=wanted)
        if not EARLIEST < moment.year < LATEST:
            self.fail("invalid", format=wanted)
        return moment


class Flag(serializers.BooleanField):
    """true or false, nothing that is taken for one."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class CountField(serializers.IntegerField):
    """A whole number that is a JSON number, from 0."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 10**9, **values})

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of the codes, as a JSON string."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Body(serializers.Serializer):  # type: ignore[type-arg]
    """What is sent: a field that nobody knows is a fault, not noise, since it may be a misspelt one."""

    default_error_messages = {"unknown": _("There is no such field.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                said = self.error_messages["unknown"]
                raise serializers.ValidationError({name: [said] for name in unknown}, code="unknown")
        return super().to_internal_value(data)


class Answer(serializers.Serializer):  # type: ignore[type-arg]
    """What is answered: declared for the schema; the answers themselves are written in answers.py."""
