"""What rows of the authorities' lists are to do: certificates, deaths, moves, cover by another scheme (W9, E1, C2)."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from enrollment.registration.data import CircumstanceData
from liaoyang_medins.kernel.offices.models import Office

from ..layouts import Source
from ..stated import Finding, Stated
from .people import (
    Act,
    Add,
    Decision,
    End,
    Held,
    Move,
    Person,
    State,
    fits,
    longer,
    nothing,
    on_record,
    refused,
    telling,
    would,
)

# Source → the kind of circumstance that its rows tell of.
KINDS = {
    Source.CIVIL_AFFAIRS: "low_income",
    Source.DISABILITY: "disability",
    Source.EMPLOYEE: "scheme",
    Source.RURAL: "scheme",
}
Communities = Mapping[str, Sequence[Office]]


def decide(
    source: Source, stated: Stated, person: Person | None, today: datetime.date, communities: Communities
) -> Decision:
    """What a row of an authority's list does. `communities` are those of the pooling area by code and by name.

    Who is not on record with us is no mistake of the list: there is nothing to do.
    """
    if person is None:
        return nothing("not_on_record")
    if person.resident.name != stated.name:
        return refused(Finding("other_name"))
    if stated.starts is not None and stated.starts > today and source is Source.POLICE:
        return refused(Finding("future", {"day": stated.starts.isoformat()}))
    if source is Source.POLICE:
        return POLICE[stated.change](stated, person, communities)
    value = stated.status or source.value
    if stated.change == "new":
        return _begins(person, _circumstance(KINDS[source], value, stated))
    return _ends(person, KINDS[source], value, stated)


def _circumstance(kind: str, value: str, stated: Stated) -> CircumstanceData:
    number = kept_document(stated.document, stated.id_number)
    return CircumstanceData(kind, value, stated.first, stated.ends, document_number=number)


def kept_document(document: str, id_number: str) -> str:
    """The number of a certificate as it is kept: where it holds the person's ID number, that is masked, since it
    stands in lists.
    """
    masked = f"{id_number[:6]}********{id_number[-4:]}"
    return document.upper().replace(id_number, masked) if id_number and id_number in document.upper() else document


def _begins(person: Person, new: CircumstanceData) -> Decision:
    renewed = longer(person, new)
    if renewed is not None and new.ends is not None and not renewed.withdrawn:
        return _goes_on(person, renewed, new.ends)
    known = on_record(person, new)
    if known is not None:
        # What was withdrawn since is not put back by a list that was made before.
        code = "ended_already" if renewed is not None and renewed.withdrawn else "on_record"
        return nothing(code, **telling("", known.data).parameters)
    wrong = fits(person, new)
    if wrong:
        return refused(*wrong)
    return would(person, [Add(new)], [telling("begins", new)])


def _goes_on(person: Person, row: Held, last: datetime.date) -> Decision:
    """A renewed certificate: what is on record holds until a later day, or until one that was not known so far."""
    died = person.died_on
    if died is not None:
        return refused(Finding("died", {"day": died.isoformat()}))
    for other in person.of_kind(row.data.kind):
        if row.data.starts < other.data.starts <= last:
            return refused(telling("overlap", other.data))
    code = "ends" if row.data.ends is None else "goes_on"
    return would(person, [End(row, last)], [_until(code, row, last)])


def _until(code: str, row: Held, last: datetime.date) -> Finding:
    return Finding(code, {"kind": row.data.kind, "value": row.data.value, "ends": last.isoformat()})


def _ends(person: Person, kind: str, value: str, stated: Stated) -> Decision:
    """The last day of what is on record. A certificate of another number is another certificate."""
    last = stated.last
    rows = [row for row in person.of_kind(kind) if row.data.value == value and row.data.starts <= last]
    document = kept_document(stated.document, stated.id_number)
    if document:
        rows = [row for row in rows if row.data.document_number in ("", document)]
    if not rows:
        return refused(Finding("nothing_to_end", {"kind": kind, "value": value, "day": last.isoformat()}))
    return _ended(person, rows[-1], last)


def _ended(person: Person, row: Held, last: datetime.date) -> Decision:
    if row.data.ends == last:
        return nothing("ended_already", **telling("", row.data).parameters)
    if row.data.ends is not None and row.data.ends < last:
        return refused(telling("ended_before", row.data))
    if any(row.data.starts < other.data.starts <= last for other in person.of_kind(row.data.kind)):
        return refused(telling("overlap", row.data))
    return would(person, [End(row, last, withdrawn=True)], [_until("ends", row, last)])


# --- police ----------------------------------------------------------------------------------------------------------


def _died(stated: Stated, person: Person, _communities: Communities) -> Decision:
    death = CircumstanceData("death", "died", stated.first)
    if person.died_on == death.starts:
        return nothing("on_record", **telling("", death).parameters)
    if person.died_on is not None:
        return refused(Finding("other_day_of_death", {"day": person.died_on.isoformat()}))
    return _begins(person, death)


def _moved_away(stated: Stated, person: Person, _communities: Communities) -> Decision:
    """W9: the last covered day is that of moving away, and so is the last day of the hukou here."""
    died = person.died_on
    if died is not None and stated.first > died:
        return refused(Finding("died", {"day": died.isoformat()}))
    rows = [row for row in person.of_kind("hukou") if row.data.starts <= stated.first]
    if not rows:
        return refused(Finding("no_hukou", {"day": stated.first.isoformat()}))
    return _ended(person, rows[-1], stated.first)


def _moved_within(stated: Stated, person: Person, communities: Communities) -> Decision:
    """C3: community and district change from that day on. What an older list tells of a move that another followed
    changes nothing any more.
    """
    there, wrong = find_community(stated.community, communities)
    if there is None:
        return refused(wrong)
    died = person.died_on
    if died is not None and stated.first > died:
        return refused(Finding("died", {"day": died.isoformat()}))
    if (stated.first, there.pk) in person.moves:
        return nothing("moved_already", community=there.code, day=stated.first.isoformat())
    later = [day for day, _community in person.moves if day >= stated.first]
    if later:
        return refused(Finding("moved_later", {"day": max(later).isoformat()}))
    if person.lives_in == there.pk:
        return nothing("lives_there", community=there.code)
    if stated.first < person.resident.birth_date:
        return refused(Finding("before_birth"))
    moved = Finding("moves", {"community": there.code, "day": stated.first.isoformat()})
    return would(person, [Move(there, stated.first)], [moved])


def _moved_in(value: str, stated: Stated, person: Person, communities: Communities) -> Decision:
    """The hukou is here again, and where a community is named the person lives there (C4, B2). Who has it here already
    did not move in.
    """
    new = CircumstanceData("hukou", value, stated.first)
    known = on_record(person, new)
    if known is not None and known.data.starts == new.starts:
        return nothing("on_record", **telling("", known.data).parameters)
    running = [row for row in person.of_kind("hukou") if row.data.holds_on(stated.first)]
    wrong = [telling("overlap", running[-1].data)] if running else fits(person, new)
    acts: list[Act] = [Add(new)]
    findings = [telling("begins", new)]
    if stated.community:
        moved = _moved_within(stated, person, communities)
        wrong += [finding for finding in moved.findings if moved.state == State.REFUSED and finding not in wrong]
        acts += moved.acts
        findings += moved.findings[: len(moved.acts)]
    return refused(*wrong) if wrong else would(person, acts, findings)


POLICE: Mapping[str, Callable[[Stated, Person, Communities], Decision]] = {
    "died": _died,
    "moved_away": _moved_away,
    "moved_within": _moved_within,
    "moved_in_outside": partial(_moved_in, "outside"),
    "moved_in_county": partial(_moved_in, "county"),
}


def find_community(text: str, communities: Communities) -> tuple[Office | None, Finding]:
    """The community that a cell names by its code or name; else why there is none."""
    found = communities.get(text.replace(" ", ""), ())
    if len(found) == 1:
        return found[0], Finding("")
    return None, Finding("community_twice" if found else "unknown_community", {"community": text})
