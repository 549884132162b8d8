"""The guide beside the form (U10): what to bring, how long it takes, and the articles, from the policy itself."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaoyang_medins.kernel.policy.terms import Material

from .labels import Words, article_text, label
from .selectors import policy_on

# Who has to bring a document that not everybody brings (rules.required_materials decides).
WHO: Mapping[Material, Words] = {
    Material.LOW_INCOME_CERTIFICATE: gettext_lazy("low-income residents"),
    Material.LOW_INCOME_EDGE_CERTIFICATE: gettext_lazy("low-income-edge residents"),
    Material.DISABILITY_CERTIFICATE: gettext_lazy("disabled residents"),
    Material.AGENT_IDENTITY: gettext_lazy("where a guardian or agent comes"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document, how many of it, who brings it (empty: everybody), and the article."""

    label: str
    copies: int
    who: str
    article: str


@dataclass(frozen=True, slots=True)
class Guide:
    """What the clerk tells the applicant; terms in days."""

    documents: list[Document]
    community_days: int
    district_days: int
    article: str


def guide(today: datetime.date) -> Guide:
    """The guide by the policy of today. Raises BeforeTheLaw."""
    figures = policy_on(today).registration
    documents = [
        Document(label(material), copies.value, str(WHO.get(material, "")), article_text(copies.article))
        for material, copies in figures.copies.items()
    ]
    return Guide(
        documents,
        figures.community_days.value,
        figures.district_days.value,
        article_text(figures.community_days.article),
    )


def next_step(status: str, *, from_school: bool) -> str:
    """What happens to a registration next, for the applicant."""
    texts = {
        "materials_missing": _("Bring what is missing or wrong; the written notice names all of it."),
        "accepted": _("The school hands it to the insurance agency.")
        if from_school
        else _("The community forwards it to the sub-district."),
        "at_subdistrict": _("The sub-district forwards it to the district."),
        "at_district": _("The district reviews it."),
        "at_agency": _("The insurance agency takes it into its records and makes the contribution notice."),
        "recorded": _("The contribution notice can be paid at a designated bank."),
        "returned": _("The office that received it puts it right and accepts it again."),
        "refused": _("The written notice names every reason."),
        "withdrawn": "",
    }
    return texts[status]
