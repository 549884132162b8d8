"""What the typed answers come to, in words: the live answer of page 1, and the rows of the check page."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.errors import BeforeTheLaw
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.web.templatetags.medins import iso, masked

from . import idnumber, selectors
from .data import CircumstanceData
from .drafts import KNOWN, Statement, stated_circumstances, with_known
from .forms import StatementForm
from .labels import StepText, label, step_text
from .models import Circumstance, RegistrationDraft, Resident
from .quotes import Quote
from .reasons import Reason, reasons_of
from .rules import completed_age
from .services.common import Assessment, assess
from .services.entry import require_free
from .services.people import overwritten, require_here
from .step_forms import ClosingForm, MaterialsForm
from .words import relation_label, value_label

Kind = Circumstance.Kind
# The places of an ID number; an old one that was typed to its end cannot be told from the beginning of another.
LENGTH = 18


@dataclass(slots=True)
class Live:
    """What is known so far of who is being typed, in words; empty where nothing is."""

    sex: str = ""
    birth_date: datetime.date | None = None
    age: int | None = None
    known: Resident | None = None
    # Whether the actor may open the known person's page, and whether the transfer has to be asked for first.
    known_here: bool = False
    elsewhere: bool = False
    # Why the known person cannot be registered, and whether it is because they are enrolled: they renew.
    blocked: str = ""
    # Where a child without a number is registered that may be this one.
    children: list[Office] = field(default_factory=list)
    # What is wrong with an ID number that is typed to its end.
    number_wrong: str = ""
    enrolled: bool = False
    wrong: str = ""
    quote: Quote | None = None
    category: str = ""
    tier: str = ""
    reasons: list[Reason] = field(default_factory=list)
    steps: list[StepText] = field(default_factory=list)

    @classmethod
    def of(cls, found: Assessment) -> "Live":
        live = cls()
        live.take(found)
        return live

    def take(self, found: Assessment) -> None:
        answer = found.quote
        self.quote = answer
        self.category = label(answer.category) if answer.category else ""
        self.tier = label(answer.tier) if answer.tier else ""
        self.steps = [step_text(step) for step in answer.steps]
        self.reasons = reasons_of(self.steps)


def live_answer(form: StatementForm, actor: Actor) -> Live:
    """What the answers come to so far, however incomplete they are."""
    live = Live()
    given = {} if form.is_valid() is None else form.cleaned_data
    birth, sex = given.get("birth_date"), given.get("sex")
    today = clock.today()
    if "id_number" in form.errors and len(idnumber.plain(str(form.data.get("id_number", "")))) >= LENGTH:
        live.number_wrong = str(form.errors["id_number"][0])
    if birth is None or not sex or birth > today:
        return live
    live.birth_date, live.sex, live.age = birth, label(Sex(sex)), completed_age(birth, today)
    live.known = known_person(given, Sex(sex), actor)
    if live.known is None:
        live.children = children_elsewhere(given.get("name", ""), birth, Sex(sex), actor)
    try:
        if live.known is not None:
            live.known_here = selectors.residents_visible_to(actor).filter(pk=live.known.pk).exists()
            require_here(live.known, actor)
            require_free(live.known)
        circumstances: list[CircumstanceData] = stated_circumstances(given, actor)
        live.take(
            assess(
                Sex(sex),
                birth,
                with_known(circumstances, live.known),
                on=today,
                next_year=False,
                resident=live.known,
            )
        )
    except Refused as error:
        live.blocked, live.elsewhere = str(error.message), error.code == "elsewhere"
        live.enrolled = error.code == "enrolled"
    except BeforeTheLaw as error:
        live.wrong = str(error)
    return live


def known_person(given: dict[str, Any], sex: Sex, actor: Actor) -> Resident | None:
    """Who is on record already: by the ID number, else a newborn who had none so far by name and birth."""
    community, number = given.get("community") or actor.office, given.get("id_number") or None
    if given.get("name") and community is not None:
        return selectors.resident_like(
            id_number=number, name=given["name"], birth_date=given["birth_date"], sex=sex.value, community=community
        )
    return selectors.resident_with(number) if number else None


def children_elsewhere(name: str, birth_date: datetime.date, sex: Sex, actor: Actor) -> list[Office]:
    """The communities in which a child of this name, sex and day of birth is registered without a number: it may be
    this one, which cannot be told by a number. Only for who may ask for a transfer, and nothing but the communities.
    """
    if not name or not actor.may("transfers.ask") or actor.office is None:
        return []
    found = selectors.children_elsewhere(name=name, birth_date=birth_date, sex=sex.value, community=actor.office)
    return list({child.community_id: child.community for child in found}.values())


def overwritten_by(statement: Statement, actor: Actor) -> list[tuple[str, str, str]]:
    """What submitting changes of the person on record, in words: the field, before and after."""
    if statement.known is None:
        return []
    words = {
        "id_number": _("ID number"),
        "name": _("Name"),
        "community": _("Community"),
        "address": _("Address"),
        "phone": _("Telephone"),
    }
    changes = overwritten(statement.known, statement.person)
    if actor.role is Role.SCHOOL:
        # Where its pupils live is not a school's to say.
        changes.pop("community", None)

    def said(field: str, value: Any) -> str:
        if field == "id_number":
            return masked(value) if value else ""
        return value.label if isinstance(value, Office) else str(value)

    return [(words[field], said(field, before), said(field, after)) for field, (before, after) in changes.items()]


# --- check your answers ----------------------------------------------------------------------------------------------


def rows_of(
    draft: RegistrationDraft,
    statement: Statement,
    materials: MaterialsForm,
    closing: ClosingForm,
    scans: Mapping[str, Sequence[Attachment]],
) -> list[SimpleNamespace]:
    """The answers in sections, each row with the way back to its question."""
    page_1 = reverse("registration-draft", args=[draft.pk]) + "?back=check#id_"
    page_2 = reverse("registration-draft-materials", args=[draft.pk]) + "#id_"

    def row(words: str, value: object, where: str) -> SimpleNamespace:
        return SimpleNamespace(label=words, value=value, change_url=where)

    person, known = statement.person, statement.known
    # Of who was on record when the draft was begun these were not asked.
    asked = not (draft.data.get(KNOWN) and known and known.id_number)

    def identity(words: str, value: object, field: str) -> SimpleNamespace:
        where = "id_number" if person.id_number else field
        return row(words, value, page_1 + where if asked else "")

    number = masked(person.id_number) if person.id_number else _("None yet")
    about = [
        identity(_("ID number"), number, "id_number"),
        identity(_("Date of birth"), iso(person.birth_date), "birth_date"),
        identity(_("Sex"), label(person.sex), "sex_0"),
        row(_("Name"), person.name, page_1 + "name"),
        row(_("Community"), person.community.label, page_1 + "community"),
        row(_("Address"), person.address, page_1 + "address"),
        row(_("Telephone"), person.phone, page_1 + "phone"),
    ]
    stated = {item.kind: item for item in statement.circumstances}
    holds = [
        row(str(kind.label), circumstance_text(kind, stated.get(kind)), f"{page_1}{kind.value}_0")
        for kind in (
            Kind.HUKOU,
            Kind.STUDENT,
            Kind.LOW_INCOME,
            Kind.DISABILITY,
            Kind.WORK,
            Kind.PENSION,
            Kind.SCHEME,
        )
    ]
    agent = statement.agent
    text = f"{agent.name} ({relation_label(agent.relation)})" if agent else _("The person comes in person")
    holds.append(row(_("Guardian or agent"), text, page_1 + "agent_name"))
    papers = [
        row(words, state_text(materials, name, len(scans.get(name, ()))), f"{page_2}{name}_0")
        for name, words in ((item.material.value, label(item.material)) for item in materials.needed)
    ]
    wishes = closing.cleaned_data
    yes_no = {True: _("Yes"), False: _("No")}
    further = [
        row(_("Over-cap supplementary insurance"), yes_no[wishes["supplementary"]], page_2 + "supplementary"),
        row(_("Notice for the year after"), yes_no[wishes["next_year"]], page_2 + "next_year"),
        row(_("Remark"), wishes["remark"], page_2 + "remark"),
    ]
    return [
        SimpleNamespace(title=_("The person"), rows=about),
        SimpleNamespace(title=_("What applies"), rows=holds),
        SimpleNamespace(title=_("Documents"), rows=papers),
        SimpleNamespace(title=_("Further"), rows=further),
    ]


def circumstance_text(kind: str, stated: CircumstanceData | None) -> str:
    """What is stated of one kind, with its days."""
    if stated is None:
        nothing = {
            Kind.HUKOU: _("Not registered here"),
            Kind.WORK: _("Not working"),
            Kind.PENSION: _("None"),
            Kind.SCHEME: _("None"),
        }
        return nothing.get(Kind(kind), _("No"))
    parts = [value_label(stated.kind, stated.value)]
    if stated.school is not None:
        parts.append(stated.school.label)
    if stated.document_number:
        parts.append(stated.document_number)
    if stated.ends is not None:
        parts.append(_("until %(day)s") % {"day": iso(stated.ends)})
    elif stated.kind not in (Kind.WORK, Kind.PENSION, Kind.SCHEME):
        parts.append(_("from %(day)s on") % {"day": iso(stated.starts)})
    return " · ".join(parts)


def state_text(materials: MaterialsForm, name: str, scans: int) -> str:
    """How a document was found, with what is wrong with it and how many scans are attached."""
    states = dict(materials.fields[name].choices)  # type: ignore[attr-defined]
    said = str(states[materials.cleaned_data[name]])
    remark = materials.cleaned_data[f"{name}_remark"]
    said = f"{said} ({remark})" if remark else said
    return " · ".join([said, _("Scans: %(count)s") % {"count": scans}]) if scans else said
