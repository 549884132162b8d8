"""The figures of an evidence in words."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.labels import label
from liaoyang_medins.kernel.policy.terms import Grade

from .models import Evidence, Finding

Kind = Finding.Kind
# In the order in which they are told.
FIGURES: dict[str, Promise] = {
    "from": gettext_lazy("From"),
    "until": gettext_lazy("Until"),
    "day": gettext_lazy("Day"),
    "stays": gettext_lazy("Stays"),
    "institutions": gettext_lazy("Institutions"),
    "days": gettext_lazy("Days that both count"),
    "died_on": gettext_lazy("Day of death on record"),
    "hours": gettext_lazy("Hours between the two presentations"),
    "disease": gettext_lazy("Disease (ICD-10)"),
    "persons": gettext_lazy("Persons"),
    "usual": gettext_lazy("Persons on its other days, on average"),
    "grade": gettext_lazy("Grade"),
    "value": gettext_lazy("This institution"),
    "peers_mean": gettext_lazy("The others of its grade, on average"),
    "deviation": gettext_lazy("Their standard deviation"),
    "deviations": gettext_lazy("Deviations above them"),
}
OF_PEERS = ("value", "peers_mean", "deviation")
# What says where to look, for each kind.
MEANINGS: dict[str, Promise] = {
    Kind.MANY_STAYS: gettext_lazy(
        "Many admissions within a short time: others may use the card, or one stay was parted into several."
    ),
    Kind.OVERLAP: gettext_lazy("Two stays share more than one day (A8): at least one of them cannot be as written."),
    Kind.AFTER_DEATH: gettext_lazy("The stay began after the death on record, or went on after it."),
    Kind.TWO_PLACES: gettext_lazy(
        "The card was presented at two institutions almost at once without a transfer, or used for outpatient "
        "treatment while the person lay elsewhere."
    ),
    Kind.SERIES: gettext_lazy(
        "Many persons were admitted on one day with the same disease, far more than on other days."
    ),
    Kind.COST: gettext_lazy("The average cost of a stay lies far above that of the others of its grade."),
    Kind.LENGTH: gettext_lazy("Stays last far longer on average than at the others of its grade."),
    Kind.READMISSION: gettext_lazy(
        "A far larger share of stays is followed by another one there within 14 days than at the others of its grade."
    ),
    Kind.OUT_OF_SCOPE: gettext_lazy("A far larger share of the cost is out of scope than at the others of its grade."),
}


def told(evidence: Evidence, kind: str) -> Iterator[tuple[str, str]]:
    """The figures of an evidence: their words and values."""
    for name, words in FIGURES.items():
        if name in evidence.figures:
            yield str(words), value_of(name, evidence.figures, kind)


def value_of(name: str, figures: Mapping[str, str], kind: str) -> str:
    """A figure as people read it."""
    value = figures[name]
    if name == "grade":
        return str(label(Grade(value)))
    if name in ("usual", "deviations"):
        return f"{Decimal(value):.2f}"
    if name not in OF_PEERS:
        return value
    if kind == Kind.COST:
        return _("%(amount)s yuan") % {"amount": f"{Decimal(value):,.2f}"}
    if kind == Kind.LENGTH:
        return _("%(days)s days") % {"days": f"{Decimal(value):.1f}"}
    return f"{Decimal(value) * 100:.1f}%"


def in_one_line(evidence: Evidence, kind: str) -> str:
    """All figures of an evidence in a line, for a table or a cell."""
    said = (_("%(name)s: %(value)s") % {"name": name, "value": value} for name, value in told(evidence, kind))
    return _("; ").join(said)
