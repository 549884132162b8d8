"""The day on which the tests of cards live, unless they say another."""

from collections.abc import Iterator

import pytest

from liaoyang_medins.kernel import clock

from .makers import TODAY


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.on_day(TODAY):
        yield
