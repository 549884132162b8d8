"""Workbooks: the template of a list, the refused rows of one, and the classes of a school."""

from collections.abc import Iterable
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.registration.labels import label
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook
from liaoyang_medins.kernel.web.templatetags.medins import masked

from . import selectors
from .labels import class_label, finding_text
from .layouts import Column, Source, layout
from .models import ClassMembership, UploadedList
from .stated import Finding

REASON_WIDTH = 60


def template_of(source: Source) -> IO[bytes]:
    """The empty list with its headings, and a sheet that says what to write into each column."""
    columns = layout(source)
    with workbook(str(UploadedList.Source(source.value).label)) as (book, file):
        sheet = Sheet(book, _("List"), [])
        sheet.all_text(column.width for column in columns)
        sheet.write(*[column.heading for column in columns], style="head")
        sheet.freeze_head()
        help_sheet = Sheet(book, _("How to fill it in"), [20, 60, 24])
        help_sheet.write(_("Column"), _("What to write"), _("Example"), style="head")
        for column in columns:
            help_sheet.write(column.heading, help_text(column), column.example, style="wrap")
    return file


def help_text(column: Column) -> str:
    """What to write into a column, in words."""
    parts = [_("Must be filled in.") if column.cell else _("May be left empty.")]
    if column.words:
        parts.append(_("One of: %(words)s.") % {"words": "、".join(column.spoken)})
    elif column.day:
        parts.append(_("A date such as 2009-09-01; the day itself counts."))
    elif column.code == "id_number":
        parts.append(_("As text: 18 places, or the 15 of an old card."))
    elif column.code == "community":
        parts.append(_("The name of the community as on record, or its code."))
    return " ".join(parts)


@transaction.atomic
def refused_rows(*, uploaded: UploadedList, by: Actor) -> IO[bytes]:
    """The refused rows of a list in its own columns, the reasons beside each, to be corrected and sent again.

    Full ID numbers leave the portal with it, so the audit record says who took it. Raises NotAllowed.
    """
    by.require("lists.upload")
    rows = selectors.refused_rows(uploaded)
    audit.record(by=by, verb="lists.export", obj=uploaded, changes={"rows": rows.count()})
    headings = [str(heading) for heading in uploaded.headings]
    with workbook(uploaded.number) as (book, file):
        sheet = Sheet(book, _("Refused rows"), [])
        sheet.all_text([*[18] * len(headings), REASON_WIDTH, 8])
        sheet.write(*headings, _("Reason"), _("Row"), style="head")
        sheet.freeze_head()
        for row in rows.iterator(chunk_size=2000):
            cells = [str(cell) for cell in row.cells[: len(headings)]]
            reasons = " ".join(finding_text(Finding.of(data)) for data in row.findings)
            sheet.write(*cells, *[""] * (len(headings) - len(cells)), reasons, str(row.place), style="as_text")
    return file


@transaction.atomic
def class_list(*, school: Office, grade: int | None = None, class_name: str = "", by: Actor) -> IO[bytes]:
    """The pupils of a school by class, or of one class, ID numbers masked; the audit record says who took it. Raises
    NotAllowed.
    """
    by.require("classes.see")
    today = clock.today()
    pupils = selectors.pupils_of(school, today).select_related("community")
    if grade is not None:
        pupils = pupils.filter(selectors.in_class(school, grade, class_name))
    audit.record(by=by, verb="classes.export", obj=school, changes={"students": pupils.count()})
    with workbook(school.label) as (book, file):
        sheet = Sheet(book, _("Classes"), [34, 16, 14, 22, 8, 14, 24, 28, 16])
        sheet.write(
            _("Class"),
            _("Personal number"),
            _("Name"),
            _("ID number"),
            _("Sex"),
            _("Date of birth"),
            _("Community"),
            _("Address"),
            _("Telephone"),
            style="head",
        )
        sheet.freeze_head()
        found = list(in_classes(school, pupils))
        for resident, where in found:
            sheet.write(
                where,
                resident.number,
                resident.name,
                masked(resident.id_number),
                label(Sex(resident.sex)),
                resident.birth_date,
                resident.community.label,
                resident.address,
                resident.phone,
            )
        sheet.write(_("Sum"), len(found), style="bold")
    return file


def in_classes(school: Office, pupils: "Iterable[Resident]") -> Iterable[tuple[Resident, str]]:
    """The pupils with their classes in words, class by class, those without one last."""
    rows = ClassMembership.objects.filter(school=school, ends=None)
    places = {resident: (grade, name) for resident, grade, name in rows.values_list("resident", "grade", "class_name")}
    nowhere = (13, "")
    ordered = sorted(pupils, key=lambda pupil: (places.get(pupil.pk, nowhere), pupil.pinyin, pupil.number))
    for pupil in ordered:
        grade, name = places.get(pupil.pk, (None, ""))
        yield pupil, class_label(grade, name)
