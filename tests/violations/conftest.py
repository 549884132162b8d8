"""The tests of the public page live in the summer of 2009; what they ask is counted from nothing each time."""

from typing import Any

import pytest

from liaoyang_medins.kernel.web import limits


class Counted:
    """A counter for one test."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def incr(self, key: str) -> int:
        self.counts[key] = self.counts.get(key, 0) + 1
        return self.counts[key]

    def expire(self, key: str, seconds: int) -> None:
        assert seconds > 0


@pytest.fixture(autouse=True)
def business_date(settings: Any) -> None:
    settings.BUSINESS_DATE = "2009-07-15"
    settings.LANGUAGE_CODE = "en"
    settings.REPORT_TERM_DAYS = 30


@pytest.fixture(autouse=True)
def counter(monkeypatch: pytest.MonkeyPatch) -> Counted:
    made = Counted()
    monkeypatch.setattr(limits, "counters", lambda: made)
    return made
