"""The documents of a registration: looked at, missing, complete (W1, W2)."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.policy.terms import Material

from .. import papers, rules
from ..models import MaterialCheck, Registration
from .common import (
    Assessment,
    Status,
    assess_again,
    keep_assessment,
    kept_as,
    locked_registration,
    move,
    require_holder,
    require_step,
    require_unchanged,
)

State = MaterialCheck.State
BAD = frozenset({State.MISSING, State.WRONG})


def status_of(eligible: bool, states: Iterable[str]) -> str:
    """W3: where a registration goes from the counter. Not eligible is said at once, whatever the documents."""
    if not eligible:
        return Status.REFUSED
    return Status.ACCEPTED if all(state == State.PRESENT for state in states) else Status.MATERIALS_MISSING


def material_rows(
    registration: Registration, states: Mapping[Material, State], remarks: Mapping[Material, str]
) -> list[MaterialCheck]:
    """One row a document, as it was found, not written yet."""
    return [
        MaterialCheck(
            registration=registration,
            material=material.value,
            state=state,
            remark=remarks.get(material, "").strip() if state in BAD else "",
        )
        for material, state in states.items()
    ]


def write_materials(found: Sequence[MaterialCheck]) -> None:
    """The documents as they were found, over what was written before."""
    MaterialCheck.objects.bulk_create(
        found,
        update_conflicts=True,
        unique_fields=["registration", "material"],
        update_fields=["state", "remark"],
    )


def needed_materials(registration: Registration, found: Assessment) -> tuple[rules.RequiredMaterial, ...]:
    """W1: what has to be brought, by what is known of the person now."""
    return rules.required_materials(found.facts, by_agent=bool(registration.agent_name), policy=found.policy)


@transaction.atomic
def check_materials(
    *,
    number: str,
    version: int,
    materials: Mapping[Material, State],
    remarks: Mapping[Material, str] | None = None,
    reason: str = "",
    by: Actor,
) -> Registration:
    """How the documents were found at a further visit; documents not named keep their state.

    Complete: `accepted`, and the community's term begins today (W3). Eligibility is looked at anew: who is no longer
    eligible is refused with every reason. What was not named missing or wrong the first time needs a reason now (W2:
    all at once): Invalid (field reason) without. NotAllowed at another office; Conflict where somebody was first.
    """
    by.require("registrations.register")
    registration = locked_registration(number, by)
    require_unchanged(registration, version)
    require_holder(registration, by)
    today = clock.today()
    found = assess_again(registration, today)
    before = {row.material: State(row.state) for row in registration.materials.all()}
    needed = [item.material for item in needed_materials(registration, found)]
    states = {
        material: materials.get(material, before.get(material.value, State.NOT_LOOKED_AT)) for material in needed
    }
    then = status_of(found.quote.eligibility.eligible, states.values())
    require_step(registration, then)
    late = [material for material, state in states.items() if state in BAD and before.get(material.value) not in BAD]
    named_before = any(state in BAD for state in before.values()) or of_object(registration, papers.MISSING).exists()
    if late and named_before and not reason.strip():
        raise Invalid(
            _("All that is missing is named at once. Say why this was not named the first time."),
            code="named_late",
            field="reason",
        )
    keep_assessment(registration, found)
    due_on = None
    if then == Status.ACCEPTED:
        registration.accepted_on = today
        due_on = rules.community_due(today, found.policy)
    # Documents that are no longer needed go.
    registration.materials.exclude(material__in=[material.value for material in needed]).delete()
    documents = material_rows(registration, states, remarks or {})
    write_materials(documents)
    move(registration, then, on=today, due_on=due_on)
    notice: KeptPaper | None = None
    if then == Status.REFUSED:
        notice = papers.keep_refusal_notice(registration, on=today, remark="")
    elif then == Status.MATERIALS_MISSING:
        # Why something is named late belongs to what is named late.
        why = reason.strip() if late and named_before else ""
        notice = papers.keep_missing_notice(registration, documents, on=today, reason=why)
    verbs: dict[str, str] = {Status.ACCEPTED: "registrations.accept", Status.REFUSED: "registrations.refuse"}
    audit.record(
        by=by,
        verb=verbs.get(then, "registrations.check_materials"),
        obj=registration,
        resident=registration.resident.number,
        changes={
            "status": then,
            "materials": {material.value: state.value for material, state in states.items()},
            "reasons": registration.reasons,
            "due_on": due_on,
            **kept_as(notice),
        },
        note=reason.strip(),
    )
    return registration
