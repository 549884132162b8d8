"""Institutions and what holds of them from when: the administrator's verbs (Art. 19–22, 27).

What settled stays rest on is not changed unseen: the verbs refuse it and name them, and with `although` do it all the
same. The settlements stay as they are (A4); who changed it corrects them where they have to be.
"""

import datetime
import re
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Designation, Institution, InstitutionGrade, Settlement, Specialty
from claims.rules import disease_of
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import day_before, next_day
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Disease, Grade

# How many settlements a refusal names.
SHOWN = 5
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}")

Dated = TypeVar("Dated", Designation, Specialty)


@transaction.atomic
def create_institution(
    *,
    code: str,
    name: str,
    grade: Grade,
    starts: datetime.date,
    name_en: str = "",
    address: str = "",
    phone: str = "",
    out_of_city: bool = False,
    may_refer: bool = False,
    by: Actor,
) -> Institution:
    """Enter an institution with its grade from a day on, and the office at which its users work. It is not designated
    yet.

    Invalid for a malformed code, Conflict where it is taken.
    """
    by.require("institutions.manage")
    code, name = code.strip().upper(), name.strip()
    if not CODE.fullmatch(code):
        raise Invalid(_("A code has 2 to 20 capital letters, digits or hyphens."), field="code")
    if not name:
        raise Invalid(_("Enter the name."), field="name")
    area = Office.objects.select_for_update().get(kind=Office.Kind.AREA)
    if Office.objects.filter(code=code).exists():
        raise Conflict(_("This code is taken."), field="code")
    office = Office.objects.create(
        kind=Office.Kind.INSTITUTION,
        code=code,
        name=name,
        name_en=name_en.strip(),
        parent=area,
        address=address.strip(),
        phone=phone.strip(),
    )
    institution = Institution.objects.create(
        office=office, code=code, out_of_city=out_of_city, may_refer=may_refer and not out_of_city
    )
    InstitutionGrade.objects.create(institution=institution, grade=grade, starts=starts)
    changes = {"name": name, "grade": grade, "starts": starts, "out_of_city": out_of_city, "may_refer": may_refer}
    audit.record(by=by, verb="institutions.create", obj=institution, changes=changes)
    return institution


@transaction.atomic
def change_institution(
    *,
    code: str,
    name: str,
    name_en: str = "",
    address: str = "",
    phone: str = "",
    may_refer: bool,
    by: Actor,
) -> Institution:
    """Change what an institution is called, where it is, and whether it may issue referrals (D7)."""
    by.require("institutions.manage")
    institution = locked(code)
    if not name.strip():
        raise Invalid(_("Enter the name."), field="name")
    if may_refer and institution.out_of_city:
        raise Refused(_("An institution out of the city issues no referrals."), field="may_refer")
    office = institution.office
    after = {"name": name.strip(), "name_en": name_en.strip(), "address": address.strip(), "phone": phone.strip()}
    changes: dict[str, object] = {
        field: [getattr(office, field), value] for field, value in after.items() if getattr(office, field) != value
    }
    if institution.may_refer != may_refer:
        changes["may_refer"] = [institution.may_refer, may_refer]
    if changes:
        for field, value in after.items():
            setattr(office, field, value)
        office.save(update_fields=list(after))
        institution.may_refer = may_refer
        institution.save(update_fields=["may_refer"])
        audit.record(by=by, verb="institutions.change", obj=institution, changes=changes)
    return institution


@transaction.atomic
def set_grade(
    *, code: str, grade: Grade, starts: datetime.date, although: bool = False, by: Actor
) -> InstitutionGrade:
    """Let an institution have a grade from a day on; the one before ends the day before. What was settled stays.

    Conflict where a grade begins on that day or later already; Refused where settlements rest on the grade before.
    """
    by.require("institutions.manage")
    institution = locked(code)
    running = institution.grades.order_by("-starts").first()
    if running is not None and running.starts >= starts:
        raise Conflict(
            _("A grade from %(day)s on is recorded. Choose a later day.") % {"day": running.starts}, field="starts"
        )
    if running is not None and running.grade == grade and running.ends is None:
        raise Invalid(_("The institution has this grade already."), field="grade")
    resting = require_seen(institution, starts, None, although=although)
    if running is not None and (running.ends is None or running.ends >= starts):
        running.ends = day_before(starts)
        running.save(update_fields=["ends"])
    row = InstitutionGrade.objects.create(institution=institution, grade=grade, starts=starts)
    changes = {"grade": grade, "starts": starts, **resting}
    audit.record(by=by, verb="institutions.set_grade", obj=institution, changes=changes)
    return row


@transaction.atomic
def add_designation(
    *,
    code: str,
    agreement_number: str,
    starts: datetime.date,
    ends: datetime.date | None = None,
    signed_on: datetime.date | None = None,
    although: bool = False,
    by: Actor,
) -> Designation:
    """Designate an institution by an agreement, signed on a day, from a day to a day (both included; open where None).

    Refused for an institution out of the city, and where stays of these days are settled; Conflict where it is
    designated on one of them already.
    """
    by.require("institutions.manage")
    institution = locked(code)
    if institution.out_of_city:
        raise Refused(_("An institution out of the city is never designated."), code="out_of_city")
    if not agreement_number.strip():
        raise Invalid(_("Enter the number of the agreement."), field="agreement_number")
    require_free(list(institution.designations.all()), starts, ends)
    require_signed_by(signed_on)
    resting = require_seen(institution, starts, ends, although=although)
    row = Designation.objects.create(
        institution=institution,
        agreement_number=agreement_number.strip(),
        signed_on=signed_on,
        starts=starts,
        ends=ends,
    )
    changes = {"agreement": row.agreement_number, "signed_on": signed_on, "starts": starts, "ends": ends, **resting}
    audit.record(by=by, verb="institutions.add_designation", obj=institution, changes=changes)
    return row


@transaction.atomic
def end_designation(
    *, code: str, designation_id: int, ends: datetime.date, although: bool = False, by: Actor
) -> Designation:
    """Let a designation end on a day, its last. Invalid before its first day, Conflict where it has ended, Refused
    where later stays are settled.
    """
    by.require("institutions.manage")
    institution = locked(code)
    found = institution.designations.filter(pk=designation_id).first()
    before = found.ends if found else None
    row = ended(found, ends)
    resting = require_seen(institution, next_day(ends), before, although=although)
    changes = {"agreement": row.agreement_number, "ends": ends, **resting}
    audit.record(by=by, verb="institutions.end_designation", obj=institution, changes=changes)
    return row


@transaction.atomic
def add_specialty(
    *,
    code: str,
    disease: Disease,
    starts: datetime.date,
    ends: datetime.date | None = None,
    although: bool = False,
    by: Actor,
) -> Specialty:
    """Name an institution the specialist for a disease (D3, Art. 21) from a day to a day.

    Conflict where it is on one of these days already; Refused where stays with the disease are settled.
    """
    by.require("institutions.manage")
    institution = locked(code)
    require_free(list(institution.specialties.filter(disease=disease)), starts, ends)
    resting = require_seen(institution, starts, ends, disease=disease, although=although)
    row = Specialty.objects.create(institution=institution, disease=disease, starts=starts, ends=ends)
    changes = {"disease": disease, "starts": starts, "ends": ends, **resting}
    audit.record(by=by, verb="institutions.add_specialty", obj=institution, changes=changes)
    return row


@transaction.atomic
def end_specialty(
    *, code: str, specialty_id: int, ends: datetime.date, although: bool = False, by: Actor
) -> Specialty:
    """Let a specialist disease end on a day, its last. Invalid before its first day, Conflict where it has ended,
    Refused where later stays with the disease are settled.
    """
    by.require("institutions.manage")
    institution = locked(code)
    found = institution.specialties.filter(pk=specialty_id).first()
    before = found.ends if found else None
    row = ended(found, ends)
    resting = require_seen(institution, next_day(ends), before, disease=Disease(row.disease), although=although)
    changes = {"disease": row.disease, "ends": ends, **resting}
    audit.record(by=by, verb="institutions.end_specialty", obj=institution, changes=changes)
    return row


def locked(code: str) -> Institution:
    institution = (
        Institution.objects.select_related("office").select_for_update(of=("self", "office")).filter(code=code).first()
    )
    if institution is None:
        raise Invalid(_("There is no institution with this code."), code="institution_unknown")
    return institution


def require_free(rows: list[Dated], starts: datetime.date, ends: datetime.date | None) -> None:
    """Raise Invalid for days in the wrong order, Conflict where one of `rows` holds on one of them."""
    if ends is not None and ends < starts:
        raise Invalid(_("The last day lies before the first."), field="ends")
    for row in rows:
        if (row.ends is None or row.ends >= starts) and (ends is None or row.starts <= ends):
            raise Conflict(
                _("This holds already on some of these days: from %(starts)s until %(ends)s.")
                % {"starts": row.starts, "ends": row.ends or _("further notice")},
                field="starts",
            )


def ended(row: Dated | None, ends: datetime.date) -> Dated:
    if row is None:
        raise Invalid(_("There is no such entry."), code="unknown")
    if row.ends is not None and row.ends < clock.today():
        raise Conflict(_("This ended on %(day)s.") % {"day": row.ends})
    if ends < row.starts:
        raise Invalid(_("The last day lies before the first."), field="ends")
    if row.ends is not None and ends >= row.ends:
        raise Conflict(
            _("This ends on %(day)s already. Choose an earlier day, or enter a period that follows it.")
            % {"day": row.ends},
            field="ends",
        )
    row.ends = ends
    row.save(update_fields=["ends"])
    return row


# --- what settled stays rest on --------------------------------------------------------------------------------------


def resting_on(
    institution: Institution, starts: datetime.date, ends: datetime.date | None, disease: Disease | None = None
) -> list[str]:
    """The numbers of the live settlements of stays that were admitted at the institution from a day to a day (open
    where None), of those with a specialist's disease where one is named: what grade, designation and specialties of
    these days decided. The earliest admission first.
    """
    rows = Settlement.objects.filter(live=True, stay__institution=institution, stay__admitted_on__gte=starts)
    if ends is not None:
        rows = rows.filter(stay__admitted_on__lte=ends)
    found = rows.order_by("stay__admitted_on", "number").values_list("number", "stay__diagnosis", "settled_on")
    return [
        number
        for number, diagnosis, day in found
        if disease is None or disease_of(diagnosis, policy_on(day)) is disease
    ]


def require_seen(
    institution: Institution,
    starts: datetime.date,
    ends: datetime.date | None,
    *,
    disease: Disease | None = None,
    although: bool,
) -> dict[str, int]:
    """Refused where settlements rest on what is to be changed, unless it is done `although` they do; then gives back
    how many, for the audit record.
    """
    numbers = resting_on(institution, starts, ends, disease)
    if numbers and not although:
        shown = ", ".join(numbers[:SHOWN]) + (" …" if len(numbers) > SHOWN else "")
        raise Refused(
            _(
                "Settlements that rest on it: %(count)s (%(numbers)s). They stay as they were settled. Choose another "
                "day, or tick that you know."
            )
            % {"count": len(numbers), "numbers": shown},
            code="rested_on",
            field="although",
        )
    return {"settlements": len(numbers)} if numbers else {}


def require_signed_by(signed_on: datetime.date | None) -> None:
    """Raise Invalid for an agreement that is signed in the future."""
    if signed_on is not None and signed_on > clock.today():
        raise Invalid(_("This day lies in the future."), code="future", field="signed_on")
