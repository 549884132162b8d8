"""A catalogue of the size of a province's: read, checked and applied part by part, the same statements for each."""

import time

import pytest

from claims.catalogues import services
from claims.catalogues.services import uploading
from claims.models import CatalogueItem
from liaoyang_medins.kernel import clock

from . import makers
from .makers import FROM, TODAY, clerk, reviewer, sheet, states

CLASSES = (("甲类", ""), ("乙类", "10%"), ("丙类", "100%"))


def drug(number: int, *, dearer: bool = False) -> list[str]:
    word, share = CLASSES[number % 3]
    return [f"XY{number:06}", f"注射用头孢曲松钠{number}", "", "药品", word, share, "99.5" if dearer else "", "支"]


@pytest.mark.django_db
def test_a_large_catalogue_is_checked_and_applied(size, monkeypatch, capsys):
    count = size(300, 20_000)
    monkeypatch.setattr(uploading, "ROWS_A_PART", size(100, uploading.ROWS_A_PART))
    took = {}

    def bring(rows, starts):
        begun = time.perf_counter()
        with clock.on_day(TODAY):
            version = services.upload_version(
                scope="whole", starts=starts, file=sheet(*rows), file_name="a.xlsx", by=clerk(), calls=False
            )
        took["uploaded"] = time.perf_counter() - begun
        begun = time.perf_counter()
        makers.work_off(version)
        took["checked"] = time.perf_counter() - begun
        begun = time.perf_counter()
        makers.applied(version, reviewer())
        took["applied"] = time.perf_counter() - begun
        return version

    bring([drug(number) for number in range(count)], FROM)
    assert CatalogueItem.objects.filter(starts=FROM, initials__startswith="zsytbqsn").count() == count
    later = FROM.replace(month=8)
    # Every tenth is dearer, the last third is gone.
    kept = [drug(number, dearer=number % 10 == 0) for number in range(count * 2 // 3)]
    version = bring(kept, later)
    found = list(states(version).values())
    assert (found.count("changed"), found.count("ended")) == (
        len(kept) // 10 + (len(kept) % 10 > 0),
        count - len(kept),
    )
    assert CatalogueItem.objects.filter(starts=later).count() == found.count("changed")
    assert CatalogueItem.objects.filter(ends=None).count() == len(kept)
    with capsys.disabled():
        if count > 1000:
            print({step: round(seconds, 1) for step, seconds in took.items()})  # noqa: T201
