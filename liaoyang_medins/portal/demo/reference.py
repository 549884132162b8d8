"""The reference data of fixtures/: offices, institutions, catalogue, diagnoses. Loading twice changes nothing."""

import csv
import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction

from claims.catalogues.pinyin import initials
from claims.models import CatalogueItem, Designation, Diagnosis, Institution, InstitutionGrade, Specialty
from liaoyang_medins.kernel.offices.models import Office

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
LAW = datetime.date(2008, 7, 1)
# The day on which the agreements with the first institutions were signed.
SIGNED = datetime.date(2008, 6, 20)


def rows(name: str) -> Iterator[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@transaction.atomic
def load_reference_data() -> dict[str, int]:
    """Load every file of fixtures/; returns how many rows each kind has now."""
    load_offices()
    load_institutions()
    load_catalogue()
    Diagnosis.objects.bulk_create((Diagnosis(**row) for row in rows("diagnoses.csv")), ignore_conflicts=True)
    return {
        "offices": Office.objects.count(),
        "institutions": Institution.objects.count(),
        "catalogue items": CatalogueItem.objects.count(),
        "diagnoses": Diagnosis.objects.count(),
    }


def load_offices() -> None:
    for row in rows("offices.csv"):
        parent = Office.objects.get(code=row["parent"]) if row["parent"] else None
        Office.objects.get_or_create(
            code=row["code"],
            defaults={"kind": row["kind"], "name": row["name"], "name_en": row["name_en"], "parent": parent},
        )


def load_institutions() -> None:
    area = Office.objects.get(kind=Office.Kind.AREA)
    for row in rows("institutions.csv"):
        office, _ = Office.objects.get_or_create(
            code=row["code"],
            defaults={
                "kind": Office.Kind.INSTITUTION,
                "name": row["name"],
                "name_en": row["name_en"],
                "parent": area,
            },
        )
        institution, created = Institution.objects.get_or_create(
            code=row["code"],
            defaults={
                "office": office,
                "out_of_city": row["out_of_city"] == "true",
                "may_refer": row["may_refer"] == "true",
            },
        )
        if not created:
            continue
        InstitutionGrade.objects.create(institution=institution, grade=row["grade"], starts=LAW)
        if row["designated"] == "true":
            Designation.objects.create(
                institution=institution, agreement_number=f"2008-{row['code']}", signed_on=SIGNED, starts=LAW
            )
        if row["specialty"]:
            Specialty.objects.create(institution=institution, disease=row["specialty"], starts=LAW)


def load_catalogue() -> None:
    known = set(CatalogueItem.objects.values_list("code", "starts"))
    items = []
    for row in rows("catalogue.csv"):
        starts = datetime.date.fromisoformat(row["starts"])
        if (row["code"], starts) in known:
            continue
        items.append(
            CatalogueItem(
                code=row["code"],
                name=row["name"],
                name_en=row["name_en"],
                initials=initials(row["name"]),
                kind=row["kind"],
                catalogue_class=row["class"],
                personal_share=Decimal(row["personal_share"]),
                price_limit=Decimal(row["price_limit"]) if row["price_limit"] else None,
                unit=row["unit"],
                starts=starts,
                ends=datetime.date.fromisoformat(row["ends"]) if row["ends"] else None,
            )
        )
    CatalogueItem.objects.bulk_create(items)
