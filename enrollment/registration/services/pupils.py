"""Registering many new pupils at once, as their school hands them to the agency (W4): what `register_resident` and
`forward` do for one, by the same rules, written in a dozen statements for all.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import NotAllowed
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.numbers import next_numbers
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.statements import insert_all

from .. import rules
from ..data import AgentData, CircumstanceData, PersonData
from ..models import Circumstance, Registration, Resident
from ..names import sort_key
from .circumstances import require_may_state, require_sound
from .common import Assessment, Status, assess, keep_assessment
from .entry import cleaned_agent
from .materials import State
from .people import cleaned_person


@dataclass(frozen=True, slots=True)
class Pupil:
    """A new pupil as a school states one: cleaned, and what the rules answer of them today."""

    person: PersonData
    circumstances: tuple[CircumstanceData, ...]
    agent: AgentData | None
    assessment: Assessment

    @property
    def reasons(self) -> tuple[Any, ...]:
        """Why they may not take part (E8); empty where they may."""
        return self.assessment.quote.eligibility.reasons


def look_at_pupil(
    person: PersonData, circumstances: Sequence[CircumstanceData], agent: AgentData | None, *, today: datetime.date
) -> Pupil:
    """A pupil of whom nothing is on record yet, and whether they may take part. Only asks. Raises Invalid for wrong
    input (with its field), Refused, BeforeTheLaw.
    """
    person = cleaned_person(person, today)
    ordered = tuple(sorted(circumstances, key=lambda row: row.starts))
    for circumstance in ordered:
        require_sound(person, circumstance)
    found = assess(person.sex, person.birth_date, list(ordered), on=today, next_year=False, registered_on=today)
    return Pupil(person, ordered, cleaned_agent(agent, today), found)


@transaction.atomic
def register_pupils(*, pupils: Sequence[Pupil], submissions: Sequence[UUID], by: Actor) -> list[Registration]:
    """The registrations of new pupils of the actor's school, complete and at the agency (W4): the school has looked at
    the documents. `submissions` are their marks, in the order of the pupils.

    All of them may take part, and nobody has their ID numbers (IntegrityError where somebody was faster, and nothing
    is written). NotAllowed for others than a school.
    """
    by.require("registrations.register")
    by.require("registrations.forward")
    if by.office is None or by.office.kind != Office.Kind.SCHOOL:
        raise NotAllowed(_("A school registers its own students only."), code="not_a_student")
    if not pupils:
        return []
    today = clock.today()
    days = [today] * len(pupils)
    residents = [
        _resident(pupil.person, number) for pupil, number in zip(pupils, next_numbers("resident", days), strict=True)
    ]
    insert_all(residents)
    insert_all([row for pupil, resident in zip(pupils, residents, strict=True) for row in _held(pupil, resident, by)])
    registrations = [
        _registration(pupil, resident, number, submission, today, by)
        for pupil, resident, number, submission in zip(
            pupils, residents, next_numbers("registration", days), submissions, strict=True
        )
    ]
    insert_all(registrations)
    _hand_over(registrations, today, by)
    _write_materials(pupils, registrations)
    audit.record_load(by=by, model=Resident, numbers=[resident.number for resident in residents])
    audit.record_all(_entry(registration, by) for registration in registrations)
    return registrations


def _resident(person: PersonData, number: str) -> Resident:
    return Resident(
        number=number,
        id_number=person.id_number,
        name=person.name,
        pinyin=sort_key(person.name),
        sex=person.sex.value,
        birth_date=person.birth_date,
        community=person.community,
        address=person.address,
        phone=person.phone,
    )


def _held(pupil: Pupil, resident: Resident, by: Actor) -> list[Circumstance]:
    rows = []
    for stated in pupil.circumstances:
        require_may_state(stated, by)
        rows.append(
            Circumstance(
                resident=resident,
                kind=stated.kind,
                value=stated.value,
                starts=stated.starts,
                ends=stated.ends,
                school=stated.school,
                document_number=stated.document_number.strip(),
            )
        )
    return rows


def _registration(
    pupil: Pupil, resident: Resident, number: str, submission: UUID, today: datetime.date, by: Actor
) -> Registration:
    agent = pupil.agent
    registration = Registration(
        number=number,
        submission=submission,
        resident=resident,
        office=by.office,
        status=Status.AT_AGENCY,
        received_on=today,
        accepted_on=today,
        step_since=today,
        agent_name=agent.name if agent else "",
        agent_relation=agent.relation if agent else "",
        agent_id_number=agent.id_number if agent else "",
        made_by_id=by.user_id,
        # Accepted, and handed on.
        version=2,
    )
    keep_assessment(registration, pupil.assessment)
    return registration


# The same of all of them, so that only what differs goes to PostgreSQL.
HANDED_OVER = """
INSERT INTO registration_handover (registration_id, giver_id, taker_id, handed_on, sheet)
SELECT registration, %s, NULL, %s, '' FROM unnest(%s::bigint[]) AS registration
"""
IN_ORDER = """
INSERT INTO registration_materialcheck (registration_id, material, state, remark)
SELECT registration, material, %s, ''
FROM unnest(%s::bigint[]) WITH ORDINALITY AS row (registration, place)
CROSS JOIN unnest(%s::text[]) WITH ORDINALITY AS needed (material, item) ORDER BY place, item
"""


def _hand_over(registrations: Sequence[Registration], today: datetime.date, by: Actor) -> None:
    """Write down that the school gave them to the agency, as `forward` does."""
    with connection.cursor() as cursor:
        cursor.execute(HANDED_OVER, [by.office.pk if by.office else None, today, [row.pk for row in registrations]])


def _write_materials(pupils: Sequence[Pupil], registrations: Sequence[Registration]) -> None:
    """W1: every document that each of them needs, in order: the school has looked at them."""
    needing: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for pupil, registration in zip(pupils, registrations, strict=True):
        found = pupil.assessment
        needed = rules.required_materials(found.facts, by_agent=pupil.agent is not None, policy=found.policy)
        needing[tuple(item.material.value for item in needed)].append(registration.pk)
    with connection.cursor() as cursor:
        for materials, keys in needing.items():
            cursor.execute(IN_ORDER, [str(State.PRESENT), keys, list(materials)])


def _entry(registration: Registration, by: Actor) -> Any:
    return audit.entry(
        by=by,
        verb="registrations.register",
        obj=registration,
        resident=registration.resident.number,
        changes=to_json(
            {
                "status": str(registration.status),
                "category": registration.category,
                "tier": registration.tier,
                "reasons": tuple(registration.reasons),
            }
        ),
    )
