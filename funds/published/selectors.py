"""Publications as people read them."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from enrollment.registration.labels import label
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Category

from .compiling import CATEGORIES, NO_DISTRICT
from .models import Publication
from .rules import TOTAL

Status = Publication.Status


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: `cells` in the order of its columns, None is what is not shown."""

    name: str
    cells: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What an edition says: persons by category and district, money by district, the account of the fund in lines.
    The last cell of a line of `insured` and the last line of each table are sums.
    """

    districts: tuple[str, ...]
    insured: tuple[Line, ...]
    places: tuple[Line, ...]
    account: tuple[Line, ...]

    @property
    def hides(self) -> bool:
        """Whether something is not shown."""
        return any(cell is None for line in (*self.insured, *self.places, *self.account) for cell in line.cells)


def publications_seen_by(actor: Actor) -> QuerySet[Publication]:
    """The publications with their drafts; all of them or none."""
    found = Publication.objects.select_related("made_by", "published_by")
    return found if actor.may("publications.see") else found.none()


def newest_editions() -> QuerySet[Publication]:
    """The newest published edition of each year, the newest year first: what everybody may see."""
    return Publication.objects.filter(status=Status.PUBLISHED).order_by("-year", "-edition").distinct("year")


def shown(publication: Publication) -> Shown:
    """The figures of an edition in the language of the page."""
    figures = publication.figures
    english = (get_language() or "").startswith("en")
    names = {code: name_en if english else name for code, name, name_en in figures["districts"]}
    insured, money = figures["insured"], figures["money"]
    columns = (*names, TOTAL)
    rest = [NO_DISTRICT] if NO_DISTRICT in money["spending"] else []
    kinds = ("contributions", "city", "district", "patients", "spending")
    account = (
        ("before", _("Balance at the beginning of the year")),
        ("contributions", _("Residents' contributions")),
        ("city", _("City subsidies")),
        ("district", _("District subsidies")),
        ("other_income", _("Interest, late fees and other income")),
        ("income", _("Income in all")),
        ("inpatient", _("Inpatient benefits")),
        ("other_spending", _("Other benefits and spending")),
        ("spending", _("Spending in all")),
        ("after", _("Balance at the end of the year")),
    )
    return Shown(
        tuple(names.values()),
        tuple(
            Line(
                _("Sum") if row == TOTAL else str(label(Category(row))),
                tuple(number(insured[row][code]) for code in columns),
            )
            for row in (*CATEGORIES, TOTAL)
        ),
        tuple(
            Line(
                _("Sum") if code == TOTAL else names.get(code, _("Of no district")),
                tuple(number(money[kind].get(code, "0")) for kind in kinds),
            )
            for code in (*names, *rest, TOTAL)
        ),
        tuple(Line(words, (number(figures["fund"][key]),)) for key, words in account),
    )


def number(value: str | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
