"""A test policy: the city's measures with one deductible of 500 yuan and one ratio of 55 % for everybody."""

import datetime
from pathlib import Path

from liaoyang_medins.kernel import policy
from liaoyang_medins.kernel.policy.terms import Category, Grade


def write_flat(folder: Path, since: datetime.date) -> Path:
    """Write the area "liaoyang" into `folder`: version 1 as it is, version 2 with these figures from `since` on."""
    area = folder / "liaoyang"
    area.mkdir()
    (area / "1.yaml").write_text((policy.DATA / "liaoyang" / "2008-07-01.yaml").read_text())
    header = f"area: liaoyang\nversion: 2\nholds_from: {since}\napproval: {{number: trial, date: 2009-12-01}}\n"
    grades = [grade.value for grade in Grade]
    rows = "".join(
        f"    {category.value}: {{{', '.join(f'{grade}: {{value: 500, article: x}}' for grade in grades)}}}\n"
        for category in Category
    )
    ratios = ", ".join(f"{grade}: {{value: 0.55, article: x}}" for grade in grades)
    (area / "2.yaml").write_text(f"{header}deductible:\n  stay:\n{rows}ratio:\n  fund: {{{ratios}}}\n")
    return area
