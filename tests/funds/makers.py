"""Documents of the apps below, made as rows: what the funds draw from, in any state and order."""

import datetime
import itertools
from decimal import Decimal

from claims.models import Diagnosis, Institution, Reversal, Settlement, Stay
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.registration.models import Enrollment, Resident
from liaoyang_medins.kernel import clock, money
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.models import Office
from tests import factories

D = datetime.date
HASH = "0" * 64
_serial = itertools.count(1)


def yuan(amount: str | int) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def person(home: str = "211002001001", **values) -> Resident:
    return factories.resident(home=factories.community(home), **values)


def notice(
    resident: Resident,
    *,
    year: int = 2010,
    personal: str | int = 200,
    government: str | int = 100,
    tier: str = "ordinary",
    category: str = "elderly",
    paid_on: D | None = None,
    district: Office | None = None,
) -> ContributionNotice:
    """A notice of the year, open, or paid on a day."""
    relation = Enrollment.objects.filter(resident=resident, ends=None).first() or Enrollment.objects.create(
        number=next_number("enrollment", D(2008, 7, 1)), resident=resident, starts=D(2008, 7, 1)
    )
    city, share = money.split(yuan(government), Decimal("0.55"))
    found = ContributionNotice.objects.create(
        number=next_number("notice", D(year, 1, 1)),
        resident=resident,
        enrollment=relation,
        kind="renewal",
        contribution_year=year,
        category=category,
        tier=tier,
        personal=yuan(personal),
        government=yuan(government),
        city=city,
        district_share=share,
        district=district or resident.community.parent.parent,
        eligible_since=D(2008, 7, 1),
        issued_on=D(year - 1, 9, 15),
        pay_from=D(year - 1, 7, 1),
        pay_until=D(year, 12, 31),
        policy_version=1,
        policy_hash=HASH,
    )
    if paid_on:
        pay(found, paid_on)
    return found


def pay(notice: ContributionNotice, on: D) -> Receipt:
    """The exact payment of a notice."""
    notice.status, notice.paid_on = "paid", on
    notice.save()
    return receipt(on, notice.personal, notice=notice)


def receipt(
    on: D, amount: str | Decimal | int, *, notice: ContributionNotice | None = None, problem: str = "unknown_notice"
) -> Receipt:
    """Money that came in: matched to `notice`, or unmatched."""
    return Receipt.objects.create(
        number=next_number("receipt", on),
        notice=notice,
        stated_notice=notice.number if notice else "?",
        amount=yuan(amount),
        paid_on=on,
        received_on=on,
        channel="bank",
        bank_reference=f"BANK{next(_serial)}",
        status="matched" if notice else "unmatched",
        problem="" if notice else problem,
    )


def assign(receipt: Receipt, notice: ContributionNotice) -> None:
    """A clerk finds the notice that an unmatched receipt belongs to."""
    receipt.notice, receipt.status, receipt.problem = notice, "matched", ""
    receipt.save()
    notice.status, notice.paid_on = "paid", receipt.paid_on
    notice.save()


def give_back(receipt: Receipt, on: D) -> None:
    """The bank takes a payment back (C8), or an unmatched one is paid back."""
    receipt.status, receipt.returned_on = "returned", on
    receipt.save()
    if receipt.notice and receipt.notice.status == "paid":
        receipt.notice.status = "returned"
        receipt.notice.save()


def settlement(resident: Resident, fund: str | int, *, on: D, total: str | int = 10_000) -> Settlement:
    """A settled stay for which the fund pays `fund` yuan."""
    stay = stay_of(resident, on)
    fund = yuan(fund)
    total = yuan(total)
    parts = {} if not fund else {"out_of_scope": 0, "deductible": 500, "over_cap": 0, "copayment": total - fund - 500}
    return Settlement.objects.create(
        number=next_number("settlement", on),
        stay=stay,
        resident=resident,
        sequence=next(_serial),
        settled_on=on,
        decided_on=on,
        cap_from=D(on.year, 1, 1),
        cap_until=D(on.year, 12, 31),
        cap=30_000,
        cap_used=0,
        payable=bool(fund),
        reasons=[] if fund else ["no_benefit"],
        total=total,
        in_scope=total,
        ratio=Decimal("0.45") if fund else None,
        fund=fund,
        resident_pays=total - fund,
        policy_version=1,
        policy_hash=HASH,
        **parts,
    )


def stay_of(resident: Resident, on: D) -> Stay:
    hospital = Institution.objects.filter(code="H0001").first()
    if hospital is None:
        office = Office.objects.create(
            kind="institution",
            code="H0001",
            name="市中心医院",
            name_en="City Central Hospital",
            parent=factories.area(),
        )
        hospital = Institution.objects.create(office=office, code="H0001")
    illness, _created = Diagnosis.objects.get_or_create(code="J18.9", defaults={"name": "肺炎"})
    day = datetime.datetime(on.year, on.month, on.day, 8, tzinfo=clock.SHANGHAI)
    return Stay.objects.create(
        number=next_number("stay", on),
        resident=resident,
        institution=hospital,
        inpatient_number=f"ZY{next(_serial)}",
        status="settled",
        admitted_at=day,
        admitted_on=on,
        discharged_on=on,
        diagnosis=illness,
        category="elderly",
    )


def reverse(settlement: Settlement, on: D) -> Reversal:
    settlement.live = False
    settlement.save()
    return Reversal.objects.create(
        number=next_number("reversal", on), settlement=settlement, reversed_on=on, reason="wrong invoice"
    )
