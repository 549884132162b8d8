"""Writing notices: what the verbs of this package share. Call it with the resident's row locked."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from enrollment.registration import locks
from enrollment.registration.models import Enrollment, Resident
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import OneOf, Statement, blank, insert_numbered, relate, update
from liaoyang_medins.kernel.states import require_transition

from ..assessment import Assessment, Part
from ..models import ContributionNotice
from .parts import go_over

Status = ContributionNotice.Status
# What counts for its person and year: what is open, paid or lapsed, at most one a year, and what the bank's return
# left unpaid as long as nothing took its place.
STANDS = Q(status__in=[Status.OPEN, Status.PAID, Status.LAPSED]) | Q(status=Status.RETURNED, replaced_by=None)


def lock_resident(pk: int) -> Resident:
    """The resident's row, locked: always the first lock."""
    return locks.resident_with_key(pk)


def lock_pair(notice: ContributionNotice) -> list[ContributionNotice]:
    """The notice and the one that is paid together with it (B5), locked, the one that is paid first."""
    main = notice.joint_with_id or notice.pk
    return sorted(_pair(main), key=lambda row: row.pk != main)


def seen_pair(notice: ContributionNotice) -> list[ContributionNotice]:
    """The same without a lock, for who only wants to know."""
    main = notice.joint_with_id or notice.pk
    return sorted(_seen_pair(main), key=lambda row: row.pk != main)


def _of_pair(main: int) -> QuerySet[ContributionNotice]:
    rows = ContributionNotice.objects.select_related("enrollment__registration", "district")
    return rows.filter(Q(pk=main) | Q(joint_with_id=main)).order_by("pk")


@Statement
def _pair(main: int) -> QuerySet[ContributionNotice]:
    return _of_pair(main).select_for_update(of=("self",))


@Statement
def _seen_pair(main: int) -> QuerySet[ContributionNotice]:
    return _of_pair(main)


def standing_notices(resident: Resident, years: Iterable[int]) -> list[ContributionNotice]:
    """Notices of these contribution years that stand (STANDS)."""
    return _standing(resident.pk, list(years))


@Statement
def _standing(resident: int, years: list[int]) -> QuerySet[ContributionNotice]:
    rows = ContributionNotice.objects.select_for_update(of=("self",)).select_related("enrollment")
    return rows.filter(STANDS, OneOf(F("contribution_year"), years), resident=resident).order_by("pk")


def read_standing_ahead(residents: Iterable[int], years: list[int]) -> list[list[ContributionNotice]]:
    """Lock and read for many, inside a batch, what `standing_notices` asks about these residents and years; returns
    it.
    """
    return _standing.ahead([(resident, years) for resident in residents])


def read_pairs_ahead(mains: Iterable[int], *, lock: bool = True) -> list[ContributionNotice]:
    """Read for many, inside a batch, what `lock_pair` asks about these notices, the ones that are paid first; returns
    them and those that are paid together with them. Their residents are locked, which keeps the notices from
    everybody else. Without `lock`, what `seen_pair` asks.
    """
    pairs: dict[int, list[ContributionNotice]] = {main: [] for main in mains}
    rows = _pairs(list(pairs))
    for row in rows:
        pairs[row.joint_with_id or row.pk].append(row)
    for main, found in pairs.items():
        (_pair if lock else _seen_pair).known(main, rows=found)
    return rows


@Statement
def _pairs(mains: list[int]) -> QuerySet[ContributionNotice]:
    rows = ContributionNotice.objects.select_related("enrollment")
    return rows.filter(Q(OneOf(F("pk"), mains)) | Q(OneOf(F("joint_with_id"), mains))).order_by("pk")


def move(notice: ContributionNotice, then: Status) -> None:
    """Through the gate of the state machine. Raises Conflict."""
    require_transition(ContributionNotice.TRANSITIONS, notice.status, then, label=notice.get_status_display)
    notice.status = then


def write_notices(
    *,
    resident: Resident,
    enrollment: Enrollment,
    assessment: Assessment,
    issued_on: date,
    term: tuple[date, date],
    replaces: Iterable[ContributionNotice] = (),
    verb: str,
    by: Actor,
) -> ContributionNotice:
    """Write the assessed notice (with the one paid together with it) in place of `replaces`; returns the one to pay.

    What else stands for the same years gives way too: open and lapsed notices are made anew, of one whose payment went
    back it is only said what took its place. Raises Refused where a year is paid already.
    """
    replaced = {notice.pk: notice for notice in replaces}
    for notice in standing_notices(resident, [part.year for part in assessment.parts]):
        if notice.status == Status.PAID:
            raise Refused(
                _("The contribution for %(year)s is paid already, with notice %(number)s.")
                % {"year": notice.contribution_year, "number": notice.number},
                code="already_paid",
            )
        for row in lock_pair(notice):
            replaced.setdefault(row.pk, row)
    for notice in replaced.values():
        if notice.status != Status.RETURNED:
            move(notice, Status.REMADE)
            update(notice, "status")
    main: ContributionNotice | None = None
    for part in assessment.parts:
        written = write_part(part, main, assessment, resident, enrollment, issued_on, term)
        main = main or written
        audit.record_all([entry_of(written, part, replaced.values(), resident, verb, by)])
    if main is None:
        raise AssertionError("An assessment has a part.")
    for notice in replaced.values():
        notice.replaced_by = main
        update(notice, "replaced_by")
    go_over(replaced.values(), main, sum((part.personal for part in assessment.parts), ZERO), resident, by)
    return main


def entry_of(
    notice: ContributionNotice,
    part: Part,
    replaced: Iterable[ContributionNotice],
    resident: Resident,
    verb: str,
    by: Actor,
) -> AuditEntry:
    """What the audit record says of a notice that was made."""
    return audit.entry(
        by=by,
        verb=verb,
        obj=notice,
        resident=resident.number,
        changes={
            "contribution_year": part.year,
            "personal": part.personal,
            "government": part.government,
            "replaces": [other.number for other in replaced],
        },
    )


def write_part(
    part: Part,
    main: ContributionNotice | None,
    assessment: Assessment,
    resident: Resident,
    enrollment: Enrollment,
    issued_on: date,
    term: tuple[date, date],
) -> ContributionNotice:
    notice = blank(ContributionNotice)
    relate(notice, resident=resident, enrollment=enrollment)
    if main is not None:
        notice.joint_with = main
    notice.kind = assessment.kind.value
    notice.issued_on = issued_on
    notice.pay_from, notice.pay_until = term
    fill(notice, part, assessment)
    insert_numbered(notice, "notice", issued_on)
    return notice


def fill(notice: ContributionNotice, part: Part, assessment: Assessment) -> None:
    """Put what was assessed into the notice's columns, with the facts and the policy behind it."""
    found = columns(part, assessment)
    relate(notice, district=found.pop("district"))
    notice.__dict__.update(found)
    notice.eligible_since = assessment.benefit_facts.eligible_since
    notice.facts = to_json(part.facts)
    notice.benefit_facts = to_json(assessment.benefit_facts)
    notice.policy_version = part.policy.version
    notice.policy_hash = part.policy.content_hash


def columns(part: Part, assessment: Assessment) -> dict[str, Any]:
    """The columns that a payment must find unchanged: if one differs on the day of payment, the notice is made
    anew.
    """
    return {
        "contribution_year": part.year,
        "months": part.months,
        "category": part.category,
        "tier": part.tier,
        "student": assessment.benefit_facts.student,
        "personal": part.personal,
        "government": part.government,
        "city": part.city,
        "district_share": part.district_share,
        "district": assessment.district,
        "year_no": part.year_no,
    }


def differs(pair: list[ContributionNotice], assessment: Assessment) -> bool:
    """Whether the facts of the day give another notice than the one that was made."""
    if len(pair) != len(assessment.parts):
        return True
    return any(
        getattr(notice, name) != value
        for notice, part in zip(pair, assessment.parts, strict=True)
        for name, value in columns(part, assessment).items()
    )
