"""A registration on its way from the counter to the agency's records (W1 to W4)."""

import uuid

from enrollment.contributions.services import take_into_records
from enrollment.registration import services
from enrollment.registration.data import AgentData, PersonData
from enrollment.registration.models import MaterialCheck, Registration
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Material, Sex

from ..steps import Again, Moot, Step, act
from ..who import (
    agency,
    as_stated,
    circumstances,
    district_of,
    office,
    receiving,
    registration_of,
    resident_of,
    subdistrict_of,
)

S = Registration.Status
# How far a registration has come; one that was sent back is where it began.
WAY = (S.MATERIALS_MISSING, S.RETURNED, S.ACCEPTED, S.AT_SUBDISTRICT, S.AT_DISTRICT, S.AT_AGENCY, S.RECORDED)
IN_ORDER = dict.fromkeys(Material, MaterialCheck.State.PRESENT)
CLOSED = {S.REFUSED, S.WITHDRAWN}
# The person died, moved or lost the claim on the way: the rules say so at the next step.
GONE = ("not_eligible", "died", "elsewhere", "not_found")


def at(step: Step, status: str) -> Registration:
    """The registration of the step, which is where the step needs it. Again where it went further, Moot where it is
    closed or never came so far.
    """
    row = registration_of(step.args.get("form", step.who))
    if row.status in CLOSED:
        raise Moot
    if row.status != status:
        raise Again if WAY.index(S(row.status)) > WAY.index(S(status)) else Moot
    return row


@act(may=("open_registration", "enrolled", "died"))
def register(step: Step) -> None:
    """Received at the counter of `office`: a `person` in plain form, or somebody on record; `missing` materials."""
    args = step.args
    form = uuid.UUID(args.get("form", step.who))
    if Registration.objects.filter(submission=form).exists():
        raise Again
    if "person" in args:
        name, birth, sex, community, id_number, address, phone = args["person"]
        person = PersonData(name, birth, Sex(sex), office(community), id_number, address, phone)
    else:
        person = as_stated(resident_of(step.who))
    counter = args.get("office") or person.community.code
    found = IN_ORDER | {Material(name): MaterialCheck.State.MISSING for name in args.get("missing", ())}
    agent = args.get("agent")
    services.register_resident(
        submission=form,
        person=person,
        circumstances=circumstances(args.get("circumstances", ())),
        agent=AgentData(*agent) if agent else None,
        materials=found,
        next_year=args.get("next_year", False),
        by=receiving(counter),
    )


@act(may=GONE)
def complete(step: Step) -> None:
    """What was missing, or what the registration was sent back for, is brought."""
    row = at(step, step.args["at"])
    services.check_materials(number=row.number, version=row.version, materials=IN_ORDER, by=receiving(row.office.code))


@act(may=GONE)
def forward(step: Step) -> None:
    """The community, or the school, passes the registration on."""
    row = at(step, S.ACCEPTED)
    services.forward(number=row.number, version=row.version, by=receiving(row.office.code))


@act(may=GONE)
def forward_subdistrict(step: Step) -> None:
    row = at(step, S.AT_SUBDISTRICT)
    services.forward(number=row.number, version=row.version, by=subdistrict_of(row.resident))


@act(may=GONE)
def approve(step: Step) -> None:
    row = at(step, S.AT_DISTRICT)
    services.approve(number=row.number, version=row.version, by=district_of(row.resident))


@act(may=GONE)
def send_back(step: Step) -> None:
    """The sub-district or the district finds something wrong with the papers."""
    row = at(step, step.args["at"])
    by: Actor = district_of(row.resident) if row.status == S.AT_DISTRICT else subdistrict_of(row.resident)
    services.send_back(number=row.number, version=row.version, reason=step.args["reason"], by=by)


@act(may=GONE)
def refuse(step: Step) -> None:
    row = at(step, S.AT_DISTRICT)
    services.refuse(number=row.number, version=row.version, remark=step.args["remark"], by=district_of(row.resident))


@act(may=GONE)
def withdraw(step: Step) -> None:
    row = registration_of(step.args.get("form", step.who))
    if row.status == S.WITHDRAWN:
        raise Again
    if row.status not in Registration.OPEN:
        raise Moot
    services.withdraw(
        number=row.number, version=row.version, reason=step.args["reason"], by=receiving(row.office.code)
    )


@act(may=(*GONE, "enrolled", "already_paid"))
def record(step: Step) -> None:
    """The agency takes it into its records and makes the first notice."""
    row = at(step, S.AT_AGENCY)
    take_into_records(registration_number=row.number, version=row.version, by=agency())
