"""The fixtures of registration."""

import pytest
from django.conf import settings

from .makers import TODAY, Chain


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal lives on the tests' day and speaks English."""
    monkeypatch.setattr(settings, "BUSINESS_DATE", TODAY.isoformat())
    monkeypatch.setattr(settings, "LANGUAGE_CODE", "en")
