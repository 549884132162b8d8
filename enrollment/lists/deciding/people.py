"""What is on record of a person whom a list names, what a row does to it, and what follows."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from enrollment.registration import facts
from enrollment.registration.data import CircumstanceData
from enrollment.registration.endings import ENDING, ending
from enrollment.registration.models import Enrollment, Registration, Resident
from liaoyang_medins.kernel.days import day_before, next_day
from liaoyang_medins.kernel.offices.models import Office

from ..models import ListRow
from ..stated import Finding

State = ListRow.State


@dataclass(frozen=True, slots=True)
class Held:
    """A circumstance on record: its key (None for one that only would be), whether it was voided, and whether it was
    `withdrawn`: somebody said that it held for a shorter time than was on record before.
    """

    pk: int | None
    data: CircumstanceData
    voided: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A resident, and what is on record of them. `lives_in` is the key of the community, `moves` are days and the
    communities moved to, in their order; `class_of` is school, grade and class of the present membership,
    `class_since` its first day.
    """

    resident: Resident
    lives_in: int
    held: tuple[Held, ...] = ()
    enrollments: tuple[Enrollment, ...] = ()
    moves: tuple[tuple[datetime.date, int], ...] = ()
    registration: Registration | None = None
    open_notices: int = 0
    paid_year: int | None = None
    open_years: frozenset[int] = frozenset()
    class_of: tuple[int, int, str] | None = None
    class_since: datetime.date | None = None

    @property
    def circumstances(self) -> list[CircumstanceData]:
        """Those that hold, voided ones left out."""
        return [row.data for row in self.held if not row.voided]

    @property
    def died_on(self) -> datetime.date | None:
        return facts.died_on(self.circumstances)

    @property
    def enrolled(self) -> Enrollment | None:
        return next((row for row in self.enrollments if row.ends is None), None)

    def of_kind(self, kind: str) -> list[Held]:
        """Those of a kind that hold, in the order of their days."""
        return sorted((row for row in self.held if row.data.kind == kind and not row.voided), key=_starts)


def _starts(row: Held) -> datetime.date:
    return row.data.starts


# --- acts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Add:
    """Put a circumstance on record; what held of its kind until then ends the day before."""

    circumstance: CircumstanceData

    @property
    def first_day(self) -> datetime.date:
        return self.circumstance.starts


@dataclass(frozen=True, slots=True)
class End:
    """Say until which day a circumstance on record holds: it ends, or goes on for longer."""

    held: Held
    ends: datetime.date
    withdrawn: bool = False

    @property
    def first_day(self) -> datetime.date:
        return next_day(min(self.ends, self.held.data.ends or self.ends))


@dataclass(frozen=True, slots=True)
class Move:
    """The person lives in another community from a day on."""

    community: Office
    moved_on: datetime.date

    @property
    def first_day(self) -> datetime.date:
        return self.moved_on


@dataclass(frozen=True, slots=True)
class Register:
    """Register a pupil with these circumstances and hand the registration to the agency (W4)."""

    first_day: datetime.date
    circumstances: tuple[CircumstanceData, ...]


@dataclass(frozen=True, slots=True)
class Renew:
    """Make the notice of a contribution year for an enrolled pupil (W5)."""

    year: int
    first_day: datetime.date


@dataclass(frozen=True, slots=True)
class Place:
    """Put the pupil into a class of the school, named by its key, from a day on."""

    school: int
    grade: int
    class_name: str
    first_day: datetime.date


Act = Add | End | Move | Register | Renew | Place


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a row: with acts it `would` be done; without, there is nothing to do or it is refused."""

    state: str
    findings: tuple[Finding, ...]
    acts: tuple[Act, ...] = field(default=())

    @property
    def first_day(self) -> datetime.date:
        """The first day that it changes. ValueError where it changes none."""
        return min(act.first_day for act in self.acts)


def refused(*findings: Finding) -> Decision:
    return Decision(State.REFUSED, findings)


def nothing(code: str, **parameters: object) -> Decision:
    return Decision(State.NOTHING, (Finding(code, parameters),))


def would(person: Person | None, acts: Sequence[Act], findings: Iterable[Finding]) -> Decision:
    """The decision to do the acts, with what follows from them."""
    following = () if person is None else consequences(person, after(person, acts), acts)
    return Decision(State.WOULD, (*findings, *following), tuple(acts))


# --- what is on record afterwards ------------------------------------------------------------------------------------


def after(person: Person, acts: Iterable[Act]) -> Person:
    """What will be on record of the person once the acts are done."""
    for act in acts:
        match act:
            case Add(circumstance):
                held = tuple(_gave_way(row, circumstance) for row in person.held)
                person = replace(person, held=(*held, Held(None, circumstance)))
            case End(ended, ends, withdrawn):
                now = replace(_ending(ended, ends), withdrawn=withdrawn)
                person = replace(person, held=tuple(now if row == ended else row for row in person.held))
            case Move(community, moved_on):
                kept = tuple(move for move in person.moves if move[0] < moved_on)
                person = replace(person, moves=(*kept, (moved_on, community.pk)), lives_in=community.pk)
            case Place(school, grade, class_name, first_day):
                person = replace(person, class_of=(school, grade, class_name), class_since=first_day)
            case Renew(year):
                person = replace(person, open_years=person.open_years | {year})
            case Register():
                pass
    return person


def _gave_way(row: Held, new: CircumstanceData) -> Held:
    if not row.voided and facts.gives_way(row.data, new):
        return _ending(row, day_before(new.starts))
    return row


def _ending(row: Held, ends: datetime.date) -> Held:
    return replace(row, data=replace(row.data, ends=ends))


def consequences(before: Person, then: Person, acts: Sequence[Act]) -> list[Finding]:
    """What follows from the acts: the end of the relationship (W9), notices that no longer fit."""
    found = []
    last = before.enrollments[-1] if before.enrollments else None
    changed = {act.circumstance.kind for act in acts if isinstance(act, Add)}
    changed |= {act.held.data.kind for act in acts if isinstance(act, End)}
    if last is not None and changed & ENDING:
        was = ending(last.starts, before.circumstances, last.lapsed_on)
        now = ending(last.starts, then.circumstances, last.lapsed_on)
        if now is not None and now != was:
            found.append(Finding("enrollment_ends", {"day": now.last_day.isoformat(), "reason": now.reason.value}))
        elif now is None and was is not None:
            found.append(Finding("enrollment_reopens"))
    if before.open_notices and (changed or any(isinstance(act, Move) for act in acts)):
        found.append(Finding("open_notices", {"count": before.open_notices}))
    return found


def fits(person: Person, new: CircumstanceData) -> list[Finding]:
    """What speaks against putting `new` on record beside what is known; empty where nothing does."""
    if new.starts < person.resident.birth_date:
        return [Finding("before_birth")]
    died = person.died_on
    if died is not None and new.kind != "death" and new.starts > died:
        return [Finding("died", {"day": died.isoformat()})]
    for row in person.held:
        same = (row.data.kind, row.data.value, row.data.starts) == (new.kind, new.value, new.starts)
        if row.voided and same:
            # A clerk found it to be wrong: a list does not put it back.
            return [Finding("voided", {"starts": new.starts.isoformat()})]
    for row in person.of_kind(new.kind):
        if not facts.gives_way(row.data, new) and _overlap(row.data, new):
            return [Finding("overlap", _told(row.data))]
    return []


def _overlap(old: CircumstanceData, new: CircumstanceData) -> bool:
    last = datetime.date.max
    return old.starts <= (new.ends or last) and new.starts <= (old.ends or last)


def on_record(person: Person, new: CircumstanceData) -> Held | None:
    """What says the same already: the same value from the same day on, however long it held since, or `new` within
    its days.
    """
    for row in person.of_kind(new.kind):
        same = (row.data.value, row.data.school) == (new.value, new.school)
        if same and (row.data.starts == new.starts or _within(row.data, new)):
            return row
        if facts.repeats(row.data, new):
            return row
    return None


def _within(old: CircumstanceData, new: CircumstanceData) -> bool:
    """Whether all days of `new` lie in the days of `old`, of which both ends are known."""
    if old.ends is None or new.ends is None:
        return False
    return old.starts <= new.starts and new.ends <= old.ends


def longer(person: Person, new: CircumstanceData) -> Held | None:
    """What is on record already and holds for longer by `new`: the same value and certificate, begun by then and not
    ended, with a later last day; or one whose last day was not known so far, from the same day on.
    """
    if new.ends is None:
        return None
    for row in person.of_kind(new.kind):
        old = row.data
        other = bool(old.document_number and new.document_number and old.document_number != new.document_number)
        if (old.value, old.school) != (new.value, new.school) or (other and old.starts != new.starts):
            continue
        if old.ends is None and old.starts == new.starts:
            return row
        if old.ends is not None and old.starts <= new.starts <= old.ends < new.ends:
            return row
    return None


def _told(data: CircumstanceData) -> dict[str, object]:
    return {
        "kind": data.kind,
        "value": data.value,
        "starts": data.starts.isoformat(),
        "ends": data.ends.isoformat() if data.ends else "",
    }


def telling(code: str, data: CircumstanceData) -> Finding:
    """A finding about a circumstance, with its kind, value and days."""
    return Finding(code, _told(data))
