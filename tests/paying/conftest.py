"""The tests of paying institutions live in the summer of 2009."""

import pytest


@pytest.fixture(autouse=True)
def business_date(settings) -> None:
    settings.BUSINESS_DATE = "2009-08-10"
    settings.LANGUAGE_CODE = "en"
