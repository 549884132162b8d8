"""The tests of supervision's findings live in the summer of 2009."""

from typing import Any

import pytest

from .makers import TODAY


@pytest.fixture(autouse=True)
def business_date(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()
    settings.LANGUAGE_CODE = "en"
