"""Stays as the tests of findings need them: rows of the tables, without the services that would refuse some."""

import datetime
import itertools
import uuid
from decimal import Decimal
from typing import Any

from claims.models import Institution, Settlement, Stay
from enrollment.registration.models import Resident
from funds.watch import patterns
from funds.watch.models import Finding
from funds.watch.patterns import Found
from funds.watch.rules import Figures
from funds.watch.services import start_look
from funds.watch.services.looking import write_down
from liaoyang_medins.kernel.clock import SHANGHAI
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from tests import factories
from tests.claims import makers as claims

D = datetime.date
TODAY = D(2009, 7, 15)
FIGURES = Figures()
_serial = itertools.count(1)


def actor(role: Role, username: str) -> Actor:
    posting = Posting.objects.select_related("user", "office").filter(user__username=username).first()
    return Actor.of_posting(posting) if posting else factories.actor(role, username=username)


def clerk() -> Actor:
    return actor(Role.AGENCY_CLERK, "agency-clerk")


def supervisor() -> Actor:
    return actor(Role.SUPERVISOR, "supervisor")


def moment(text: str) -> datetime.datetime:
    return claims.moment(text)


def stay(
    person: Resident,
    at: Institution | str,
    first: str,
    last: str | None = None,
    presented: str | None = None,
    **values: Any,
) -> Stay:
    """A stay from the day `first` to the day `last` (None: it still runs), the card presented at nine that morning."""
    place = claims.institution(at) if isinstance(at, str) else at
    claims.diagnosis(values.setdefault("diagnosis_id", "J18.9"))
    admitted = claims.moment(first)
    return Stay.objects.create(
        number=next_number("stay", admitted.date()),
        submission=uuid.uuid4(),
        resident=person,
        institution=place,
        inpatient_number=f"W{next(_serial):06d}",
        admitted_at=admitted,
        admitted_on=admitted.astimezone(SHANGHAI).date(),
        discharged_on=claims.day(last) if last else None,
        status=values.pop("status", "discharged" if last else "admitted"),
        card_presented_at=claims.moment(presented) if presented else admitted,
        category="elderly",
        **values,
    )


def settled(
    person: Resident, at: Institution | str, first: str, last: str, total: str, in_scope: str | None = None
) -> Stay:
    """A settled stay whose costs are `total` yuan, `in_scope` of them in scope (all unless said otherwise)."""
    made = stay(person, at, first, last, status="settled")
    amount, within = Decimal(total), Decimal(in_scope or total)
    Settlement.objects.create(
        number=next_number("settlement", claims.day(last)),
        stay=made,
        resident=person,
        sequence=Settlement.objects.filter(resident=person).count() + 1,
        settled_on=claims.day(last),
        decided_on=claims.day(last),
        cap_from=D(2009, 1, 1),
        cap_until=D(2009, 12, 31),
        cap=Decimal(30000),
        cap_used=Decimal(0),
        payable=True,
        total=amount,
        in_scope=within,
        ratio=Decimal("0.5"),
        fund=Decimal(0),
        resident_pays=amount,
        out_of_scope=amount - within,
        deductible=within,
        copayment=Decimal(0),
        over_cap=Decimal(0),
        policy_version=1,
        policy_hash="x",
    )
    return made


def found(kind: str, figures: Figures = FIGURES) -> list[Found]:
    """What the pattern of a kind finds today."""
    return list(patterns.PATTERNS[Finding.Kind(kind)](TODAY, figures))


def stays_found(kind: str, figures: Figures = FIGURES) -> list[tuple[int, ...]]:
    return [one.stays for one in found(kind, figures)]


def written(kind: str, by: Actor | None = None) -> dict[str, Any]:
    """Look for one pattern and write it down; what was counted."""
    outcome = write_down(Finding.Kind(kind), found(kind), by=by or Actor.job("watch"))
    return dict(outcome.counts)


def looked() -> dict[str, str]:
    """The whole run, as at night; what it counted."""
    run = start_look(by=Actor.job("watch"), calls=False)
    runs.work_off(number=run.number)
    run.refresh_from_db()
    assert run.status == "finished", run.error
    return dict(run.counts)


def a_finding(kind: str = "overlap", **values: Any) -> Finding:
    """A finding about two stays that overlap."""
    person = values.pop("person", None) or factories.resident()
    stay(person, "H3", "2009-05-01", "2009-05-10")
    stay(person, "H1", "2009-05-05", "2009-05-12")
    written(kind)
    return Finding.objects.get(resident=person)
