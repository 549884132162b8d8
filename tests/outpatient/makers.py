"""Small makers of approvals and claims of outpatient diseases, and a policy that has their figures."""

import uuid
from pathlib import Path
from typing import Any

from claims.models import CatalogueItem, Stay
from claims.outpatient import services
from claims.outpatient.models import OutpatientApproval
from claims.outpatient.services.approvals import ApprovalData
from claims.outpatient.services.claiming import ClaimData
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import OutpatientDisease
from tests.claims import makers

LAW_FILE = Path("liaoyang_medins/kernel/policy/data/liaoyang/2008-07-01.yaml")
MEASURE = """area: liaoyang
version: 2
holds_from: 2010-01-01
approval: {number: "test measure 1", date: 2009-12-01}

outpatient:
  deductible: {value: 300, article: "25"}
  ratio: {value: 0.60, article: "25"}
"""


def measure(folder: Path) -> Path:
    """A folder with the law and, from 2010 on, a measure that sets 300 yuan and 60 % for outpatient diseases."""
    area = folder / "liaoyang"
    area.mkdir()
    (area / LAW_FILE.name).write_text(LAW_FILE.read_text("utf-8"), "utf-8")
    (area / "2010-01-01.yaml").write_text(MEASURE, "utf-8")
    return folder


def wanted(person: Resident, **values: Any) -> ApprovalData:
    makers.diagnosis(values.setdefault("diagnosis", "N18.9"))
    values.setdefault("disease", OutpatientDisease.DIALYSIS)
    values.setdefault("evidence", "Report of the city hospital")
    values["starts"] = makers.day(values.pop("starts", "2010-01-01"))
    values["until"] = makers.day(values.pop("until", "2010-12-31"))
    return ApprovalData(resident_number=person.number, **values)


def asked(person: Resident, by: Actor, **values: Any) -> OutpatientApproval:
    return services.ask(approval=wanted(person, **values), submission=uuid.uuid4(), by=by)


def approved(person: Resident, by: Actor, **values: Any) -> OutpatientApproval:
    found = asked(person, by, **values)
    return services.approve(number=found.number, version=found.version, by=makers.reviewer())


def claimed(
    approval: OutpatientApproval,
    by: Actor,
    amounts: tuple[str, ...] = ("1000.00",),
    *,
    first: str = "2010-03-01",
    last: str = "2010-03-31",
    **values: Any,
) -> Stay:
    if not CatalogueItem.objects.filter(code="A1").exists():
        makers.item()
    lines = [makers.line(amount, values.get("lines_on", first)) for amount in amounts]
    claim = ClaimData(
        approval.number, values.get("invoice", f"MZ-{first}"), makers.day(first), makers.day(last), lines
    )
    return services.enter_claim(claim=claim, submission=values.get("submission", uuid.uuid4()), by=by)
