"""The tests of changes in life live on 20 October 2009, in English."""

from typing import Any

import pytest

from . import makers


@pytest.fixture(autouse=True)
def on_the_day(settings: Any) -> None:
    settings.BUSINESS_DATE = makers.TODAY.isoformat()
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def story(db: None) -> makers.Story:
    return makers.Story()
