"""What registration has to say when two records are made one: circumstances, moves, registrations, enrollments."""

from django.utils.translation import gettext as _

from enrollment.registration import facts, following, selectors
from enrollment.registration.data import CircumstanceData
from enrollment.registration.models import Circumstance, Enrollment, Registration, Resident
from enrollment.registration.services.circumstances import overlap
from enrollment.registration.services.relationships import settle_ends
from enrollment.registration.words import value_label
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor

from ..models import Merge, Transfer
from ..parts import PARTS, Part


def conflicts(survivor: Resident, duplicate: Resident) -> list[str]:
    """What stands against it: two registrations under way, circumstances that contradict each other, a transfer or
    another merging under way.
    """
    found = []
    both = [survivor, duplicate]
    open_ones = Registration.objects.filter(resident__in=both, status__in=Registration.OPEN).order_by("number")
    if len(open_ones) > 1:
        found.append(
            _("Two registrations are under way: %(numbers)s. Withdraw or finish one of them first.")
            % {"numbers": ", ".join(row.number for row in open_ones)}
        )
    if Transfer.objects.filter(resident__in=both, status=Transfer.Status.REQUESTED).exists():
        found.append(_("A transfer to another community is asked for. Let it be answered first."))
    others = Merge.objects.filter(status=Merge.Status.PROPOSED).exclude(survivor=survivor, duplicate=duplicate)
    if others.filter(survivor__in=both).exists() or others.filter(duplicate__in=both).exists():
        found.append(_("One of the records is part of another proposal. Decide that first."))
    for mine, theirs in pairs_of(survivor, duplicate):
        if contradict(mine, theirs):
            found.append(differing(mine, theirs))
        if gives_way(mine, theirs) is None:
            found += [said for said in map(kept_by, (mine, theirs)) if said]
    return found


def differing(mine: Circumstance, theirs: Circumstance) -> str:
    return _("%(kind)s: the record that stays says “%(mine)s”, the other one “%(theirs)s”. End or void one first.") % {
        "kind": mine.get_kind_display(),
        "mine": told(mine),
        "theirs": told(theirs),
    }


def told(row: Circumstance) -> str:
    return f"{value_label(row.kind, row.value)} {row.starts} – {row.ends or ''}".strip(" –")


def pairs_of(survivor: Resident, duplicate: Resident) -> list[tuple[Circumstance, Circumstance]]:
    """Circumstances of the two that are of one kind and share a day."""
    mine, theirs = selectors.circumstance_rows(survivor), selectors.circumstance_rows(duplicate)
    return [
        (one, other)
        for other in theirs
        for one in mine
        if one.kind == other.kind and overlap(one, CircumstanceData.of(other))
    ]


def says_no_more(one: Circumstance, other: Circumstance) -> bool:
    """Whether `other` says only what `one` says."""
    return facts.repeats(CircumstanceData.of(one), CircumstanceData.of(other))


def contradict(one: Circumstance, other: Circumstance) -> bool:
    return not says_no_more(one, other) and not says_no_more(other, one)


def kept_by(row: Circumstance) -> str:
    """Why something that an app above decided keeps a circumstance from being voided; empty where nothing does."""
    try:
        following.require_free(row)
    except Refused as refusal:
        return str(refusal)
    return ""


def gives_way(one: Circumstance, other: Circumstance) -> Circumstance | None:
    """Which of the two is voided: one that says no more than the other, the second where both say the same, and never
    one that something decided stands on. None where neither can be.
    """
    able = [row for row, beside in ((other, one), (one, other)) if says_no_more(beside, row) and not kept_by(row)]
    return able[0] if able else None


def settle(survivor: Resident, duplicate: Resident, by: Actor) -> None:
    """What both say is said once: of two circumstances the one that says no more than the other is voided (`conflicts`
    has seen to it that there is one). The moves of the record that goes are voided: where the person lived is what the
    other one says. Of two open enrollments the later one went on in the earlier.
    """
    for one, other in pairs_of(survivor, duplicate):
        row = gives_way(one, other)
        if row is not None and not row.voided:
            row.voided = True
            row.save(update_fields=["voided"])
            _record(row, survivor, by)
    duplicate.moves.filter(voided=False).update(voided=True)
    open_ones = Enrollment.objects.filter(resident__in=[survivor, duplicate], ends=None).order_by("starts", "pk")
    for later in list(open_ones)[1:]:
        later.ends, later.end_reason = clock.today(), Enrollment.EndReason.MERGED
        later.save(update_fields=["ends", "end_reason"])
        audit.record(
            by=by,
            verb="enrollments.end",
            obj=later,
            resident=survivor.number,
            changes={"ends": [None, later.ends], "reason": later.end_reason},
        )


def _record(row: Circumstance, survivor: Resident, by: Actor) -> None:
    audit.record(
        by=by,
        verb="circumstances.void",
        obj=survivor,
        resident=survivor.number,
        changes={"kind": row.kind, "value": row.value, "starts": row.starts, "ends": row.ends},
    )


def finish(survivor: Resident, by: Actor) -> None:
    """The ends of all relationships follow what is on record now."""
    settle_ends(survivor, by=by)


PARTS["registration"] = Part(conflicts, settle, finish)
