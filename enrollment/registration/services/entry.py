"""The verb of the counter: register a resident (W1 to W4, E)."""

import datetime
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.policy.terms import Material
from liaoyang_medins.kernel.statements import Statement, insert_all, insert_numbered
from liaoyang_medins.kernel.submissions import one_at_a_time

from .. import idnumber, papers, rules, selectors
from ..data import AgentData, CircumstanceData, PersonData
from ..models import MaterialCheck, Registration, RegistrationDraft, Resident
from . import circumstances as circumstance_services
from .common import Status, assess_again, keep_assessment, kept_as
from .materials import State, material_rows, status_of
from .people import cleaned_person, put_on_record

RECEIVING = (Office.Kind.COMMUNITY, Office.Kind.SCHOOL)


@Statement
def _with_submission(submission: UUID) -> QuerySet[Registration]:
    return Registration.objects.filter(submission=submission).select_related("resident", "office").order_by()


@transaction.atomic
@audit.together()
def register_resident(
    *,
    submission: UUID,
    person: PersonData,
    circumstances: Sequence[CircumstanceData],
    agent: AgentData | None = None,
    materials: Mapping[Material, State],
    remarks: Mapping[Material, str] | None = None,
    next_year: bool = False,
    supplementary: bool = True,
    remark: str = "",
    draft: RegistrationDraft | None = None,
    by: Actor,
) -> Registration:
    """A registration received by the actor's office today; the resident is found by ID number or put on record.

    Assessed on the reference date (E7). Not eligible: `refused` with every reason (E8). A document missing, wrong or
    not looked at: `materials_missing`. Else `accepted`, to be forwarded within the community's term (W3). The same
    `submission` again gives back the first registration.

    What hangs on the `draft` hangs on the registration from then on. `remarks` says of documents what is wrong with
    them. Raises Invalid for wrong input (with its field), NotAllowed for a role or a community that is not the
    actor's, Refused where the person is enrolled, has an open registration, or died.
    """
    by.require("registrations.register")
    one_at_a_time(submission)
    first = _with_submission.first(submission)
    if first is not None:
        return first
    if by.office is None or by.office.kind not in RECEIVING:
        raise NotAllowed(_("Only a community or a school receives registrations."), code="no_counter")
    today = clock.today()
    person = cleaned_person(person, today)
    if by.role is Role.COMMUNITY and person.community != by.office:
        raise NotAllowed(_("A community registers its own residents."), code="other_community")
    for circumstance in circumstances:
        circumstance_services.require_may_state(circumstance, by)
    agent = cleaned_agent(agent, today)

    resident, is_new = put_on_record(person, on=today, by=by)
    if not is_new:
        require_free(resident)
    written = circumstance_services.write_circumstances(resident, circumstances, is_new=is_new, by=by)
    require_students(resident, today, by)

    registration = Registration(
        submission=submission,
        resident=resident,
        office=by.office,
        received_on=today,
        step_since=today,
        agent_name=agent.name if agent else "",
        agent_relation=agent.relation if agent else "",
        agent_id_number=agent.id_number if agent else "",
        supplementary=supplementary,
        next_year=next_year,
        remark=remark.strip(),
        made_by_id=by.user_id,
    )
    # Of who is new nothing is on record but what was written now.
    file = selectors.OnFile(tuple(CircumstanceData.of(row) for row in written), ()) if is_new else None
    found = assess_again(registration, today, file)
    keep_assessment(registration, found)
    needed = rules.required_materials(found.facts, by_agent=agent is not None, policy=found.policy)
    states = {item.material: materials.get(item.material, MaterialCheck.State.NOT_LOOKED_AT) for item in needed}
    registration.status = status_of(found.quote.eligibility.eligible, states.values())
    if registration.status == Status.ACCEPTED:
        registration.accepted_on = today
        registration.due_on = rules.community_due(today, found.policy)
    insert_numbered(registration, "registration", today)
    if draft is not None:
        attachments.hand_on(of=draft, to=registration)
    found_documents = material_rows(registration, states, remarks or {})
    insert_all(found_documents)
    notice: KeptPaper | None = None
    if registration.status == Status.REFUSED:
        notice = papers.keep_refusal_notice(registration, on=today, remark="")
    elif registration.status == Status.MATERIALS_MISSING:
        notice = papers.keep_missing_notice(registration, found_documents, on=today, reason="")
    audit.record(
        by=by,
        verb="registrations.register",
        obj=registration,
        resident=resident.number,
        changes=to_json(
            {
                "status": str(registration.status),
                "category": registration.category,
                "tier": registration.tier,
                "reasons": tuple(registration.reasons),
                "due_on": registration.due_on,
                **kept_as(notice),
            }
        ),
    )
    return registration


def cleaned_agent(agent: AgentData | None, today: datetime.date) -> AgentData | None:
    """W1: name and relation of a guardian or agent; Invalid where one of them is missing or the ID number is wrong."""
    if agent is None:
        return None
    name, relation = " ".join(agent.name.split()), agent.relation.strip()
    if not name:
        raise Invalid(_("Enter the name of the guardian or agent."), field="agent_name")
    if not relation:
        raise Invalid(_("Say how the agent is related to the person."), field="agent_relation")
    number = agent.id_number
    if number:
        try:
            number = idnumber.parse(number, today=today).number
        except Invalid as error:
            raise Invalid(error.message, code=error.code, field="agent_id_number") from error
    return AgentData(name, relation, number)


def require_free(resident: Resident) -> None:
    """Refused where the person has an open registration or is enrolled: who is enrolled renews (W5)."""
    waiting = selectors.open_registration(resident)
    if waiting is not None:
        raise Refused(
            _("This person has an open registration already: %(number)s at %(office)s.")
            % {"number": waiting.number, "office": waiting.office.label},
            code="open_registration",
        )
    require_free_to_enroll(resident)


def require_free_to_enroll(resident: Resident, file: selectors.OnFile | None = None) -> None:
    """Refused where the person is enrolled."""
    enrolled = file.current if file else selectors.current_enrollment(resident)
    if enrolled is not None:
        raise Refused(
            _("This person is enrolled since %(day)s. Make a notice for the renewal instead.")
            % {"day": enrolled.starts.isoformat()},
            code="enrolled",
        )


def require_students(resident: Resident, today: datetime.date, by: Actor) -> None:
    """W4: a school registers its own students only."""
    if by.role is not Role.SCHOOL:
        return
    attends = resident.circumstances.filter(kind="student", value="school", school=by.office, voided=False)
    if not attends.filter(starts__lte=today).exists():
        raise Refused(_("A school registers its own students only."), code="not_a_student", field="student")
