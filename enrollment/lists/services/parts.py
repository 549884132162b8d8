"""A part of a list: its rows decided one after the other, and done.

People are read and locked for the whole part at once. Where several rows are about one person, each is decided by
what the one before it leaves on record.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from enrollment.contributions.services.life import follow_life
from enrollment.registration.data import PersonData
from enrollment.registration.models import Resident
from enrollment.registration.services import add_circumstance, change_resident, end_circumstance
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Sex

from .. import selectors
from ..deciding import Act, Add, Decision, End, Move, Person, decide
from ..deciding.people import after
from ..layouts import Source
from ..models import ListRow
from ..stated import Finding, Stated

State = ListRow.State


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row (by its key): its state and findings, whom it is about, settlements that it touches."""

    row: int
    state: str
    findings: tuple[Finding, ...]
    resident: int | None = None
    settlements: int = 0


def settled(row: ListRow) -> Result:
    """What became of a row before: it cannot be read, or was done."""
    return Result(row.pk, row.state, tuple(Finding.of(data) for data in row.findings), row.resident_id)


def is_open(row: ListRow) -> bool:
    """Whether the row says something that was not done yet."""
    return bool(row.stated) and row.state != State.DONE


def look_at(rows: Sequence[ListRow], *, by: Actor) -> list[Result]:
    """What each row of an authority's list would do; only reads."""
    return with_settlements(*_decided(rows))


def apply(rows: Sequence[ListRow], *, by: Actor) -> list[Result]:
    """Do what the rows of an authority's list say, each whole or not at all; call it inside a transaction."""
    with audit.together():
        return with_settlements(*_applied(rows, by))


def _decided(rows: Sequence[ListRow]) -> tuple[list[Result], dict[int, datetime.date]]:
    today, communities = clock.today(), selectors.communities_by_name()
    said = {row.pk: Stated.of(row.stated) for row in rows if is_open(row)}
    people = selectors.people_with(stated.id_number for stated in said.values())
    results, days = [], {}
    for row in rows:
        if row.pk not in said:
            results.append(settled(row))
            continue
        stated = said[row.pk]
        person = people.get(stated.id_number)
        decision = decide(Source(row.list.source), stated, person, today, communities)
        results.append(result_of(row, decision, person))
        if decision.acts and person is not None:
            days[row.pk] = decision.first_day
            people[stated.id_number] = after(person, decision.acts)
    return results, days


def _applied(rows: Sequence[ListRow], by: Actor) -> tuple[list[Result], dict[int, datetime.date]]:
    today, communities = clock.today(), selectors.communities_by_name()
    said = {row.pk: Stated.of(row.stated) for row in rows if is_open(row)}
    people = selectors.people_with((stated.id_number for stated in said.values()), lock=True)
    to_come = Counter(stated.id_number for stated in said.values())
    results, days = [], {}
    withdrawn: set[int] = set()
    for row in rows:
        if row.pk not in said:
            results.append(settled(row))
            continue
        stated = said[row.pk]
        to_come[stated.id_number] -= 1
        person = people.get(stated.id_number)
        decision = decide(Source(row.list.source), stated, person, today, communities)
        result = result_of(row, decision, person)
        if decision.acts and person is not None:
            result = done(result, do_all, decision.acts, person, f"{row.list.number}/{row.place}", by)
            if result.state == State.DONE:
                days[row.pk] = decision.first_day
                withdrawn |= {
                    act.held.pk for act in decision.acts if isinstance(act, End) and act.withdrawn and act.held.pk
                }
                if to_come[stated.id_number]:
                    now = {stated.id_number: anew(person.resident)}
                    people |= selectors.people_of(now, withdrawn=withdrawn)
        results.append(result)
    return results, days


def anew(resident: Resident) -> Resident:
    """The resident as they are on record now."""
    return Resident.objects.select_related("community__parent__parent").get(pk=resident.pk)


def result_of(row: ListRow, decision: Decision, person: Person | None) -> Result:
    return Result(row.pk, decision.state, decision.findings, person.resident.pk if person else None)


def done(result: Result, verb: Callable[..., object], *values: object) -> Result:
    """The result after its acts: done, or refused where a verb says no after all; then nothing of the row is left."""
    try:
        with transaction.atomic(), audit.together():
            verb(*values)
    except DomainError as error:
        finding = Finding("said_no", {"code": error.code})
        return Result(result.row, State.REFUSED, (finding,), result.resident)
    return Result(result.row, State.DONE, result.findings, result.resident, result.settlements)


def do_all(acts: Iterable[Act], person: Person, note: str, by: Actor) -> None:
    """Do acts on a person who is on record, through the verbs of registration; `note` names list and row. Open notices
    that would say something else are made anew, as after an entry by hand.
    """
    for act in acts:
        match act:
            case Add(circumstance):
                add_circumstance(resident_number=person.resident.number, circumstance=circumstance, note=note, by=by)
            case End(held, ends) if held.pk is not None:
                end_circumstance(circumstance_id=held.pk, ends=ends, reason=note, by=by)
            case Move(community, moved_on):
                resident = anew(person.resident)
                moved = PersonData(
                    name=resident.name,
                    birth_date=resident.birth_date,
                    sex=Sex(resident.sex),
                    community=community,
                    id_number=resident.id_number,
                    address=resident.address,
                    phone=resident.phone,
                )
                change_resident(
                    number=resident.number,
                    version=resident.version,
                    person=moved,
                    moved_on=moved_on,
                    reason=note,
                    by=by,
                )
            case _:
                raise AssertionError(f"{act} is not done here.")
    follow_life(resident=person.resident, by=by)


def with_settlements(results: Sequence[Result], days: Mapping[int, datetime.date]) -> list[Result]:
    """The results, with how many settlements lie in the days that each changes; `days` by the key of the row."""
    since: dict[int, datetime.date] = {}
    for result in results:
        if result.row in days and result.resident is not None:
            since[result.resident] = min(days[result.row], since.get(result.resident, datetime.date.max))
    touched = selectors.settlements_since(list(since.items()))
    return [
        replace(
            result,
            findings=(*result.findings, Finding("settlements", {"count": touched[result.resident]})),
            settlements=touched[result.resident],
        )
        if result.row in days and result.resident is not None and touched[result.resident]
        else result
        for result in results
    ]
