"""Reports and inspections as the tests need them."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from claims.inspections import services
from claims.inspections.models import Inspection, Report
from claims.models import Settlement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.claims import makers as claims

D = datetime.date
TODAY = D(2009, 7, 15)


def actor(role: Role, username: str) -> Actor:
    posting = Posting.objects.select_related("user", "office").filter(user__username=username).first()
    return Actor.of_posting(posting) if posting else factories.actor(role, username=username)


def clerk() -> Actor:
    return actor(Role.AGENCY_CLERK, "agency-clerk")


def reviewer() -> Actor:
    return actor(Role.AGENCY_REVIEWER, "agency-reviewer")


def paid(code: str = "H3") -> Settlement:
    """A settled stay for which the fund paid something."""
    with clock.on_day(D(2009, 6, 1)):
        made = claims.settled(
            claims.insured(), claims.hospital(code), ("5000.00",), on="2009-05-04", until="2009-05-10"
        )
    assert made.fund > 0
    return made


def received(**values: Any) -> Report:
    given: dict[str, Any] = {
        "submission": uuid.uuid4(),
        "source": "resident",
        "facts": "They wrote down more days than I was there.",
        "institution": claims.institution().code,
        "reporter_name": "王大妈",
        "reporter_contact": "0419-1234567",
        "by": clerk(),
    }
    return services.receive_report(**given | values)


def opened(**values: Any) -> Inspection:
    given: dict[str, Any] = {
        "submission": uuid.uuid4(),
        "institution": claims.institution().code,
        "inspected_on": D(2009, 7, 10),
        "inspectors": "李强、张敏",
        "looked_at": "Records of May.",
        "by": clerk(),
    }
    return services.open_inspection(**given | values)


def with_finding(settlement: Settlement, amount: str = "100.00", **values: Any) -> Inspection:
    inspection = opened(institution=settlement.stay.institution.code, **values)
    services.add_finding(
        number=inspection.number,
        version=inspection.version,
        duty="excess",
        facts="Two examinations that nobody needed.",
        repay={settlement.number: Decimal(amount)},
        by=clerk(),
    )
    inspection.refresh_from_db()
    return inspection


def decided(inspection: Inspection) -> Inspection:
    return services.decide_inspection(
        number=inspection.number, version=inspection.version, reasoning="The records show it.", by=reviewer()
    )
