"""Catalogues as people send them, and versions on their way through check and application."""

import datetime
import io
from collections.abc import Sequence
from typing import Any

from claims.catalogues import services
from claims.catalogues.models import CatalogueVersion
from claims.models import CatalogueItem
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from tests import factories
from tests.claims.makers import item
from tests.lists.makers import text, workbook

D = datetime.date
TODAY = D(2010, 6, 30)
FROM = D(2010, 7, 1)
HEADINGS = ["编码", "名称", "英文名称", "类别", "甲乙丙类", "个人自付比例", "限价", "单位"]
A1 = ["A1", "青霉素", "", "药品", "甲类", "", "", ""]
B1 = ["B1", "头孢", "", "药品", "乙类", "10%", "", ""]
C1 = ["C1", "人参", "", "药品", "丙类", "", "", ""]
L1 = ["L1", "床位费", "", "药品", "甲类", "0", "10", ""]

__all__ = ["A1", "B1", "C1", "FROM", "HEADINGS", "L1", "TODAY", "D", "item", "text", "workbook"]


def clerk() -> Actor:
    return factories.actor(Role.AGENCY_CLERK)


def reviewer() -> Actor:
    return factories.actor(Role.AGENCY_REVIEWER)


def sheet(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS) -> io.BytesIO:
    return workbook([list(headings), *rows])


def uploaded(
    *rows: Sequence[Any],
    scope: str = "part",
    starts: datetime.date = FROM,
    headings: Sequence[str] = HEADINGS,
    by: Actor | None = None,
    file: io.BytesIO | None = None,
) -> CatalogueVersion:
    """Uploaded and checked."""
    with clock.on_day(TODAY):
        version = services.upload_version(
            scope=scope,
            starts=starts,
            file=file or sheet(*rows, headings=headings),
            file_name="目录.xlsx",
            by=by or clerk(),
            calls=False,
        )
    work_off(version)
    return version


def work_off(version: CatalogueVersion) -> None:
    runs.work_off(number=Run.objects.filter(kind="catalogue", key=version.number).latest("id").number)
    version.refresh_from_db()


def applied(version: CatalogueVersion, by: Actor | None = None) -> CatalogueVersion:
    with clock.on_day(TODAY):
        services.apply_version(number=version.number, by=by or reviewer(), calls=False)
    work_off(version)
    return version


def states(version: CatalogueVersion) -> dict[str, str]:
    """What each code's row does."""
    return {row.code or f"row {row.place}": row.state for row in version.rows.all()}


def held() -> list[tuple[object, ...]]:
    """The catalogue's entries with their days."""
    return list(
        CatalogueItem.objects.order_by("code", "starts").values_list(
            "code", "name", "catalogue_class", "personal_share", "price_limit", "starts", "ends"
        )
    )
