"""What the verbs of registration share: locking, the gate of a step, looking at the eligibility anew."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import NotAllowed, Refused
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.policy import Policy
from liaoyang_medins.kernel.policy.terms import Category, EnrollmentKind, Sex, Tier
from liaoyang_medins.kernel.statements import update
from liaoyang_medins.kernel.states import require_transition, require_version

from .. import facts, locks, rules, selectors
from ..data import CircumstanceData
from ..models import Enrollment, Handover, Registration, Resident
from ..quotes import Quote, QuoteFacts, quote

Status = Registration.Status
AGENCY = frozenset({Role.AGENCY_CLERK, Role.AGENCY_REVIEWER})
# What was stated at the counter stays as it is.
CHANGED_BY_STEPS = (
    "status",
    "accepted_on",
    "step_since",
    "due_on",
    "reference_date",
    "category",
    "tier",
    "reasons",
    "facts",
    "policy_version",
    "policy_hash",
    "remark",
    "reviewed_by",
    "version",
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules answer of a person who registers: the quote, the facts that it was made from, the policy asked,
    and all that is on record.
    """

    quote: Quote
    facts: rules.PersonFacts
    policy: Policy
    circumstances: tuple[CircumstanceData, ...]


def assess(
    sex: Sex,
    birth_date: datetime.date,
    circumstances: list[CircumstanceData],
    *,
    on: datetime.date,
    next_year: bool,
    resident: Resident | None = None,
    registered_on: datetime.date | None = None,
    file: selectors.OnFile | None = None,
) -> Assessment:
    """Eligibility on the reference date, tier and cover of a person who asks on the day `on` (E7, E8, W6).

    `registered_on` is the day of registration where it was before that: age is looked at on it. Refused where the
    person has died. Raises BeforeTheLaw for a day before the measures.
    """
    died = facts.died_on(circumstances)
    if died is not None and died <= on:
        raise Refused(_("This person died on %(day)s.") % {"day": died.isoformat()}, code="died")
    history = facts.history_of(sex, birth_date, circumstances)
    entered, origin = facts.hukou_entry(circumstances)
    last: Enrollment | selectors.Relationship | None = None
    if resident is not None:
        last = file.last if file else selectors.last_enrollment(resident)
    kind = EnrollmentKind.FIRST
    if last is not None:
        since = rules.eligible_since(history, on, selectors.policy_on)
        kind = selectors.kind_after(last, since or on, facts.barred_until(circumstances))
    # Who never was enrolled has paid nothing yet.
    number = resident.number if resident and last else ""
    asked = QuoteFacts(history, on, kind, entered, origin, next_year, registered_on, number)
    answer = quote(asked, selectors.policy_on)
    held = facts.facts_of(sex, birth_date, circumstances, on)
    return Assessment(answer, held, selectors.policy_on(on), tuple(circumstances))


def assess_again(registration: Registration, on: datetime.date, file: selectors.OnFile | None = None) -> Assessment:
    """The same for a registration, with what is on record of the resident on the day `on`; `file` is that record for
    who has read it already.
    """
    resident = registration.resident
    file = file or selectors.on_file(resident)
    return assess(
        Sex(resident.sex),
        resident.birth_date,
        list(file.circumstances),
        on=on,
        next_year=registration.next_year,
        resident=resident,
        registered_on=registration.received_on,
        file=file,
    )


def keep_assessment(registration: Registration, found: Assessment) -> None:
    """Write onto the registration what the rules answered, with the facts and the policy they answered from."""
    answer = found.quote
    registration.reference_date = answer.reference_date
    registration.category = _code(answer.category)
    registration.tier = _code(answer.tier)
    registration.reasons = [reason.value for reason in answer.eligibility.reasons]
    registration.facts = to_json(found.facts)
    registration.policy_version = found.policy.version
    registration.policy_hash = found.policy.content_hash


def _code(code: Category | Tier | None) -> str:
    return code.value if code else ""


def locked_registration(number: str, by: Actor) -> Registration:
    """The registration under lock, its resident locked first. NotAllowed where it is none of the actor's."""
    found = locks.registration_under_lock(number, by)
    if found is None:
        raise NotAllowed(_("There is no such registration at your office."), code="not_found")
    return found


def locked_resident(number: str, by: Actor) -> Resident:
    """The resident under lock. NotAllowed where the person is none of the actor's."""
    found = locks.resident_under_lock(number, by)
    if found is None:
        raise NotAllowed(_("There is no such person at your office."), code="not_found")
    return found


def require_unchanged(registration: Registration, version: int) -> None:
    """Conflict that says who changed what, where the row is no longer the one that the person saw."""
    require_version(registration.version, version, told=lambda: last_change(registration))


def require_step(registration: Registration, then: str) -> None:
    """Conflict unless the registration may become `then`."""
    require_transition(Registration.TRANSITIONS, registration.status, then, label=registration.get_status_display)


def require_holder(registration: Registration, by: Actor) -> None:
    """NotAllowed unless the registration waits at the actor's office now."""
    if by.kind is ActorKind.JOB:
        return
    roles, office = holder(registration)
    if by.role not in roles or (office is not None and by.office != office):
        raise NotAllowed(_("This registration is with another office now."), code="elsewhere")


def holder(registration: Registration) -> tuple[frozenset[Role], Office | None]:
    """The roles and the office at which the registration waits; of the agency, whose roles see all, no office is
    named.
    """
    resident = registration.resident
    match registration.status:
        case Status.AT_SUBDISTRICT:
            return frozenset({Role.SUBDISTRICT}), selectors.subdistrict_of(resident)
        case Status.AT_DISTRICT:
            return frozenset({Role.DISTRICT}), selectors.district_of(resident)
        case Status.AT_AGENCY:
            return AGENCY, None
        case _:
            return frozenset({Role.COMMUNITY, Role.SCHOOL}), registration.office


def require_other_person(registration: Registration, by: Actor) -> None:
    """Refused where the actor entered the registration: nobody reviews their own."""
    if by.user_id is not None and by.user_id == registration.made_by_id:
        raise Refused(_("You entered this registration yourself: somebody else has to review it."), code="own_entry")


def kept_as(notice: KeptPaper | None) -> dict[str, str]:
    """What the audit entry of an act says of the notice that was kept with it: no word of it can be changed unseen."""
    return {"notice": notice.sha256} if notice else {}


def move(registration: Registration, then: str, *, on: datetime.date, due_on: datetime.date | None = None) -> None:
    """Put the registration at its next step and save what steps change, one version further."""
    _put(registration, then, on, due_on)
    update(registration, *CHANGED_BY_STEPS)


def hand_over(
    registration: Registration, then: str, *, on: datetime.date, due_on: datetime.date | None = None
) -> None:
    """The same for a step to another office, with the handover from the one that had it."""
    giver = holder(registration)[1]
    _put(registration, then, on, due_on)
    taker = holder(registration)[1]
    update(
        registration,
        *CHANGED_BY_STEPS,
        adding=Handover(registration=registration, giver=giver, taker=taker, handed_on=on),
    )


def _put(registration: Registration, then: str, on: datetime.date, due_on: datetime.date | None) -> None:
    registration.status = then
    registration.step_since = on
    registration.due_on = due_on
    registration.version += 1
