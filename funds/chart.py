"""The chart of accounts of the special account (F1, Art. 7): its codes, and how it comes into the database."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps

CHART = Path(__file__).parent / "chart.json"


class Chart(StrEnum):
    """The accounts that documents are booked on; chart.json has them all with their names."""

    BANK = "1003"
    SUBSIDIES_RECEIVABLE = "1103"
    RECOVERIES_RECEIVABLE = "1104"
    UNMATCHED = "2001"
    INSTITUTIONS_PAYABLE = "2103"
    RESIDENTS_PAYABLE = "2104"
    CONTRIBUTIONS = "400101"
    CITY_SUBSIDY = "410101"
    DISTRICT_SUBSIDY = "410102"
    INTEREST = "4201"
    LATE_FEES = "4401"
    OTHER_INCOME = "4501"
    INPATIENT_BENEFITS = "500101"


def write_chart(*, using: str, apps: Apps = installed, **_signal: Any) -> None:
    """Bring the accounts of chart.json into the database `using`: after every migrate and every flush.

    An account is never taken away: what was booked on it stays.
    """
    try:
        account = apps.get_model("funds", "Account")
    except LookupError:
        # Migrated back to before this app.
        return
    account.objects.using(using).bulk_create(
        [account(**row) for row in json.loads(CHART.read_text(encoding="utf-8"))],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "name_en", "kind"],
    )
