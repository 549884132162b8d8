"""Faults in the reviews of stays and in what was denied of fee lines."""

from decimal import Decimal

from claims.models import FeeLine, FeeLineCut, Review, Stay

from .planting import FEN, YUAN, change, copy, fault, settlement


def released() -> Review:
    return Review.objects.select_related("stay").filter(status="released").order_by("pk")[0]


@fault("review.queue")
def held_by_nothing() -> str:
    return change(Stay.objects.filter(status="discharged", held="").order_by("pk")[0], held="injury")


@fault("review.queue")
def settled_and_still_waiting() -> str:
    row = released()
    change(row, status="waiting", closed_on=None)
    return row.stay.number


@fault("review.queue")
def for_another_reason() -> str:
    return change(Stay.objects.filter(held="injury").order_by("pk")[0], held="transfer")


@fault("review.reversal")
def a_reversal_of_nothing() -> str:
    row = released()
    copy(row, kind="reversal", status="waiting", closed_on=None, settlement=None)
    return row.stay.number


@fault("review.released")
def released_to_somebody_elses() -> str:
    row = released()
    change(row, settlement=settlement())
    return row.stay.number


@fault("line.denied")
def denied_beside_its_reason() -> str:
    cut = FeeLineCut.objects.select_related("line__stay").order_by("pk")[0]
    change(cut, amount=cut.amount + FEN)
    return f"{cut.line.stay.number} / {cut.line.line_number}"


@fault("line.denied")
def more_denied_than_there_is() -> str:
    line = FeeLine.objects.select_related("stay").filter(denied__gt=0, stay__status="discharged").order_by("pk")[0]
    change(line, denied=line.amount + YUAN, in_scope=Decimal(0))
    change(line.cut, amount=line.amount + YUAN)
    return f"{line.stay.number} / {line.line_number}"


@fault("line.denied")
def denied_without_a_word() -> str:
    line = FeeLine.objects.select_related("stay").filter(denied__gt=0).order_by("pk")[0]
    FeeLineCut.objects.filter(line=line).delete()
    return f"{line.stay.number} / {line.line_number}"


@fault("review.checker")
def released_by_who_examined() -> str:
    row = released()
    change(row, closed_by=row.examined_by)
    return row.stay.number


@fault("review.checker")
def released_by_who_denied_a_line() -> str:
    cuts = FeeLineCut.objects.filter(line__stay__reviews__status="released", line__stay__reviews__kind="settlement")
    cut = cuts.select_related("line__stay").order_by("pk")[0]
    row = Review.objects.select_related("stay").get(stay=cut.line.stay, status="released", kind="settlement")
    change(cut, made_by=row.closed_by)
    return row.stay.number


@fault("review.examined")
def examined_and_not_known_for_it() -> str:
    return change(released().stay, examined=False)
