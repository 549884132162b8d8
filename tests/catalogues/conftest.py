"""The tests of the catalogue live in the summer of 2010."""

import pytest

from tests.claims import makers


@pytest.fixture(autouse=True)
def business_date(settings) -> None:
    settings.BUSINESS_DATE = "2010-06-30"
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def catalogue(db) -> None:
    makers.catalogue()
