"""Handing in, recording and withdrawing as the tests need it."""

import datetime
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from enrollment.collecting import services
from enrollment.collecting.models import Collection
from enrollment.contributions.models import ContributionNotice
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.contributions import makers as m

D = datetime.date
PAID = D(2009, 11, 9)


def school() -> Actor:
    """The same person of the pupils' school all through a test."""
    posting = Posting.objects.filter(user__username="school-clerk").select_related("user", "office").first()
    return Actor.of_posting(posting) if posting else make.actor(Role.SCHOOL, make.school(), "school-clerk")


def hand_in(notices: Iterable[ContributionNotice], by: Actor | None = None, **values: Any) -> Collection:
    given = {
        "submission": uuid.uuid4(),
        "school_code": make.school().code,
        "contribution_year": 2010,
        "notices": [notice.number for notice in notices],
        "by": by or school(),
    }
    return services.hand_in(**given | values)


def record(found: Collection, by: Actor | None = None, **values: Any) -> Collection:
    given = {
        "version": found.version,
        "amount": Decimal(found.amount),
        "paid_on": PAID,
        "bank_reference": "XX 1",
        "by": by or m.clerk(),
    }
    return services.record_collection(number=found.number, **given | values)
