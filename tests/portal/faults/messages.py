"""Faults in what the hospitals' software was answered."""

import json

from claims.api.models import Message
from claims.models import Institution

from .planting import change, copy, fault


def named(row: Message) -> str:
    return f"{row.client.institution.code} {row.key}"


def settled() -> Message:
    """The second settlement of the stay whose first was undone."""
    return Message.objects.get(operation="settle", undone_by="", status=201)


def answered(row: Message, **values: object) -> str:
    """Change what the message was answered."""
    change(row, answer=json.dumps(json.loads(row.answer) | values))
    return named(row)


@fault("message.answer")
def a_settlement_that_is_not_there() -> str:
    return answered(settled(), settlement_number="J2010-9999999")


@fault("message.answer")
def another_payment() -> str:
    row = settled()
    amounts = json.loads(row.answer)["amounts"]
    return answered(row, amounts={**amounts, "fund": "1.00"})


@fault("message.answer")
def a_stay_of_somebody_else() -> str:
    row = Message.objects.get(operation="admit")
    other = Institution.objects.exclude(pk=row.client.institution_id).order_by("pk")[0]
    change(row, client_id=copy(row.client, id=None, client_id="elsewhere", institution_id=other.pk).pk)
    return f"{other.code} {row.key}"


@fault("message.act")
def done_twice() -> str:
    row = settled()
    twin = copy(row, key="A-TWICE")
    return named(twin)


@fault("message.state")
def without_an_answer() -> str:
    row = Message.objects.filter(status__gte=400)[0]
    change(row, answer="")
    return named(row)


@fault("message.state")
def a_limit_that_was_kept() -> str:
    row = Message.objects.filter(status__gte=400)[0]
    change(row, status=429)
    return named(row)


@fault("message.state")
def undone_by_nobody() -> str:
    row = Message.objects.exclude(undone_by="")[0]
    change(row, undone_by="nobody")
    return named(row)
