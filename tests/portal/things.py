"""Whatever has an address in the demo city, and whose it is: told anew, without the code under test."""

from dataclasses import dataclass, field
from typing import Any

from claims.catalogues.models import CatalogueVersion
from claims.handover.models import HandoverList
from claims.inspections.models import Inspection, InspectionFinding, Report
from claims.misuse.models import MisuseCase
from claims.models import (
    CatalogueItem,
    Designation,
    Institution,
    Referral,
    Review,
    Settlement,
    Specialty,
    Stay,
)
from claims.outpatient.models import OutpatientApproval
from claims.reimbursement.models import PaymentList, Reimbursement, ResidentPayment
from enrollment.bankfiles.models import BankFile, BankFileLine
from enrollment.cards.models import InsuranceCard
from enrollment.collecting.models import Collection
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.households.models import Household
from enrollment.life.models import Merge, Transfer
from enrollment.lists.models import UploadedList
from enrollment.registration.models import Circumstance, Handover, Registration, RegistrationDraft, Resident
from funds.bank.models import BankStatement, Match
from funds.models import (
    Account,
    EnteredDocument,
    JournalEntry,
    Month,
    SubsidyItem,
    SubsidyReceipt,
    SubsidyReminder,
    SubsidyStatement,
)
from funds.paying.models import Declaration, InstitutionAccount, InstitutionPayment, PaymentBatch
from funds.published.models import Publication
from funds.watch.models import Finding as Suspicion
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.offices.models import Office, Posting, StandIn, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.web.models import KeptForm

PLACE_KINDS = ("area", "district", "subdistrict", "community")
PLACES = {Role.COMMUNITY, Role.SUBDISTRICT, Role.DISTRICT}
EVERYWHERE = {Role.AGENCY_CLERK, Role.AGENCY_REVIEWER, Role.SUPERVISOR}
# Who may open the page of one of these may open all of them.
NOBODYS = {"user", "posting", "office", "institution", "designation", "specialty", "entry", "run", "template", "merge"}
NOBODYS |= {
    "handover",
    "stand_in",
    "bank file",
    "bank return",
    "account",
    "entered document",
    "entered document scan",
    "month",
    "match",
    "bank statement",
    "item",
    "catalogue version",
    "report",
    "suspicion",
    "inspection",
    "finding",
    "publication",
    "agreement scan",
    "review",
}


@dataclass(frozen=True)
class Thing:
    """An object that an address names: `kwargs` of the address, and what decides whose it is."""

    kwargs: dict[str, Any]
    resident: Resident | None = None
    offices: frozenset[str] = frozenset()
    user_id: int | None = None
    issued: bool = True
    text: str = field(default="", compare=False)


def schools_of(resident: Resident) -> set[str]:
    rows = Circumstance.objects.filter(resident=resident, kind="student", voided=False, school__isnull=False)
    return set(rows.values_list("school__code", flat=True))


def lives_in(resident: Resident, office: Office) -> bool:
    """Official codes nest: a community's starts with those of its sub-district and district."""
    return resident.community.code.startswith(office.code)


def is_own(posting: Posting, kind: str, thing: Thing) -> bool:
    """Whether somebody in `posting` may see the thing at all."""
    role, office = Role(posting.role), posting.office
    if kind in ("draft", "draft scan", "kept form"):
        return thing.user_id == posting.user_id
    if kind == "statement":
        if role in (Role.AGENCY_CLERK, Role.AGENCY_REVIEWER, Role.SUPERVISOR):
            return True
        return thing.issued and (role is Role.CITY_FINANCE or office.code in thing.offices)
    if kind == "subsidy_reminder":
        return role is not Role.DISTRICT_FINANCE or office.code in thing.offices
    if kind == "declaration" and role is Role.CITY_FINANCE:
        return True
    if role in EVERYWHERE or kind in NOBODYS:
        return True
    if kind in ("stay", "settlement", "referral", "outpatient", "declaration", "own institution"):
        return role is Role.HOSPITAL and office.code in thing.offices
    if kind in ("list", "school", "collection"):
        return role is Role.SCHOOL and office.code in thing.offices
    if kind in ("figures", "payers"):
        # Official codes nest; a school has one of its own kind.
        return any(code.startswith(office.code) for code in thing.offices)
    if kind == "household":
        return role in PLACES and any(code.startswith(office.code) for code in thing.offices)
    if thing.resident is None:
        return False
    if kind in ("transmittal", "transmittal day"):
        return office.code in thing.offices
    if kind == "scan" and role is Role.SCHOOL:
        return office.code in thing.offices and office.code in schools_of(thing.resident)
    if role in PLACES:
        # What a community asks for is its own business too; of the person it sees nothing yet.
        return lives_in(thing.resident, office) or (kind == "transfer" and office.code in thing.offices)
    if kind == "registration":
        return office.code in thing.offices
    return role is Role.SCHOOL and office.code in schools_of(thing.resident)


def of_institution(stay: Stay) -> frozenset[str]:
    """The institution whose a stay is; what the resident paid is the agency's."""
    return frozenset() if stay.self_paid else frozenset({stay.institution.code})


def things() -> dict[str, list[Thing]]:
    """Everything in the city that has an address, by kind."""
    found: dict[str, list[Thing]] = {
        "user": [Thing({"username": user.username}) for user in User.objects.all()[:3]],
        "posting": [Thing({"posting_id": posting.pk}) for posting in Posting.objects.all()[:3]],
        "office": [Thing({"code": office.code}) for office in Office.objects.all()[:3]],
        "institution": [Thing({"code": row.code}) for row in Institution.objects.all()[:3]],
        "designation": [
            Thing({"code": row.institution.code, "pk": row.pk})
            for row in Designation.objects.select_related("institution")[:2]
        ],
        "specialty": [
            Thing({"code": row.institution.code, "pk": row.pk})
            for row in Specialty.objects.select_related("institution")[:2]
        ],
        "entry": [
            Thing({"document_type": row.document_type, "document_number": row.document_number})
            for row in JournalEntry.objects.all()[:3]
        ],
        "draft": [
            Thing({"draft_id": row.pk}, user_id=row.user_id, text=str(row.data.get("name", "")))
            for row in RegistrationDraft.objects.all()
        ],
    }
    found["transfer"] = [
        Thing({"pk": row.pk}, row.resident, frozenset({row.to_community.code}), text=row.resident.name)
        for row in Transfer.objects.select_related("resident__community", "to_community")
    ]
    found["merge"] = [Thing({"pk": row.pk}) for row in Merge.objects.all()]
    found["kept form"] = [Thing({"key": row.pk}, user_id=row.user_id, text="留言") for row in KeptForm.objects.all()]
    found["stand_in"] = [Thing({"pk": row.pk}) for row in StandIn.objects.all()]
    found["misuse"] = [Thing({"number": row.number}) for row in MisuseCase.objects.all()]
    found["household"] = [
        Thing({"number": row.number}, offices=frozenset({row.community.code}))
        for row in Household.objects.select_related("community")
    ]
    found["card"] = [
        Thing({"number": row.number}, resident=row.resident, text=row.resident.name)
        for row in InsuranceCard.objects.select_related("resident__community")
    ]
    found["run"] = [Thing({"number": row.number}) for row in Run.objects.all()[:3]]
    found["resident"] = [
        Thing({"number": row.number}, resident=row, text=row.name)
        for row in Resident.objects.select_related("community")
    ]
    found["circumstance"] = [
        Thing({"number": row.resident.number, "pk": row.pk}, resident=row.resident, text=row.resident.name)
        for row in Circumstance.objects.filter(voided=False).select_related("resident__community")
    ]
    found["registration"] = [
        Thing({"number": row.number}, row.resident, frozenset({row.office.code}), text=row.resident.name)
        for row in Registration.objects.select_related("resident__community", "office")
    ]
    found["notice"] = [
        Thing({"number": row.number}, resident=row.resident, text=row.resident.name)
        for row in ContributionNotice.objects.select_related("resident__community")
    ]
    found["receipt"] = [Thing({"number": row.number}) for row in Receipt.objects.all()[:20]]
    found["stay"] = [
        Thing({"number": row.number}, row.resident, of_institution(row), text=row.resident.name)
        for row in Stay.objects.select_related("resident__community", "institution")
    ]
    found["review"] = [Thing({"number": row.stay.number}) for row in Review.objects.select_related("stay")]
    found["settlement"] = [
        Thing({"number": row.number}, row.resident, of_institution(row.stay), text=row.resident.name)
        for row in Settlement.objects.select_related("resident__community", "stay__institution")
    ]
    found["referral"] = [
        Thing(
            {"number": row.number},
            row.resident,
            frozenset({row.from_institution.code, row.to_institution.code}),
            text=row.resident.name,
        )
        for row in Referral.objects.select_related("resident__community", "from_institution", "to_institution")
    ]
    found["outpatient"] = [
        Thing({"number": row.number}, row.resident, frozenset({row.institution.code}), text=row.resident.name)
        for row in OutpatientApproval.objects.select_related("resident__community", "institution")
    ]
    found["handover"] = [Thing({"number": row.number}) for row in HandoverList.objects.all()]
    found["reimbursement"] = [
        Thing({"number": row.number}, row.resident, text=row.resident.name)
        for row in Reimbursement.objects.select_related("stay__resident__community")
    ]
    found["reimbursement scan"] = [
        Thing({"number": scan.object_number, "key": scan.key})
        for scan in Attachment.objects.filter(object_type="reimbursement.reimbursement")
    ]
    found["payment list"] = [Thing({"number": row.number}) for row in PaymentList.objects.all()]
    found["resident payment"] = [Thing({"number": row.number}) for row in ResidentPayment.objects.all()]
    found["declaration"] = [
        Thing({"number": row.number}, offices=frozenset({row.institution.code}))
        for row in Declaration.objects.select_related("institution")
    ]
    found["payment batch"] = [Thing({"number": row.number}) for row in PaymentBatch.objects.all()]
    found["institution payment"] = [Thing({"number": row.number}) for row in InstitutionPayment.objects.all()]
    found["bank account"] = [Thing({"pk": row.pk}) for row in InstitutionAccount.objects.all()]
    found["own institution"] = [
        Thing({"code": row.code}, offices=frozenset({row.code})) for row in Institution.objects.all()
    ]
    found["bank file"] = [Thing({"number": row.number}) for row in BankFile.objects.all()]
    found["bank return"] = [
        Thing({"number": row.file.number, "place": row.place})
        for row in BankFileLine.objects.filter(returned=True).select_related("file")
    ]
    found["account"] = [Thing({"code": row.code}) for row in Account.objects.filter(code__in=["1003", "2001", "4201"])]
    found["entered document"] = [Thing({"number": row.number}) for row in EnteredDocument.objects.all()]
    found["entered document scan"] = [
        Thing({"number": scan.object_number, "key": scan.key})
        for scan in Attachment.objects.filter(object_type="funds.entereddocument")[:2]
    ]
    found["month"] = [Thing({"code": row.code}) for row in Month.objects.all()[:3]]
    found["match"] = [Thing({"number": row.number}) for row in Match.objects.all()[:3]]
    found["bank statement"] = [Thing({"number": row.number}) for row in BankStatement.objects.all()]
    found["item"] = [Thing({"code": row.code}) for row in CatalogueItem.objects.all()[:3]]
    found["catalogue version"] = [Thing({"number": row.number}) for row in CatalogueVersion.objects.all()]
    found["report"] = [Thing({"number": row.number}) for row in Report.objects.all()]
    found["inspection"] = [Thing({"number": row.number}) for row in Inspection.objects.all()]
    found["finding"] = [
        Thing({"number": row.inspection.number, "position": row.position})
        for row in InspectionFinding.objects.select_related("inspection")
    ]
    found["agreement scan"] = [
        Thing({"code": scan.object_number, "key": scan.key})
        for scan in Attachment.objects.filter(object_type="claims.institution")
    ]
    found["suspicion"] = [Thing({"number": row.number}) for row in Suspicion.objects.all()[:6]]
    found["publication"] = [Thing({"number": row.number}) for row in Publication.objects.all()]
    found["template"] = [Thing({"source": "police"})]
    found["list"] = [
        Thing({"number": row.number}, offices=frozenset({row.office.code}))
        for row in UploadedList.objects.select_related("office")
    ]
    found["collection"] = [
        Thing({"number": row.number}, offices=frozenset({row.school.code}))
        for row in Collection.objects.select_related("school")
    ]
    found["school"] = [
        Thing({"code": row.code}, offices=frozenset({row.code})) for row in Office.objects.filter(kind="school")[:3]
    ]
    for kind, kinds in (("figures", [*PLACE_KINDS, "school"]), ("payers", ["community", "school"])):
        found[kind] = [
            Thing({"code": row.code}, offices=frozenset({row.code})) for row in Office.objects.filter(kind__in=kinds)
        ]
    found["statement"] = [
        Thing(
            {"number": row.number},
            offices=frozenset(SubsidyItem.objects.filter(statement=row).values_list("district__code", flat=True)),
            issued=row.status == "issued",
        )
        for row in SubsidyStatement.objects.all()
    ]
    found["subsidy_receipt"] = [Thing({"number": row.number}) for row in SubsidyReceipt.objects.all()]
    found["subsidy_reminder"] = [
        Thing({"number": row.number}, offices=frozenset({row.payer.code}))
        for row in SubsidyReminder.objects.select_related("payer")
    ]
    rows = {row.number: row for row in Registration.objects.select_related("resident__community", "office")}
    found["scan"] = [
        Thing(
            {"number": scan.object_number, "key": scan.key}, row.resident, frozenset({row.office.code}), text=scan.name
        )
        for scan in Attachment.objects.filter(object_type="registration.registration")
        for row in [rows[scan.object_number]]
    ]
    found["draft scan"] = [
        Thing({"draft_id": scan.object_number, "key": scan.key}, user_id=scan.attached_by_id, text=scan.name)
        for scan in Attachment.objects.filter(object_type="registration.registrationdraft")
    ]
    handovers = Handover.objects.exclude(sheet="").select_related(
        "giver", "taker", "registration__resident__community"
    )
    for row in handovers:
        offices = frozenset({row.giver.code, row.taker.code if row.taker else "agency"})
        of = (row.registration.resident, offices, row.registration.resident.name)
        day = {
            "day": row.handed_on.isoformat(),
            "giver": row.giver.code,
            "taker": row.taker.code if row.taker else "agency",
        }
        for kind, kwargs in (("transmittal", {"number": row.sheet}), ("transmittal day", day)):
            found.setdefault(kind, []).append(Thing(kwargs, of[0], of[1], text=of[2]))
    return found


def spread(found: list[Thing], count: int) -> list[Thing]:
    """At most `count` of the things, from the first to the last."""
    step = max(1, len(found) // count)
    return found[::step][:count]
