"""Faults in what supervision keeps and in what was published."""

from funds.published.models import Publication
from funds.supervision.models import FundMonth, InstitutionMonth

from .planting import FEN, change, fault, remove


@fault("supervision.fund")
def a_fen_in_another_district() -> str:
    rows = FundMonth.objects.filter(account__code="400101", district__isnull=False).select_related("district")
    first = rows.order_by("-month", "district__code")[0]
    second = rows.filter(month=first.month).order_by("-district__code")[0]
    change(second, amount=second.amount - FEN)
    change(first, amount=first.amount + FEN)
    return f"{first.month:%Y-%m} 400101 {first.district.code}"


@fault("supervision.fund")
def a_month_lost() -> str:
    row = FundMonth.objects.filter(account__code="500101").select_related("district").order_by("month")[0]
    remove(row)
    return f"{row.month:%Y-%m} 500101 {row.district.code}"


@fault("supervision.institutions")
def a_stay_that_nobody_had() -> str:
    row = InstitutionMonth.objects.select_related("institution").order_by("month", "pk")[0]
    change(row, stays=row.stays + 1)
    return f"{row.month:%Y-%m} {row.institution.code}"


@fault("supervision.institutions")
def readmitted_and_not_counted() -> str:
    row = InstitutionMonth.objects.select_related("institution").order_by("month", "pk")[0]
    change(row, readmitted=row.readmitted + 1)
    return f"{row.month:%Y-%m} {row.institution.code}"


@fault("published.frozen")
def another_balance() -> str:
    row = Publication.objects.filter(status="published").latest("edition")
    figures = {**row.figures, "fund": {**row.figures["fund"], "after": "1.00"}}
    return change(row, figures=figures)


@fault("published.checker")
def published_their_own() -> str:
    row = Publication.objects.filter(status="published").latest("edition")
    return change(row, published_by=row.made_by)
