"""Registrations as the tests need them, made by the services themselves."""

import datetime
import uuid
from typing import Any

from enrollment.registration import services
from enrollment.registration.data import CircumstanceData, PersonData
from enrollment.registration.models import MaterialCheck, Registration
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material, Sex
from tests import factories as make

TODAY = datetime.date(2009, 10, 12)
State = MaterialCheck.State
ALL_PRESENT = dict.fromkeys(Material, State.PRESENT)


def person(birth: datetime.date = datetime.date(1940, 5, 6), sex: str = "M", **values: Any) -> PersonData:
    """An elderly man of the usual community."""
    given: dict[str, Any] = {
        "name": "王小明",
        "birth_date": birth,
        "sex": Sex(sex),
        "community": make.community(),
        "id_number": make.id_number(birth, sex),
        "address": "中华大街1号",
        "phone": "13800000000",
    }
    return PersonData(**given | values)


def native(birth: datetime.date = datetime.date(1940, 5, 6)) -> CircumstanceData:
    return CircumstanceData("hukou", "native", birth)


def register(by: Actor | None = None, *, who: PersonData | None = None, **values: Any) -> Registration:
    """A registration as the counter enters it today; complete and eligible unless said otherwise."""
    who = who or person()
    given: dict[str, Any] = {
        "submission": uuid.uuid4(),
        "person": who,
        "circumstances": [native(who.birth_date)],
        "materials": ALL_PRESENT,
    }
    with clock.on_day(TODAY):
        return services.register_resident(**given | values, by=by or make.actor(Role.COMMUNITY))


def school_registration(by: Actor, **values: Any) -> Registration:
    """A pupil of the actor's school."""
    birth = datetime.date(2000, 2, 3)
    pupil = CircumstanceData("student", "school", datetime.date(2009, 9, 1), school=by.office)
    return register(by, who=person(birth, "F"), circumstances=[native(birth), pupil], **values)


class Chain:
    """One actor for each station of the chain above the usual community, and the verbs on the usual day."""

    def __init__(self) -> None:
        self.community = make.actor(Role.COMMUNITY)
        self.subdistrict = make.actor(Role.SUBDISTRICT)
        self.district = make.actor(Role.DISTRICT)
        self.clerk = make.actor(Role.AGENCY_CLERK)
        self.reviewer = make.actor(Role.AGENCY_REVIEWER)

    def do(self, verb: str, registration: Registration, by: Actor, **values: Any) -> Any:
        """Call a service with the registration's number and present version; the row is read again after it."""
        registration.refresh_from_db()
        with clock.on_day(TODAY):
            done = getattr(services, verb)(number=registration.number, version=registration.version, by=by, **values)
        registration.refresh_from_db()
        return done

    def at(self, status: str, **values: Any) -> Registration:
        """A registration in `status`, brought there by the verbs."""
        S = Registration.Status  # noqa: N806
        if status == S.MATERIALS_MISSING:
            return register(self.community, materials={Material.ID_CARD: State.MISSING}, **values)
        if status == S.REFUSED:
            return register(self.community, circumstances=[], **values)
        registration = register(self.community, **values)
        if status == S.WITHDRAWN:
            self.do("withdraw", registration, self.community, reason="moves away")
            return registration
        way = [
            (S.AT_SUBDISTRICT, "forward", self.community),
            (S.AT_DISTRICT, "forward", self.subdistrict),
            (S.AT_AGENCY, "approve", self.district),
            (S.RECORDED, "record", self.clerk),
        ]
        if status == S.RETURNED:
            way = [*way[:2], (S.RETURNED, "send_back", self.district)]
        for _then, verb, by in way:
            if registration.status == status:
                break
            self.do(verb, registration, by, **({"reason": "photo missing"} if verb == "send_back" else {}))
        assert registration.status == status
        return registration


def other_community() -> Office:
    return make.community("211003002001")
