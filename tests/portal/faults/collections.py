"""Faults in parts of an amount and in school collections."""

from enrollment.collecting.models import Collection, CollectionLine
from enrollment.contributions.models import Receipt

from .planting import FEN, change, fault


@fault("receipt.held")
def held_from_nobody() -> str:
    return change(Receipt.objects.filter(status="held")[0], payer="")


@fault("collection.sum")
def a_fen_more_than_its_lines() -> str:
    collection = Collection.objects.filter(status="handed_in")[0]
    return change(collection, amount=collection.amount + FEN)


@fault("collection.line")
def paid_without_a_receipt() -> str:
    line = CollectionLine.objects.filter(collection__status="paid").order_by("place")[0]
    change(line, receipt=None)
    return f"{line.collection.number} / {line.place}"


@fault("collection.line")
def open_though_it_was_withdrawn() -> str:
    line = CollectionLine.objects.filter(collection__status="handed_in").order_by("place")[0]
    change(line, open=False)
    return f"{line.collection.number} / {line.place}"
