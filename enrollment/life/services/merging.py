"""Two records of one person are made one: proposed by a clerk of the agency, decided by a reviewer.

It is reversible only by hand: `Merge.moved` keeps the keys of every row that moved, and the audit record what was
voided, given way or ended for it.
"""

from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from enrollment.registration import following, locks
from enrollment.registration.labels import label
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.states import require_transition, require_version

from ..models import Merge
from ..parts import PARTS

Status = Merge.Status
# What names the two records themselves.
OWN_MODELS = (Merge, Resident)


@transaction.atomic
def propose_merge(*, survivor: str, duplicate: str, reason: str, by: Actor) -> Merge:
    """A clerk of the agency proposes that two records, by their personal numbers, are one person's.

    Asked again it gives the proposal that is open. Invalid without a reason, for a number that is nobody's, or for one
    record twice; Conflict where a record is part of another open proposal.
    """
    by.require("merges.propose")
    if not reason.strip():
        raise Invalid(_("Say what shows that they are one person."), field="reason")
    stays, goes = _record_of(survivor, "survivor"), _record_of(duplicate, "duplicate")
    if stays.pk == goes.pk:
        raise Invalid(_("These are one record already."), code="same", field="duplicate")
    _lock(stays.pk, goes.pk)
    for row in Merge.objects.filter(duplicate=goes, status=Status.PROPOSED):
        if row.survivor_id == stays.pk:
            return row
        raise Conflict(_("One of the records is part of another proposal. Decide that first."), code="proposed")
    merge = Merge.objects.create(
        survivor=stays,
        duplicate=goes,
        reason=reason.strip(),
        proposed_on=clock.today(),
        proposed_by_id=by.user_id,
    )
    _tell(merge, "merges.propose", by, reason.strip())
    return merge


def _record_of(number: str, field: str) -> Resident:
    found = Resident.objects.filter(number=number.strip().upper()).first()
    if found is None:
        raise Invalid(_("There is no record with this personal number."), code="unknown", field=field)
    if found.merged_into_id is not None:
        raise Invalid(_("This record was merged into another already."), code="merged", field=field)
    return found


def _lock(*keys: int) -> dict[int, Resident]:
    """The residents under lock, always in one order."""
    return {pk: locks.resident_with_key(pk) for pk in sorted(keys)}


def conflicts_of(survivor: Resident, duplicate: Resident) -> list[str]:
    """Everything that stands against making the two one, and what to do first; empty where nothing does."""
    return [said for part in PARTS.values() for said in part.conflicts(survivor, duplicate)]


def differences_of(survivor: Resident, duplicate: Resident) -> list[tuple[str, str, str]]:
    """In what the two records name different persons, apart from a name that may be written in several ways: label,
    what the one and what the other says. It stands against nothing; who decides is to look twice.
    """
    pairs = (
        (_("Date of birth"), survivor.birth_date.isoformat(), duplicate.birth_date.isoformat()),
        (_("Sex"), label(Sex(survivor.sex)), label(Sex(duplicate.sex))),
    )
    return [(words, one, other) for words, one, other in pairs if one != other]


@transaction.atomic
def approve_merge(*, pk: int, version: int, by: Actor) -> Merge:
    """Make the two records one: every row that points at the duplicate points at the survivor from now on.

    Details of the survivor stand; it takes ID number, address and telephone where it has none. Refused with everything
    that stands against it, and for who proposed it; Conflict where it was decided meanwhile.
    """
    by.require("merges.decide")
    merge = _opened(pk, version, by)
    locked = _lock(merge.survivor_id, merge.duplicate_id)
    survivor, duplicate = locked[merge.survivor_id], locked[merge.duplicate_id]
    found = conflicts_of(survivor, duplicate)
    if found:
        raise Refused(_("The records cannot be merged yet."), code="merge_conflicts", reasons=found)
    for part in PARTS.values():
        part.settle(survivor, duplicate, by)
    merge.moved = move_rows(survivor, duplicate)
    lead_on(survivor, duplicate)
    for part in PARTS.values():
        part.finish(survivor, by)
    following.follow(survivor, by=by)
    merge.survivor, merge.duplicate = survivor, duplicate
    _decide(merge, Status.DONE, "", by)
    counts = {model: len(keys) for model, keys in merge.moved.items()}
    _tell(merge, "merges.approve", by, merge.reason, {"rows": sum(counts.values())})
    return merge


@transaction.atomic
def reject_merge(*, pk: int, version: int, reason: str, by: Actor) -> Merge:
    """Leave the two records as they are, with the reason. A proposal can be taken back by who made it."""
    by.require("merges.see")
    if not (by.may("merges.decide") or by.may("merges.propose")):
        by.require("merges.decide")
    if not reason.strip():
        raise Invalid(_("Say why not."), field="reason")
    merge = _locked(pk, version)
    if not by.may("merges.decide") and merge.proposed_by_id != by.user_id:
        raise NotAllowed(_("Somebody else proposed this: a reviewer decides on it."), code="not_own")
    own = by.user_id is not None and merge.proposed_by_id == by.user_id
    _decide(merge, Status.REJECTED, reason.strip(), by, own=own)
    _tell(merge, "merges.reject", by, reason.strip())
    return merge


def _opened(pk: int, version: int, by: Actor) -> Merge:
    merge = _locked(pk, version)
    if by.user_id is not None and by.user_id == merge.proposed_by_id:
        raise Refused(_("You proposed this yourself: somebody else has to decide on it."), code="own_entry")
    require_transition(Merge.TRANSITIONS, merge.status, Status.DONE, label=merge.get_status_display)
    return merge


def _locked(pk: int, version: int) -> Merge:
    seen = Merge.objects.filter(pk=pk).first()
    if seen is None:
        raise NotAllowed(_("There is no such proposal."), code="not_found")
    if seen.status == Status.PROPOSED:
        _lock(seen.survivor_id, seen.duplicate_id)
    merge = Merge.objects.select_for_update(of=("self",)).select_related("survivor", "duplicate").get(pk=pk)
    require_version(merge.version, version, told=lambda: last_change(merge))
    return merge


def _decide(merge: Merge, then: str, why: str, by: Actor, *, own: bool = False) -> None:
    require_transition(Merge.TRANSITIONS, merge.status, then, label=merge.get_status_display)
    merge.status, merge.decision = then, why
    # Who takes back their own proposal decides nothing.
    merge.decided_on, merge.decided_by_id = clock.today(), None if own else by.user_id
    merge.version += 1
    merge.save(update_fields=["status", "decision", "decided_on", "decided_by", "moved", "version"])


def _tell(merge: Merge, verb: str, by: Actor, note: str, changes: dict[str, Any] | None = None) -> None:
    """On the timelines of both records."""
    numbers = {"survivor": merge.survivor.number, "duplicate": merge.duplicate.number}
    for resident in (merge.survivor, merge.duplicate):
        audit.record(
            by=by, verb=verb, obj=merge, resident=resident.number, changes=numbers | (changes or {}), note=note
        )


# --- moving ----------------------------------------------------------------------------------------------------------


def pointing_at(resident: Resident) -> list[tuple[type[models.Model], str]]:
    """Every model with a column that points at residents, and the name of the column; of all apps."""
    relations = resident._meta.related_objects
    return [
        (relation.related_model, relation.field.name)
        for relation in relations
        if relation.related_model not in OWN_MODELS and isinstance(relation.field, models.ForeignKey)
    ]


def rows_of(resident: Resident) -> list[tuple[type[models.Model], int]]:
    """How many rows of each model hang on the resident; those of which there are none left out."""
    found = [
        (model, model._default_manager.filter(**{field: resident}).count()) for model, field in pointing_at(resident)
    ]
    return [(model, count) for model, count in found if count]


def move_rows(survivor: Resident, duplicate: Resident) -> dict[str, list[Any]]:
    """Let every row that points at the duplicate point at the survivor; returns table → keys of what moved.

    Refused where a constraint that no part foresaw forbids it.
    """
    moved: dict[str, list[Any]] = {}
    for model, field in pointing_at(duplicate):
        rows = model._default_manager.filter(**{field: duplicate})
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        if not keys:
            continue
        try:
            with transaction.atomic():
                rows.update(**{field: survivor})
        except IntegrityError as error:
            raise Refused(
                _("Both records have a “%(kind)s” of which a person has one. Put that in order first.")
                % {"kind": model._meta.verbose_name},
                code="merge_collides",
            ) from error
        moved.setdefault(model._meta.label_lower, []).extend(str(key) for key in keys)
    return moved


def lead_on(survivor: Resident, duplicate: Resident) -> None:
    """The duplicate is empty and leads to the survivor; so does what was merged into it before."""
    taken = {
        field: getattr(duplicate, field)
        for field in ("id_number", "address", "phone")
        if getattr(duplicate, field) and not getattr(survivor, field)
    }
    Resident.objects.filter(merged_into=duplicate).update(merged_into=survivor)
    duplicate.merged_into = survivor
    if "id_number" in taken:
        duplicate.id_number = None
    duplicate.moved_on = None
    duplicate.version += 1
    duplicate.save(update_fields=["merged_into", "id_number", "moved_on", "version"])
    for field, value in taken.items():
        setattr(survivor, field, value)
    survivor.version += 1
    survivor.save(update_fields=[*taken, "version"])
