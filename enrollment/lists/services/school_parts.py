"""A part of a school's list: new pupils are registered together, those on record one by one through the verbs of the
counter (W4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection, transaction

from enrollment.contributions import rules as contribution_rules
from enrollment.contributions.services import make_renewal_notice
from enrollment.contributions.services.life import follow_life
from enrollment.registration import idnumber, locks
from enrollment.registration.data import CircumstanceData, PersonData
from enrollment.registration.models import MaterialCheck, Registration
from enrollment.registration.selectors import OnFile, Relationship, policy_on
from enrollment.registration.services import forward, register_resident
from enrollment.registration.services.circumstances import require_may_state, write_circumstances
from enrollment.registration.services.common import assess
from enrollment.registration.services.pupils import Pupil, look_at_pupil, register_pupils
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import DomainError, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Ineligible, Material, Sex

from .. import selectors
from ..deciding import Act, Add, Decision, Person, Place, Register, Renew, decide_pupil
from ..deciding.authorities import find_community
from ..deciding.people import refused
from ..deciding.schools import SchoolDay, pupil_agent, pupil_circumstances, pupil_person
from ..models import ListRow
from ..stated import Finding, Stated
from .classes import place_in_class
from .parts import Result, State, anew, done, is_open, result_of, settled

IN_CLASSES = """
INSERT INTO lists_classmembership (resident_id, school_id, grade, class_name, starts)
SELECT resident, %s, grade, class_name, starts
FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::date[]) AS row (resident, grade, class_name, starts)
"""
IN_ORDER = dict.fromkeys(Material, MaterialCheck.State.PRESENT)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A pupil of whom nothing is on record under this ID number; `unnumbered` where a newborn of that name, birth and
    community is, who had none so far.
    """

    pupil: Pupil
    unnumbered: bool


@dataclass(slots=True)
class Part:
    """What is read once for a part."""

    at: SchoolDay
    said: dict[int, Stated]
    people: dict[str, Person]
    communities: dict[str, list[Office]]
    newborns: set[tuple[object, ...]]


def look_at(rows: Sequence[ListRow], *, by: Actor) -> list[Result]:
    """What each row of a school's list would do; only reads."""
    part = _read(rows, by, lock=False)
    return [_decided(row, part)[0] for row in rows]


def apply(rows: Sequence[ListRow], *, by: Actor) -> list[Result]:
    """Do what the rows of a school's list say, each whole or not at all; call it inside a transaction.

    IntegrityError where somebody put a new pupil on record at the same moment: the part is tried again.
    """
    with audit.together():
        part = _read(rows, by, lock=True)
        results: list[Result] = []
        newcomers: list[tuple[int, Stated, Pupil, UUID]] = []
        for place, row in enumerate(rows):
            result, decision, newcomer = _decided(row, part)
            mark = uuid5(NAMESPACE_URL, f"{row.list.number}/{row.place}")
            if newcomer is not None and not newcomer.unnumbered and result.state == State.WOULD:
                newcomers.append((place, part.said[row.pk], newcomer.pupil, mark))
            elif decision is not None and decision.acts:
                person = part.people.get(part.said[row.pk].id_number)
                pupil = newcomer.pupil.person if newcomer else None
                act = _Acts(part, part.said[row.pk], person, pupil, mark, f"{row.list.number}/{row.place}", by)
                result = done(result, act.all, decision.acts)
            results.append(result)
        for place, registration in _registered(newcomers, part, by):
            before = results[place]
            results[place] = Result(before.row, State.DONE, before.findings, registration.resident_id)
        return results


def _read(rows: Sequence[ListRow], by: Actor, *, lock: bool) -> Part:
    today = clock.today()
    policy = policy_on(today)
    year = contribution_rules.window_of(today, policy)
    said = {row.pk: Stated.of(row.stated) for row in rows if is_open(row)}
    people = selectors.people_with((stated.id_number for stated in said.values()), lock=lock)
    unknown = {stated.name for stated in said.values() if stated.id_number not in people}
    school = by.office or rows[0].list.office
    return Part(
        SchoolDay(school, today, year, policy, _reasons),
        said,
        people,
        selectors.communities_by_name(),
        set(selectors.newborns_like(unknown)),
    )


def _reasons(person: Person, then: Sequence[CircumstanceData]) -> Sequence[Ineligible]:
    """E8: why somebody on record may not take part, given what would be on record of them."""
    relationships = [Relationship(row.starts, row.ends, row.end_reason) for row in reversed(person.enrollments)]
    resident, today = person.resident, clock.today()
    found = assess(
        Sex(resident.sex),
        resident.birth_date,
        list(then),
        on=today,
        next_year=False,
        resident=resident,
        registered_on=today,
        file=OnFile(tuple(then), tuple(relationships)),
    )
    return found.quote.eligibility.reasons


# --- deciding --------------------------------------------------------------------------------------------------------


def _decided(row: ListRow, part: Part) -> tuple[Result, Decision | None, Newcomer | None]:
    """What becomes of a row; of somebody new, what is registered of them."""
    stated = part.said.get(row.pk)
    if stated is None:
        return settled(row), None, None
    person = part.people.get(stated.id_number)
    if person is not None:
        decision = decide_pupil(stated, person, part.at)
        return result_of(row, decision, person), decision, None
    found = _newcomer(stated, part)
    if isinstance(found, Decision):
        return result_of(row, found, None), None, None
    pupil = found.pupil
    decision = _registers(stated, pupil, part.at)
    return result_of(row, decision, None), decision, found


def _newcomer(stated: Stated, part: Part) -> Newcomer | Decision:
    community, wrong = find_community(stated.community, part.communities)
    if community is None:
        return refused(wrong)
    if stated.first > part.at.today:
        return refused(Finding("future", {"day": stated.first.isoformat()}))
    parsed = idnumber.parse(stated.id_number, today=part.at.today)
    birth = parsed.birth_date
    circumstances = pupil_circumstances(stated, part.at.school, birth)
    if (stated.moved_in is not None and stated.moved_in < birth) or any(row.starts < birth for row in circumstances):
        return refused(Finding("before_birth"))
    try:
        pupil = look_at_pupil(
            pupil_person(stated, community, birth, parsed.sex),
            circumstances,
            pupil_agent(stated),
            today=part.at.today,
        )
    except DomainError as error:
        return refused(Finding("said_no", {"code": error.code}))
    if pupil.reasons:
        return refused(*(Finding("ineligible", {"reason": reason.value}) for reason in pupil.reasons))
    known = (pupil.person.name, birth, pupil.person.sex.value, community.pk)
    return Newcomer(pupil, known in part.newborns)


def _registers(stated: Stated, pupil: Pupil, at: SchoolDay) -> Decision:
    quote = pupil.assessment.quote
    asked = {
        "category": quote.category.value if quote.category else "",
        "tier": quote.tier.value if quote.tier else "",
        "due": str(quote.due),
    }
    grade = int(stated.grade)
    return Decision(
        State.WOULD,
        (Finding("registers_new", asked), Finding("class", {"grade": grade, "class": stated.class_name})),
        (
            Register(at.today, pupil.circumstances),
            Place(at.school.pk, grade, stated.class_name, stated.first),
        ),
    )


# --- doing -----------------------------------------------------------------------------------------------------------


def _registered(
    newcomers: Sequence[tuple[int, Stated, Pupil, UUID]], part: Part, by: Actor
) -> list[tuple[int, Registration]]:
    """Register all new pupils of the part at once, and put them into their classes."""
    rows = register_pupils(
        pupils=[pupil for _place, _stated, pupil, _mark in newcomers],
        submissions=[mark for _place, _stated, _pupil, mark in newcomers],
        by=by,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            IN_CLASSES,
            [
                part.at.school.pk,
                [row.resident_id for row in rows],
                [int(stated.grade) for _place, stated, _pupil, _mark in newcomers],
                [stated.class_name for _place, stated, _pupil, _mark in newcomers],
                [stated.first for _place, stated, _pupil, _mark in newcomers],
            ],
        )
    return [(place, row) for (place, *_rest), row in zip(newcomers, rows, strict=True)]


@dataclass(frozen=True, slots=True)
class _Acts:
    """Doing the acts of one row on a pupil who is on record (`person`), or a newborn there without a number (`pupil`),
    as the verbs of the counter do them.
    """

    part: Part
    stated: Stated
    person: Person | None
    pupil: PersonData | None
    mark: UUID
    note: str
    by: Actor

    def all(self, acts: Sequence[Act]) -> None:
        for act in acts:
            match act:
                case Add(circumstance):
                    self._add(circumstance)
                case Register(_day, circumstances):
                    self._register(circumstances)
                case Renew(year):
                    self._renew(year)
                case Place(_school, grade, class_name, first_day):
                    place_in_class(self._resident(), self.part.at.school, grade, class_name, first_day)
                case _:
                    raise AssertionError(f"{act} is not done here.")
        if self.person is not None and any(isinstance(act, Add) for act in acts):
            follow_life(resident=self.person.resident, by=self.by)

    def _resident(self) -> int:
        if self.person is not None:
            return self.person.resident.pk
        return Registration.objects.values_list("resident_id", flat=True).get(submission=self.mark)

    def _add(self, circumstance: CircumstanceData) -> None:
        # The school does not see who never went there yet; the row is about this person alone.
        require_may_state(circumstance, self.by)
        write_circumstances(locks.resident_with_key(self._resident()), [circumstance], by=self.by, note=self.note)

    def _register(self, circumstances: Sequence[CircumstanceData]) -> None:
        person = self.pupil
        if self.person is not None:
            resident = anew(self.person.resident)
            person = PersonData(
                name=resident.name,
                birth_date=resident.birth_date,
                sex=Sex(resident.sex),
                community=resident.community,
                id_number=resident.id_number,
                address=self.stated.address,
                phone=self.stated.phone,
            )
        if person is None:
            raise AssertionError("Somebody is registered.")
        row = register_resident(
            submission=self.mark,
            person=person,
            circumstances=circumstances,
            agent=pupil_agent(self.stated),
            materials=IN_ORDER,
            by=self.by,
        )
        if row.status != Registration.Status.ACCEPTED:
            raise Refused(row.get_status_display(), code="not_eligible")
        forward(number=row.number, version=row.version, by=self.by)

    def _renew(self, year: int) -> None:
        try:
            with transaction.atomic(), audit.together():
                make_renewal_notice(resident_number=anew_number(self._resident()), by=self.by, contribution_year=year)
        except Refused:
            # What is on record of them says no: the notice is not made, and the rest of the row is true all the same.
            return


def anew_number(pk: int) -> str:
    return locks.resident_with_key(pk).number
