"""The words for circumstances, agents and the groups of the queue."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.policy.terms import LowIncome, MovedFrom, OtherScheme, Pension, StudentKind

from .labels import WORDS, Words
from .models import Circumstance

Kind = Circumstance.Kind

GRADES: Mapping[str, Words] = {
    "1": _("Grade 1 (the most severe)"),
    "2": _("Grade 2"),
    "3": _("Grade 3"),
    "4": _("Grade 4"),
}
# Kind of circumstance → its values in words.
VALUES: Mapping[str, Mapping[str, Words]] = {
    Kind.HUKOU: {
        "native": WORDS[MovedFrom][MovedFrom.NONE],
        "county": WORDS[MovedFrom][MovedFrom.COUNTY],
        "outside": WORDS[MovedFrom][MovedFrom.OUTSIDE],
    },
    Kind.STUDENT: {code.value: WORDS[StudentKind][code] for code in (StudentKind.SCHOOL, StudentKind.UNIVERSITY)},
    Kind.LOW_INCOME: {
        code.value: WORDS[LowIncome][code] for code in (LowIncome.LOW_INCOME, LowIncome.LOW_INCOME_EDGE)
    },
    Kind.DISABILITY: GRADES,
    Kind.WORK: {"working": _("Working")},
    Kind.PENSION: {code.value: WORDS[Pension][code] for code in (Pension.HERE, Pension.ELSEWHERE)},
    Kind.SCHEME: {code.value: WORDS[OtherScheme][code] for code in (OtherScheme.EMPLOYEE, OtherScheme.RURAL)},
    Kind.BAR: {"misuse": _("Barred for misuse")},
    Kind.DEATH: {"died": _("Died")},
}
RELATIONS: Mapping[str, Words] = {
    "parent": _("Parent"),
    "guardian": _("Guardian"),
    "spouse": _("Wife or husband"),
    "child": _("Son or daughter"),
    "relative": _("Other relative"),
    "other": _("Other person"),
}


def value_label(kind: str, value: str) -> str:
    """What holds, in words. Raises KeyError for a value of another kind."""
    return str(VALUES[kind][value])


def relation_label(relation: str) -> str:
    """How an agent is related to the person; a relation written in free words stands as it is."""
    return str(RELATIONS.get(relation, relation))
