"""Lists that are handed over (A6): drafted, issued by a second person, frozen."""

import datetime
from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from claims.models import Settlement
from claims.services.records import require_other_maker
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.states import require_transition, require_version

from .. import selectors
from ..models import HandoverLine, HandoverList
from ..selectors import CHUNK, FIGURES

Kind, Status = HandoverList.Kind, HandoverList.Status
TOLD = 20


@transaction.atomic
def draft_list(*, kind: str, until: datetime.date, district: str = "", by: Actor) -> HandoverList:
    """Draft the next list of a kind: what was discharged until `until` and is in no list yet, and corrections of what
    earlier lists had and was reversed since. `district` (a code) limits it to those who lived there at discharge.

    Invalid for a day in the future or before the period begins, Conflict where there is a draft of the kind already,
    Refused where there is nothing to hand over.
    """
    by.require("handover.draft")
    today = clock.today()
    where = district_named(district)
    starts = selectors.begins(kind, where)
    if until > today:
        raise Invalid(_("The last day lies in the future."), field="until")
    if until < starts:
        raise Invalid(
            _("The lists before reach until then already: the next one begins on %(day)s.") % {"day": starts},
            field="until",
        )
    try:
        with transaction.atomic():
            made = HandoverList.objects.create(
                number=next_number("handover_list", today),
                kind=kind,
                period_from=starts,
                period_until=until,
                district=where,
                drafted_on=today,
                made_by_id=by.user_id,
            )
    except IntegrityError as error:
        if "handover_one_draft_a_kind" not in str(error):
            raise
        raise Conflict(
            _("There is a draft of this kind already. Issue or discard it first."), code="draft_exists"
        ) from error
    fill(made)
    sums = selectors.sums_of(made.lines.all())
    if not sums.count:
        raise Refused(_("There is nothing to hand over for this period."), code="nothing_to_hand_over", field="until")
    audit.record(
        by=by,
        verb="handover.draft",
        obj=made,
        changes={"kind": kind, "until": until, "district": district, "lines": sums.count, "amount": sums.amount},
    )
    return made


def district_named(code: str) -> Office | None:
    if not code:
        return None
    district = Office.objects.filter(kind="district", code=code).first()
    if district is None:
        raise Invalid(_("Choose the district."), field="district", code="district_unknown")
    return district


def fill(made: HandoverList) -> None:
    """Write the lines of a draft, a chunk at a time."""
    districts = districts_of_communities()
    chunk: list[HandoverLine] = []
    for line in lines_for(made, districts):
        chunk.append(line)
        if len(chunk) == CHUNK:
            HandoverLine.objects.bulk_create(chunk)
            chunk = []
    HandoverLine.objects.bulk_create(chunk)


def lines_for(made: HandoverList, districts: dict[int, int]) -> Iterator[HandoverLine]:
    for settlement in selectors.unlisted(made.kind, made.period_until).iterator(chunk_size=CHUNK):
        line = line_of(made, settlement, districts)
        if made.district_id in (None, line.district_id):
            yield line
    corrections = selectors.to_correct(made.kind)
    if made.district_id is not None:
        corrections = corrections.filter(district=made.district_id)
    for earlier in corrections.iterator(chunk_size=CHUNK):
        yield taken_back(made, earlier)


def districts_of_communities() -> dict[int, int]:
    """Community → its district, by their keys."""
    rows = Office.objects.filter(kind="community").values_list("pk", "parent__parent")
    return {community: district for community, district in rows if district is not None}


def line_of(made: HandoverList, settlement: Settlement, districts: dict[int, int]) -> HandoverLine:
    """The settlement as it is now; of the list for assistance everything that is left to the resident."""
    resident = settlement.resident
    handed = settlement.over_cap if made.kind == Kind.OVER_CAP else settlement.resident_pays
    return HandoverLine(
        list=made,
        kind=made.kind,
        settlement=settlement,
        district_id=districts[settlement.lived_in],  # type: ignore[attr-defined]
        resident_number=resident.number,
        name=resident.name,
        id_number=resident.id_number or "",
        low_income=settlement.status or "",  # type: ignore[attr-defined]
        institution=settlement.stay.institution.office.name,
        settled_on=settlement.settled_on,
        total=settlement.total,
        fund=settlement.fund,
        out_of_scope=settlement.out_of_scope,
        deductible=settlement.deductible,
        copayment=settlement.copayment,
        over_cap=settlement.over_cap,
        amount=handed,
    )


def taken_back(made: HandoverList, earlier: HandoverLine) -> HandoverLine:
    """The line that corrects one of an earlier list: the same, with negative figures."""
    return HandoverLine(
        list=made,
        kind=made.kind,
        corrects=earlier,
        settlement_id=earlier.settlement_id,
        district_id=earlier.district_id,
        resident_number=earlier.resident_number,
        name=earlier.name,
        id_number=earlier.id_number,
        low_income=earlier.low_income,
        institution=earlier.institution,
        settled_on=earlier.settled_on,
        **{name: -getattr(earlier, name) for name in FIGURES},
    )


@transaction.atomic
def issue_list(*, number: str, version: int, by: Actor) -> HandoverList:
    """Issue a draft: from then on nothing of it changes. Refused for who drafted it, and where settlements in it were
    reversed since; Conflict where it was issued, discarded or changed.
    """
    by.require("handover.issue")
    found = lock_list(number, version, Status.ISSUED, by)
    require_other_maker(found.made_by_id, by)
    gone = selectors.reversed_since(found)
    if gone:
        raise Refused(
            _("These settlements were reversed since it was drafted. Discard it and draft it again."),
            code="reversed_since",
            reasons=gone[:TOLD],
        )
    found.status, found.issued_on, found.issued_by_id = Status.ISSUED, clock.today(), by.user_id
    found.sha256 = selectors.seal_of(found)
    found.version += 1
    found.save(update_fields=["status", "issued_on", "issued_by", "sha256", "version"])
    audit.record(by=by, verb="handover.issue", obj=found, changes={"sha256": found.sha256})
    return found


@transaction.atomic
def discard_list(*, number: str, version: int, by: Actor) -> HandoverList:
    """Discard a draft: its settlements go into the next one. Conflict as in `issue_list`."""
    by.require("handover.discard")
    found = lock_list(number, version, Status.DISCARDED, by)
    gone, _rows = found.lines.all().delete()
    found.status = Status.DISCARDED
    found.version += 1
    found.save(update_fields=["status", "version"])
    audit.record(by=by, verb="handover.discard", obj=found, changes={"lines": gone})
    return found


def lock_list(number: str, version: int, then: HandoverList.Status, by: Actor) -> HandoverList:
    found = selectors.lists_visible_to(by).select_for_update(of=("self",)).filter(number=number).first()
    if found is None:
        raise Invalid(_("There is no list with this number here."), code="list_unknown")
    require_transition(HandoverList.TRANSITIONS, found.status, then, label=found.get_status_display())
    require_version(found.version, version, told=lambda: last_change(found))
    return found
