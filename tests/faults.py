"""Faults in the middle of the work, for tests of what is left behind."""

import pytest
from django.db import models

from liaoyang_medins.kernel.statements import writing


def unwritable(monkeypatch: pytest.MonkeyPatch, model: type[models.Model]) -> None:
    """From now on writing a row of `model` raises RuntimeError, whichever way it is written."""

    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError("the disk is full")

    stored = writing._stored

    def refused(column: writing.Column, row: models.Model, *, adding: bool) -> object:
        return broken() if isinstance(row, model) else stored(column, row, adding=adding)

    monkeypatch.setattr(model, "save", broken)
    monkeypatch.setattr(writing, "_stored", refused)
