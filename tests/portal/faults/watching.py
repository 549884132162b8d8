"""Faults in the catalogue's versions, in reports and inspections."""

import datetime
from decimal import Decimal

from claims.catalogues.models import CatalogueRow, CatalogueVersion
from claims.inspections.models import Deduction, Inspection, RepaymentItem, Report
from claims.models import CatalogueItem
from funds.models import JournalLeg

from .planting import YUAN, change, copy, fault, rebook


@fault("catalogue.overlap")
def an_entry_twice() -> str:
    row = CatalogueItem.objects.filter(ends=None).order_by("-code")[0]
    copy(row, starts=row.starts + datetime.timedelta(days=40))
    return row.code


@fault("catalogue.applied")
def a_row_left_over() -> str:
    row = CatalogueRow.objects.filter(version__applied_on__isnull=False)[0]
    change(row, done=False)
    return row.version.number


@fault("catalogue.applied")
def applied_by_who_uploaded() -> str:
    row = CatalogueVersion.objects.filter(applied_on__isnull=False)[0]
    change(row, applied_by=row.uploaded_by)
    return row.number


@fault("catalogue.entry")
def the_catalogue_says_something_else() -> str:
    row = CatalogueRow.objects.filter(done=True, state="changed").select_related("version")[0]
    item = CatalogueItem.objects.get(code=row.code, starts=row.version.starts)
    change(item, price_limit=Decimal("0.5000"))
    return f"{row.version.number} / {row.code}"


@fault("report.closed")
def closed_without_a_result() -> str:
    row = Report.objects.filter(status="closed")[0]
    change(row, result="")
    return row.number


@fault("report.closed")
def in_nobodys_hand() -> str:
    row = Report.objects.filter(status="in_hand")[0]
    change(row, handler=None)
    return row.number


@fault("inspection.decided")
def decided_by_who_recorded_it() -> str:
    row = Inspection.objects.filter(status="decided")[0]
    change(row, decided_by=row.made_by)
    return row.number


@fault("inspection.claimed")
def more_than_the_fund_paid() -> str:
    row = RepaymentItem.objects.select_related("settlement")[0]
    change(row, amount=row.settlement.fund + 1)
    return row.settlement.number


@fault("inspection.deducted")
def deducted_a_yuan_too_much() -> str:
    row = Deduction.objects.select_related("inspection")[0]
    item = RepaymentItem.objects.get(finding__inspection=row.inspection)
    change(item, amount=row.amount - YUAN)
    document = f"{row.inspection.number}.1"
    legs = JournalLeg.objects.filter(entry__document_type="repayment_claim", entry__document_number=document)
    sums = {leg.account.code: leg.amount - YUAN * (1 if leg.amount > 0 else -1) for leg in legs}
    rebook("repayment_claim", document, sums)
    return row.inspection.number
