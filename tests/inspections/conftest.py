"""The tests of reports and inspections live in the summer of 2009."""

import pytest


@pytest.fixture(autouse=True)
def business_date(settings) -> None:
    settings.BUSINESS_DATE = "2009-07-15"
    settings.LANGUAGE_CODE = "en"
    settings.REPORT_TERM_DAYS = 30
