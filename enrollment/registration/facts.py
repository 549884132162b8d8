"""From dated circumstances to the facts that the rules take. Pure: no database, no clock."""

import datetime
from collections.abc import Iterable, Sequence

from liaoyang_medins.kernel.days import day_before, next_day
from liaoyang_medins.kernel.policy.terms import LowIncome, MovedFrom, OtherScheme, Pension, Sex, StudentKind

from .data import CircumstanceData
from .models import Circumstance
from .rules import FactsHistory, PersonFacts

Kind = Circumstance.Kind
NATIVE = "native"


def facts_of(
    sex: Sex, birth_date: datetime.date, circumstances: Iterable[CircumstanceData], day: datetime.date
) -> PersonFacts:
    """What holds of the person on `day`."""
    value = {row.kind: row.value for row in circumstances if row.holds_on(day)}
    return PersonFacts(
        sex=sex,
        birth_date=birth_date,
        student=StudentKind(value.get(Kind.STUDENT, StudentKind.NONE)),
        low_income=LowIncome(value.get(Kind.LOW_INCOME, LowIncome.NONE)),
        disability_grade=int(value.get(Kind.DISABILITY, 0)),
        working=Kind.WORK in value,
        pension=Pension(value.get(Kind.PENSION, Pension.NONE)),
        other_scheme=OtherScheme(value.get(Kind.SCHEME, OtherScheme.NONE)),
        local_hukou=Kind.HUKOU in value,
        barred=Kind.BAR in value,
    )


def history_of(sex: Sex, birth_date: datetime.date, circumstances: Sequence[CircumstanceData]) -> FactsHistory:
    """The person's facts from birth on: a segment for each day on which a circumstance begins or has ended."""
    days = {birth_date}
    for row in circumstances:
        days.add(row.starts)
        if row.ends is not None:
            days.add(next_day(row.ends))
    ordered = sorted(day for day in days if day >= birth_date)
    return FactsHistory(tuple((day, facts_of(sex, birth_date, circumstances, day)) for day in ordered))


def hukou_entry(circumstances: Iterable[CircumstanceData]) -> tuple[datetime.date | None, MovedFrom]:
    """The last day on which the hukou moved into the pooling area, and from where (C4, B2); None for who never moved
    in.
    """
    entries = [row for row in circumstances if row.kind == Kind.HUKOU]
    last = max(entries, key=lambda row: row.starts, default=None)
    if last is None or last.value == NATIVE:
        return None, MovedFrom.NONE
    return last.starts, MovedFrom(last.value)


def barred_until(circumstances: Iterable[CircumstanceData]) -> datetime.date | None:
    """The last day of the last bar for misuse (S1); None for who never was barred, or is without an end."""
    ends = [row.ends for row in circumstances if row.kind == Kind.BAR and row.ends is not None]
    return max(ends, default=None)


def died_on(circumstances: Iterable[CircumstanceData]) -> datetime.date | None:
    return next((row.starts for row in circumstances if row.kind == Kind.DEATH), None)


def merged(known: Sequence[CircumstanceData], stated: Sequence[CircumstanceData]) -> list[CircumstanceData]:
    """What holds once `stated` is put on record beside what is `known`.

    What is stated again in the same words changes nothing; something new of a kind ends what held of it until the day
    before. Overlaps that this cannot settle are left in: the service refuses them.
    """
    rows = list(known)
    for new in stated:
        if any(repeats(old, new) for old in rows):
            continue
        rows = [ended_before(old, new) if gives_way(old, new) else old for old in rows]
        rows.append(new)
    return rows


def repeats(old: CircumstanceData, new: CircumstanceData) -> bool:
    """Whether `new` says only what is on record: the same value, on days that the record covers."""
    same = (old.kind, old.value, old.school) == (new.kind, new.value, new.school or old.school)
    covered = old.ends is None or (new.ends is not None and new.ends <= old.ends)
    return same and old.starts <= new.starts and covered and new.ends in (None, old.ends)


def gives_way(old: CircumstanceData, new: CircumstanceData) -> bool:
    """Whether `old` is open and began before `new` of its kind: then it ends the day before."""
    return old.kind == new.kind and old.ends is None and old.starts < new.starts


def ended_before(old: CircumstanceData, new: CircumstanceData) -> CircumstanceData:
    return CircumstanceData(old.kind, old.value, old.starts, day_before(new.starts), old.school, old.document_number)
