"""kill -9 of the worker while a version is applied: in the end it is as if nothing had happened."""

import pytest
from django.db import connection

from claims.catalogues import services
from claims.catalogues.services import running, uploading
from claims.models import CatalogueItem
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests.claims import makers as claims
from tests.faults import Point, killed_at

from . import makers
from .makers import TODAY

POINTS = [
    Point(running, "write", True, 2),
    Point(running, "keep", True, 1),
    Point(runs, "_keep", False, 3),
    Point(runs, "_keep", True, 1),
    Point(runs, "_finish", True, 1),
]


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM catalogues_cataloguefile; DELETE FROM catalogues_cataloguerow;"
            " DELETE FROM catalogues_catalogueversion; DELETE FROM runs_refusal; DELETE FROM runs_chunk;"
            " DELETE FROM runs_run"
        )
    CatalogueItem.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_step_it_ends_as_if_undisturbed(monkeypatch):
    monkeypatch.setattr(uploading, "ROWS_A_PART", 2)
    monkeypatch.setattr(running, "ENDED_A_PART", 1)
    digest, maker, checker = None, makers.clerk(), makers.reviewer()
    rows = [
        makers.A1,
        ["B1", "头孢", "", "药品", "甲类", "", "", ""],
        ["N1", "新药", "", "药品", "乙类", "5%", "", ""],
        ["L1", "床位费", "", "药品", "甲类", "", "12", ""],
        ["N2", "坏行", "", "药品", "乙类", "", "", ""],
    ]
    for point in [None, *POINTS]:
        claims.catalogue()
        version = makers.uploaded(*rows, scope="whole", by=maker)
        with clock.on_day(TODAY):
            run = services.apply_version(number=version.number, by=checker, calls=False)
        if point is not None:
            killed_at(point, run)
        runs.work_off(number=run.number)
        run = Run.objects.get(pk=run.pk)
        assert (run.status, run.counts["ended"], run.counts["refused"]) == ("finished", "1", "1"), point
        ours = digest_of(digest_tables())
        digest = digest or ours
        assert ours == digest, point
        forget()
