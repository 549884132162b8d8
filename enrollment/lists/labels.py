"""The words for what lists find of their rows, and for classes."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.registration.labels import Words, label
from enrollment.registration.models import Circumstance, Enrollment
from enrollment.registration.words import value_label
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Category, Ineligible, Tier

from .showing import hidden
from .stated import Finding

# Code of a finding → the sentence with its parameters, and what it is called where many are counted together.
FINDINGS: Mapping[str, tuple[Words, Words]] = {
    # A cell cannot be read.
    "empty_cell": (_("%(column)s: fill this in."), _("A cell is empty")),
    "formula": (
        _("%(column)s: the cell holds a formula. Put its value there instead (copy, paste as values)."),
        _("A cell holds a formula"),
    ),
    "lost_digits": (
        _(
            "%(column)s: the number was kept as a figure and has lost its last digits. Format the column as text and "
            "enter the number anew."
        ),
        _("A number was kept as a figure and lost digits"),
    ),
    "bad_day": (_("%(column)s: write a date such as 2009-09-01."), _("A date cannot be read")),
    "bad_cell": (_("%(column)s: the cell holds an error of another program."), _("A cell holds an error")),
    "unknown_word": (_("%(column)s: write one of %(allowed)s."), _("A word is not known")),
    "too_long": (_("%(column)s: at most %(longest)s characters."), _("A text is too long")),
    "id_number_form": (
        _("%(column)s: an ID number has 18 places, 17 digits and a check digit or X; that of an old card has 15."),
        _("An ID number has the wrong length"),
    ),
    "id_number_check_digit": (
        _("%(column)s: the check digit does not fit: a digit is wrong or two are exchanged."),
        _("A check digit does not fit"),
    ),
    "id_number_date": (
        _("%(column)s: places 7 to 14 are no date of birth."),
        _("An ID number holds no date of birth"),
    ),
    "id_number_future": (
        _("%(column)s: the date of birth in it lies in the future."),
        _("A date of birth lies in the future"),
    ),
    "days": (_("The last day lies before the first."), _("The last day lies before the first")),
    "twice": (_("Row %(row)s says this of the same person already."), _("The same person is there twice")),
    # What is on record says no.
    "other_name": (
        _("The person with this ID number has another name on record. Correct the list or the record."),
        _("Another name is on record"),
    ),
    "future": (_("%(day)s lies in the future. Send this row from that day on."), _("The day lies in the future")),
    "before_birth": (_("This day lies before the birth."), _("The day lies before the birth")),
    "died": (_("The person died on %(day)s."), _("The person has died")),
    "other_day_of_death": (
        _("Another day of death is on record: %(day)s. Correct the list or the record."),
        _("Another day of death is on record"),
    ),
    "overlap": (
        _("From %(starts)s something else of this kind is on record: %(what)s. End or void that first."),
        _("Something else of this kind is on record"),
    ),
    "voided": (
        _(
            "The same from %(starts)s on was on record and was voided as wrong. Enter it by hand if it is right after "
            "all."
        ),
        _("The same was voided as wrong"),
    ),
    "nothing_to_end": (
        _("%(what)s is not on record on %(day)s, so it cannot end."),
        _("What ends is not on record"),
    ),
    "ended_before": (
        _("On record it ended already on %(ends)s: %(what)s. Correct the list or the record."),
        _("It ended earlier on record"),
    ),
    "no_hukou": (
        _("No household registration here is on record on %(day)s."),
        _("No household registration is on record"),
    ),
    "unknown_community": (
        _("There is no community “%(community)s”. Write its name as on record, or its code."),
        _("There is no such community"),
    ),
    "community_twice": (
        _("Several communities are called “%(community)s”. Write the code instead."),
        _("Several communities have that name"),
    ),
    "moved_later": (
        _("A later move, of %(day)s, is on record. Enter this one by hand if it is right."),
        _("A later move is on record"),
    ),
    "ineligible": (_("May not take part: %(ineligible)s"), _("May not take part")),
    "said_no": (
        _("The record does not allow it. Open the person's page and enter it there."),
        _("The record does not allow it"),
    ),
    # Nothing to do.
    "not_on_record": (_("This person is not on record with us."), _("Not on record with us")),
    "on_record": (_("On record already: %(what)s since %(starts)s."), _("On record already")),
    "ended_already": (_("Ended on record already on %(ends)s: %(what)s."), _("Ended on record already")),
    "moved_already": (
        _("On record already: moved to %(office)s on %(day)s."),
        _("The move is on record already"),
    ),
    "lives_there": (_("Lives in %(office)s on record already."), _("Lives there on record already")),
    "pupil_on_record": (_("The student is on record with school and class."), _("On record with school and class")),
    # What it does.
    "begins": (_("%(what)s from %(starts)s."), _("Something begins")),
    "ends": (_("%(what)s until %(ends)s."), _("Something ends")),
    "goes_on": (_("%(what)s goes on until %(ends)s."), _("Something goes on for longer")),
    "moves": (
        _("Moves to %(office)s on %(day)s; community and district change from that day on."),
        _("Moves"),
    ),
    "pupil": (_("Student of this school from %(starts)s."), _("Student of this school")),
    "hukou": (_("Household registration from %(starts)s."), _("Household registration")),
    "registers_new": (
        _("Registered and handed to the agency: %(category_label)s, %(tier_label)s, %(due)s yuan."),
        _("Newly registered"),
    ),
    "registers": (_("On record: registered and handed to the agency."), _("Registered")),
    "renews": (_("Notice of renewal for %(year)s."), _("Renewed")),
    "class": (_("Class: %(class_label)s."), _("Class")),
    # What follows.
    "enrollment_ends": (
        _("The insured relationship ends on %(day)s: %(reason_label)s."),
        _("The insured relationship ends"),
    ),
    "enrollment_reopens": (_("The insured relationship goes on again."), _("The insured relationship goes on again")),
    "open_notices": (
        _("Open notices of this person: %(count)s. Where they would say something else they are made anew."),
        _("There are open notices"),
    ),
    "settlements": (
        _("Settlements on or after that day: %(count)s. What contradicts them is listed for correction."),
        _("There are settlements"),
    ),
}


def _what(parameters: Mapping[str, Any]) -> str:
    kind, value = parameters["kind"], parameters["value"]
    return gettext("%(kind)s: %(value)s") % {"kind": Circumstance.Kind(kind).label, "value": value_label(kind, value)}


def _office(parameters: Mapping[str, Any]) -> str:
    found = Office.objects.filter(code=parameters["community"]).first()
    return found.label if found else str(parameters["community"])


# What a parameter in words needs → how it is made.
IN_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "what": _what,
    "office": _office,
    "ineligible": lambda parameters: label(Ineligible(parameters["reason"])),
    "category_label": lambda parameters: label(Category(parameters["category"])),
    "tier_label": lambda parameters: label(Tier(parameters["tier"])),
    "class_label": lambda parameters: class_label(parameters["grade"], parameters["class"]),
    "reason_label": lambda parameters: str(Enrollment.EndReason(parameters["reason"]).label),
}


def finding_text(finding: Finding) -> str:
    """A finding in words, without any full ID number. KeyError for a code without words."""
    sentence = str(FINDINGS[finding.code][0])
    made = {name: make(finding.parameters) for name, make in IN_WORDS.items() if f"%({name})s" in sentence}
    # What stood in a cell of the wrong column may be anything.
    return hidden(sentence % (finding.parameters | made))


def finding_title(code: str) -> str:
    """What findings of a code are called together."""
    return str(FINDINGS[code][1])


GRADES: Mapping[int, Words] = {
    1: _("Primary, grade 1"),
    2: _("Primary, grade 2"),
    3: _("Primary, grade 3"),
    4: _("Primary, grade 4"),
    5: _("Primary, grade 5"),
    6: _("Primary, grade 6"),
    7: _("Junior secondary, grade 1"),
    8: _("Junior secondary, grade 2"),
    9: _("Junior secondary, grade 3"),
    10: _("Senior secondary or vocational, grade 1"),
    11: _("Senior secondary or vocational, grade 2"),
    12: _("Senior secondary or vocational, grade 3"),
}


def class_label(grade: int | None, class_name: str) -> str:
    """A class in words: its grade and name."""
    if grade is None:
        return gettext("Without a class")
    return gettext("%(grade)s, class %(class)s") % {"grade": GRADES[grade], "class": class_name}
