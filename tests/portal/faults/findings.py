"""Faults in the findings of supervision and in what the public is told."""

import datetime
from decimal import Decimal

from claims.violations.models import PublicReport
from funds.watch.models import Evidence, EvidenceStay, Finding

from .planting import change, fault


@fault("watch.frozen")
def another_amount() -> str:
    row = EvidenceStay.objects.select_related("evidence__finding")[0]
    change(row, fund=Decimal("0.01"))
    return row.evidence.finding.number


@fault("watch.frozen")
def another_figure() -> str:
    row = Evidence.objects.select_related("finding")[0]
    change(row, figures=row.figures | {"days": "99"})
    return row.finding.number


@fault("watch.evidence")
def another_day() -> str:
    row = Finding.objects.all()[0]
    return change(row, evidence_on=row.evidence_on + datetime.timedelta(days=1))


@fault("watch.handled")
def closed_by_who_answered() -> str:
    row = Finding.objects.filter(status__in=Finding.CLOSED, answered_by__isnull=False)[0]
    return change(row, closed_by=row.answered_by)


@fault("watch.handled")
def in_nobodys_hand_at_all() -> str:
    return change(Finding.objects.filter(status="in_hand")[0], owner=None)


@fault("report.told")
def closed_and_nothing_told() -> str:
    row = PublicReport.objects.filter(report__status="closed").select_related("report")[0]
    change(row, told="")
    return row.report.number
