"""From what was typed to what the services take; the draft keeps it as it was typed."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Sex

from . import facts, rules, selectors
from .data import AgentData, CircumstanceData, PersonData
from .forms import NONE, StatementForm
from .models import Circumstance, MaterialCheck, RegistrationDraft, Resident
from .services.common import Assessment, assess
from .step_forms import ClosingForm, MaterialsForm

Kind = Circumstance.Kind
# What is posted with a form and is no answer.
NO_ANSWERS = frozenset({"csrfmiddlewaretoken", "keep", "back", "all_present", "draft", "attach", "remove"})
# In a draft: the personal number of whom it was begun for.
KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Statement:
    """Page 1 in the words of the services."""

    person: PersonData
    circumstances: list[CircumstanceData]
    agent: AgentData | None
    known: Resident | None

    def assess(self, *, next_year: bool = False) -> Assessment:
        """What the rules say of the person today. Raises Refused of the dead, BeforeTheLaw."""
        return assess(
            self.person.sex,
            self.person.birth_date,
            with_known(self.circumstances, self.known),
            on=clock.today(),
            next_year=next_year,
            resident=self.known,
        )


def with_known(stated: list[CircumstanceData], known: Resident | None) -> list[CircumstanceData]:
    """What is stated, beside what is on record of the person."""
    return facts.merged(selectors.circumstances_of(known), stated) if known else stated


def statement_of(form: StatementForm, actor: Actor) -> Statement:
    """Page 1, once the form is valid."""
    given = form.cleaned_data
    community: Office | None = actor.office if actor.role is Role.COMMUNITY else given["community"]
    if community is None:
        raise ValueError("A statement is made at an office.")
    person = PersonData(
        name=" ".join(given["name"].split()),
        birth_date=given["birth_date"],
        sex=Sex(given["sex"]),
        community=community,
        id_number=given["id_number"] or None,
        address=given["address"],
        phone=given["phone"],
    )
    agent = None
    if given["agent_name"]:
        agent = AgentData(given["agent_name"], given["agent_relation"], given["agent_id_number"])
    known = selectors.resident_like(
        id_number=person.id_number,
        name=person.name,
        birth_date=person.birth_date,
        sex=person.sex.value,
        community=person.community,
    )
    return Statement(person, stated_circumstances(given, actor), agent, known)


def stated_circumstances(given: Mapping[str, Any], actor: Actor) -> list[CircumstanceData]:
    """What is stated of the person; answers that are not there yet count as those of most people.

    What began on an unknown day is known from today on, and of cover that has ended the last day is known.
    """
    today, birth = clock.today(), given["birth_date"]
    stated = []

    def state(kind: str, starts: datetime.date, ends: datetime.date | None = None, **more: Any) -> None:
        value = given.get(kind) or NONE
        if value != NONE:
            stated.append(CircumstanceData(kind, value, starts, ends, **more))

    state(Kind.HUKOU, given.get("hukou_since") or (birth if given.get("hukou") == "native" else today))
    school = actor.office if actor.role is Role.SCHOOL else given.get("school")
    state(
        Kind.STUDENT,
        given.get("student_since") or today,
        school=school if given.get("student") == "school" else None,
    )
    for kind in (Kind.LOW_INCOME, Kind.DISABILITY):
        state(kind, given.get(f"{kind}_since") or today, document_number=given.get(f"{kind}_number", ""))
    state(Kind.WORK, today)
    state(Kind.PENSION, today)
    until = given.get("scheme_until")
    state(Kind.SCHEME, until or today, until)
    return stated


def needed_materials(statement: Statement, found: Assessment) -> tuple[rules.RequiredMaterial, ...]:
    """W1: what this person has to bring."""
    return rules.required_materials(found.facts, by_agent=statement.agent is not None, policy=found.policy)


# --- the draft -------------------------------------------------------------------------------------------------------


def draft_of(draft_id: uuid.UUID, actor: Actor) -> RegistrationDraft | None:
    """The actor's own draft, at the office where it was begun."""
    return RegistrationDraft.objects.filter(pk=draft_id, user=_user(actor), office=actor.office).first()


def drafts_of(actor: Actor) -> list[RegistrationDraft]:
    """What the actor has begun and not submitted, the newest first."""
    rows = RegistrationDraft.objects.filter(user=_user(actor), office=actor.office).exclude(data={})
    return list(rows.order_by("-updated_at")[:20])


def new_draft(actor: Actor, known: Resident | None = None) -> RegistrationDraft:
    """A fresh draft, or the actor's empty one; of a known resident with what is on record."""
    user, office = _user(actor), actor.office
    if office is None:
        raise ValueError("A registration is typed at an office.")
    answers = answers_of(known) if known else {}
    empty = RegistrationDraft.objects.filter(user=user, office=office, data={}).first()
    draft = empty or RegistrationDraft(user_id=user, office=office)
    draft.data = answers
    draft.save()
    return draft


def _user(actor: Actor) -> int:
    if actor.user_id is None:
        raise ValueError("Only a user types a registration.")
    return actor.user_id


def keep_answers(draft: RegistrationDraft, posted: QueryDict, page: str) -> None:
    """Keep the answers of one page as they were typed; those of the other pages stay."""
    answers = {name: posted.get(name, "") for name in posted if name not in NO_ANSWERS}
    draft.data = {**draft.data, page: answers}
    draft.save()


def known_of(draft: RegistrationDraft, actor: Actor) -> Resident | None:
    """The resident on record whom the draft was begun for, while the actor may see them."""
    number = draft.data.get(KNOWN)
    return selectors.residents_visible_to(actor).filter(number=number).first() if number else None


def answers_of(resident: Resident) -> dict[str, Any]:
    """What page 1 says of a resident on record; the ID number stays there (R10)."""
    today = clock.today()
    given: dict[str, Any] = {
        "name": resident.name,
        "address": resident.address,
        "phone": resident.phone,
        "community": str(resident.community_id),
        "hukou": NONE,
    }
    if not resident.id_number:
        given |= {"no_number": "on", "birth_date": resident.birth_date.isoformat(), "sex": resident.sex}
    for row in selectors.circumstances_of(resident):
        if row.kind in (Kind.DEATH, Kind.BAR) or not row.holds_on(today):
            continue
        given[row.kind] = row.value
        given[f"{row.kind}_since"] = row.starts.isoformat()
        given[f"{row.kind}_number"] = row.document_number
        if row.school:
            given["school"] = str(row.school.pk)
    return {KNOWN: resident.number, "statement": given}


def statement_form(draft: RegistrationDraft, actor: Actor, *, checked: bool = False) -> StatementForm:
    """Page 1 as it was left; `checked` with its errors."""
    answers = draft.data.get("statement", {})
    known = known_of(draft, actor)
    if checked:
        return StatementForm(answers, actor=actor, known=known)
    return StatementForm(actor=actor, known=known, initial=answers)


def materials_form(
    draft: RegistrationDraft, needed: tuple[rules.RequiredMaterial, ...], *, checked: bool = False
) -> MaterialsForm:
    """The documents as they were left."""
    answers = {item.material.value: MaterialCheck.State.NOT_LOOKED_AT for item in needed}
    answers |= draft.data.get("materials", {})
    return MaterialsForm(answers, needed=needed) if checked else MaterialsForm(needed=needed, initial=answers)


def closing_form(draft: RegistrationDraft, *, checked: bool = False) -> ClosingForm:
    """What concerns the whole registration, as it was left."""
    answers = draft.data.get("materials")
    if checked:
        return ClosingForm(answers or {"supplementary": "on"})
    return ClosingForm(initial=answers) if answers else ClosingForm()


def all_looked_at(draft: RegistrationDraft, needed: tuple[rules.RequiredMaterial, ...]) -> bool:
    """Whether every document has an answer."""
    answers = draft.data.get("materials", {})
    unknown = MaterialCheck.State.NOT_LOOKED_AT
    return all(answers.get(item.material.value, unknown) != unknown for item in needed)


def checked_statement(draft: RegistrationDraft, actor: Actor) -> StatementForm:
    """Page 1 as it was left, to be checked."""
    return statement_form(draft, actor, checked=True)


def mark_all_present(draft: RegistrationDraft, needed: tuple[rules.RequiredMaterial, ...]) -> None:
    """The clerk says of all documents at once that they are in order; what was found missing or wrong stays so."""
    answers = dict(draft.data.get("materials", {}))
    for item in needed:
        if answers.get(item.material.value) in (None, "", MaterialCheck.State.NOT_LOOKED_AT):
            answers[item.material.value] = MaterialCheck.State.PRESENT.value
    draft.data = {**draft.data, "materials": answers}
    draft.save()
