"""A small city in which everything has happened once, through the services: the demo city and the weeks after it."""

import datetime
import json
import uuid
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from claims import services as claims
from claims.api import services as clients
from claims.data import AdmissionData, LineData
from claims.inspections.models import Inspection
from claims.models import Institution, Settlement
from enrollment.contributions import services as contributions
from enrollment.contributions.models import ContributionNotice, Receipt
from enrollment.life import services as life
from enrollment.life.models import Merge
from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData, PersonData
from enrollment.registration.models import Enrollment, MaterialCheck, Registration, Resident
from enrollment.registration.services import scans
from funds import selectors
from funds import services as funds
from funds.paying import services as paying
from funds.paying.models import Declaration, PaymentBatch
from funds.published import services as published
from funds.supervision import services as supervision
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, Posting
from liaoyang_medins.kernel.policy.terms import Material, Sex
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.portal.demo.city import CitySize, create_demo_city
from tests import factories, signing
from tests.scans import PNG

D = datetime.date
JOB = Actor.job("tests")
RESIDENTS = 60
TODAY = D(2010, 1, 8)
ALL_PRESENT = dict.fromkeys(Material, MaterialCheck.State.PRESENT)
# What the demo's past consists of.
LOADED = (Resident, Registration, Enrollment, ContributionNotice, Receipt)


def actor(username: str) -> Actor:
    """The account of the demo city."""
    return Actor.of_posting(Posting.objects.select_related("user", "office").get(user__username=username))


def enroll(name: str, birth: D, sex: str, on: D, paid_on: D, id_number: str = "") -> Resident:
    """Somebody of the demo's community goes all the way to the paid notice."""
    notice = notice_of(name, birth, sex, on, id_number)
    pay(notice, paid_on)
    return Resident.objects.get(pk=notice.resident_id)


def notice_of(name: str, birth: D, sex: str, on: D, id_number: str = "") -> ContributionNotice:
    """The same as far as the notice."""
    clerk, home = actor("community"), Office.objects.get(code="211002001001")
    person = PersonData(name, birth, Sex(sex), home, id_number or factories.id_number(birth, sex))
    with clock.on_day(on):
        row = registration.register_resident(
            submission=uuid.uuid4(),
            person=person,
            circumstances=[CircumstanceData("hukou", "native", birth)],
            materials=ALL_PRESENT,
            by=clerk,
        )
        scan = SimpleUploadedFile("scan.png", PNG)
        scans.attach_scan(number=row.number, material=Material.ID_CARD, file=scan, by=clerk)
        for by in (clerk, actor("subdistrict")):
            row = registration.forward(number=row.number, version=row.version, by=by)
        row = registration.approve(number=row.number, version=row.version, by=actor("district"))
        return contributions.take_into_records(registration_number=row.number, version=row.version, by=actor("clerk"))


def pay(notice: ContributionNotice, on: D, known: D | None = None, **values: Any) -> Receipt:
    stated = {
        "stated_notice": notice.number,
        "amount": notice.personal,
        "bank_reference": f"SC {notice.resident.id_number} {notice.contribution_year}",
        "channel": "bank",
    }
    with clock.on_day(known or on):
        return contributions.record_payment(paid_on=on, by=actor("clerk"), **stated | values)


def settle(person: Resident, admitted: D, amount: str, inpatient_number: str) -> Settlement:
    """A stay of three days in the demo's hospital, with one line of class A."""
    hospital, leaves = actor("hospital"), admitted + datetime.timedelta(days=3)
    with clock.on_day(leaves):
        moment = datetime.datetime.combine(admitted, datetime.time(10), tzinfo=clock.SHANGHAI)
        stay = claims.admit(
            admission=AdmissionData(person.number, inpatient_number, moment, "J18.9", card_presented_at=moment),
            by=hospital,
        )
        line = LineData(admitted, covered_item(), Decimal(1), Decimal(amount))
        claims.add_lines(stay_number=stay.number, lines=[line], by=hospital)
        claims.discharge(stay_number=stay.number, discharged_on=leaves, by=hospital)
        return claims.settle_stay(stay_number=stay.number, by=hospital)


def covered_item() -> str:
    """An item of class A without a price limit."""
    rows = apps.get_model("claims", "CatalogueItem").objects.filter(catalogue_class="A", price_limit=None, ends=None)
    return str(rows.order_by("code").values_list("code", flat=True)[0])


def by_software(person: Resident, admitted: D) -> None:
    """A stay that the hospital's software brings, with what goes wrong on its way: a wrong total, a settlement that is
    undone by its message and made again, a message that is withdrawn.
    """
    code = Institution.objects.get(office=actor("hospital").office).code
    client, secret = clients.open_client(institution_code=code, by=actor("admin"))
    form = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret}
    http = Client()
    token = http.post("/api/v1/oauth/token", form).json()["access_token"]

    def call(key: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
        data = "" if body is None else json.dumps(body)
        answer = http.post(f"/api/v1/{path}", data, content_type="application/json", headers=headers)
        assert answer.status_code < 300 or key.endswith("WRONG"), answer.content.decode()
        found: dict[str, Any] = answer.json()
        return found

    with clock.on_day(TODAY):
        admission = {"person_number": person.number, "inpatient_number": "SC-5", "diagnoses": ["J18.9"]}
        at = f"{admitted}T10:00:00+08:00"
        stay = call("SC-1", "stays", admission | {"admitted_at": at, "card_presented_at": at})["stay_number"]
        given = {"line_number": "1", "item_code": covered_item(), "at": at, "quantity": "1"}
        call("SC-2", f"stays/{stay}/lines", {"lines": [{**given, "unit_price": "8000", "amount": "8000.00"}]})
        leaves = {"discharged_at": f"{admitted + datetime.timedelta(days=1)}T10:00:00+08:00", "way": "ordered"}
        call("SC-3", f"stays/{stay}/discharge", leaves)
        call("SC-4-WRONG", f"stays/{stay}/settlement", {"stated_total": "1.00"})
        call("SC-5", f"stays/{stay}/settlement", {"stated_total": "8000.00"})
        call("SC-6", "messages/SC-5/undo")
        call("SC-7", "messages/SC-LATE/undo")
        call("SC-8", f"stays/{stay}/settlement", {"stated_total": "8000.00"})


def declare(institution: Institution) -> None:
    """What an institution declares by now is confirmed, examined, checked, approved and paid, less what it repays; of
    two others one declaration is with the bank, and one a draft.
    """
    others = Institution.objects.filter(designations__isnull=False, specialties=None).exclude(pk=institution.pk)
    others = others.exclude(office__in=[actor("hospital").office, actor("station").office])
    at_the_bank, drawn = others.exclude(declarations__carried_out__gt=0).order_by("code").distinct()[:2]
    for place, where in enumerate((institution, at_the_bank, drawn)):
        treat(where, f"SC-9{place}")
        paying.draw_declaration(institution=where.code, month=D(2009, 11, 1), by=actor("clerk"))
    for place, found in enumerate(approved(institution)):
        paying.record_paid(
            number=found.number,
            version=found.version,
            paid_on=clock.today(),
            bank_reference=f"SC-PB-{place}",
            by=actor("reviewer"),
        )
    approved(at_the_bank)
    # What was paid is reversed by the desk alone: it is asked to.
    asked = Settlement.objects.get(stay__inpatient_number="SC-90")
    with suppress(Refused):
        claims.reverse_settlement(number=asked.number, reason="录入有误", by=actor("reviewer"))


def treat(institution: Institution, inpatient_number: str) -> None:
    """Somebody's stay in November, entered by the agency and settled there."""
    covered = Resident.objects.filter(
        stays=None, benefit_periods__starts__lte=D(2009, 11, 1), benefit_periods__ends__gte=D(2009, 12, 31)
    )
    clerk, person = actor("clerk"), covered.order_by("number")[0]
    with clock.on_day(D(2009, 11, 30)):
        moment = datetime.datetime.combine(D(2009, 11, 24), datetime.time(10), tzinfo=clock.SHANGHAI)
        admission = AdmissionData(
            person.number, inpatient_number, moment, "J18.9", institution=institution.code, card_presented_at=moment
        )
        stay = claims.admit(admission=admission, by=clerk)
        line = LineData(D(2009, 11, 24), covered_item(), Decimal(1), Decimal("9000.00"))
        claims.add_lines(stay_number=stay.number, lines=[line], by=clerk)
        claims.discharge(stay_number=stay.number, discharged_on=D(2009, 11, 28), by=clerk)
        claims.settle_stay(stay_number=stay.number, by=actor("reviewer"))


def approved(institution: Institution) -> list[PaymentBatch]:
    """The batches by which the bank is to pay all that an institution declared and was not paid."""
    clerk, reviewer, approver = actor("clerk"), actor("reviewer"), actor("approver")
    user = next((one for one in ("hospital", "station") if actor(one).office == institution.office), "clerk")
    steps = (
        ("draft", paying.confirm_declaration, actor(user)),
        ("submitted", paying.examine_declaration, clerk),
        ("examined", paying.check_declaration, reviewer),
        ("checked", paying.approve_declaration, approver),
    )
    made = []
    for row in Declaration.objects.filter(institution=institution, closed_on=None).order_by("month"):
        for status, verb, by in steps:
            if row.status == status:
                row = verb(number=row.number, version=row.version, by=by)
        if row.status == "approved":
            made.append(paying.make_batch(submission=uuid.uuid4(), declarations=[row.number], by=reviewer))
    return made


def sweep(on: D) -> None:
    with clock.on_day(on):
        funds.post_documents(by=JOB)


def statement(kind: str, first: D, prepared: D) -> Any:
    with clock.on_day(prepared):
        row = funds.prepare_statement(kind=kind, period_from=first, by=actor("clerk"))
    with clock.on_day(prepared + datetime.timedelta(days=2)):
        return signing.issued(row, actor("reviewer"))


def build() -> None:
    """The city on 8 January 2010."""
    create_demo_city(CitySize(residents=RESIDENTS), lambda text: None)
    clerk, reviewer = actor("clerk"), actor("reviewer")
    elder = enroll("周老伯", D(1940, 5, 6), "M", D(2009, 11, 17), D(2009, 11, 20))
    child = enroll("周小宝", D(2009, 10, 20), "F", D(2009, 11, 17), D(2009, 11, 20))
    with clock.on_day(D(2009, 11, 17)):
        runs.work_off(number=contributions.remind(contribution_year=2010, by=clerk, calls=False).number)
    renewals = ContributionNotice.objects.filter(status="open", kind="renewal").order_by("number")
    first, second, third, fourth = renewals[:4]

    returned = pay(first, D(2009, 11, 25))
    # Paid without a number that anybody knows; held, found, assigned.
    lost = pay(second, D(2009, 11, 26), stated_notice="N2009-8888888")
    sweep(D(2009, 11, 26))
    with clock.on_day(D(2009, 11, 27)):
        contributions.assign_receipt(
            number=lost.number, version=lost.version, notice_number=second.number, by=reviewer
        )
    # Moved to another district, so that the notice is made anew when it is paid.
    mover = Resident.objects.get(pk=third.resident_id)
    away = Office.objects.filter(kind="community").exclude(code__startswith=mover.community.code[:6]).order_by("code")
    person = PersonData(mover.name, mover.birth_date, Sex(mover.sex), away[0], mover.id_number)
    with clock.on_day(D(2009, 11, 27)):
        registration.change_resident(number=mover.number, version=mover.version, person=person, by=clerk)
    pay(third, D(2009, 11, 28))
    back = Receipt.objects.filter(status="unmatched").order_by("number")[0]
    with clock.on_day(D(2009, 11, 30)):
        contributions.return_receipt(
            number=back.number, version=back.version, returned_on=D(2009, 11, 30), note="退回", by=reviewer
        )
    contributions.lapse_unpaid(on=D(2009, 12, 1), by=JOB)
    # Dated inside the window and known after it: the lapse is undone.
    pay(fourth, D(2009, 11, 30), known=D(2009, 12, 2))

    window = statement("window", D(2009, 10, 1), D(2009, 12, 3))
    with clock.on_day(D(2009, 12, 7)):
        funds.record_subsidy(
            number=window.number,
            payer="211000",
            amount=Decimal("50.00"),
            paid_on=D(2009, 12, 7),
            bank_reference="CZ-2",
            by=clerk,
        )
    with clock.on_day(D(2009, 12, 10)):
        contributions.return_receipt(
            number=returned.number, version=returned.version, returned_on=D(2009, 12, 9), note="退票", by=reviewer
        )
    enroll("周大叔", D(1941, 2, 3), "M", D(2009, 12, 14), D(2009, 12, 16))
    settle(child, D(2009, 12, 1), "60000.00", "SC-1")
    settle(child, D(2009, 12, 10), "20000.00", "SC-2")
    settle(child, D(2009, 12, 20), "90.00", "SC-3")
    small = settle(child, D(2009, 12, 26), "80.00", "SC-4")
    with clock.on_day(D(2009, 12, 30)):
        claims.reverse_settlement(number=small.number, reason="录入有误", by=reviewer)
        sender, receiver = Institution.objects.filter(may_refer=True, out_of_city=False).order_by("code")[:2]
        referral = claims.request_referral(
            resident_number=elder.number,
            from_institution=sender.code,
            to_institution=receiver.code,
            diagnosis="J18.9",
            reason="转诊",
            issued_on=D(2009, 12, 30),
            valid_until=D(2010, 1, 30),
            by=clerk,
        )
        claims.approve_referral(number=referral.number, by=reviewer)
        declare(Inspection.objects.get(status="decided").institution)
    alive = Enrollment.objects.filter(ends=None, resident__stays=None).exclude(resident=fourth.resident)
    dead = alive.order_by("number")[0].resident
    with clock.on_day(D(2010, 1, 2)):
        registration.add_circumstance(
            resident_number=dead.number, circumstance=CircumstanceData("death", "died", D(2009, 12, 31)), by=clerk
        )
    # The double record that the demo's clerk found.
    with clock.on_day(D(2010, 1, 3)):
        merge = Merge.objects.get(status="proposed")
        life.approve_merge(pk=merge.pk, version=merge.version, by=reviewer)
    statement("month", D(2009, 12, 1), D(2010, 1, 4))
    enroll("周大娘", D(1945, 3, 8), "F", D(2010, 1, 5), D(2010, 1, 7))
    # An employer paid a part; the rest is still to come. Of another all parts came, and one went back.
    part = {"channel": "employer", "payer": "辽阳石化公司"}
    held = notice_of("周奶奶", D(1944, 4, 9), "F", D(2010, 1, 5))
    pay(held, D(2010, 1, 6), amount=Decimal(30), bank_reference="SC PART 1", **part)
    parted = notice_of("周爷爷", D(1943, 4, 9), "M", D(2010, 1, 5))
    first_part = pay(parted, D(2010, 1, 6), amount=Decimal(30), bank_reference="SC PART 2", **part)
    pay(parted, D(2010, 1, 6), amount=parted.personal - 30)
    sweep(D(2010, 1, 6))
    with clock.on_day(D(2009, 12, 8)):
        funds.take_back_subsidy(number=window.receipts.get().number, reason="记错结算单", by=reviewer)
        funds.record_subsidy(
            number=window.number,
            payer="211000",
            amount=Decimal("50.00"),
            paid_on=D(2009, 12, 7),
            bank_reference="CZ-2",
            by=clerk,
        )
    with clock.on_day(D(2010, 1, 6)):
        runs.work_off(number=funds.ask_for_workbook(number=window.number, by=actor("city-finance"), calls=False).run)
    with clock.on_day(D(2010, 1, 7)):
        first_part.refresh_from_db()
        contributions.return_receipt(
            number=first_part.number, version=first_part.version, returned_on=D(2010, 1, 7), note="退票", by=reviewer
        )
    pay(parted, D(2010, 1, 7), amount=Decimal(30), bank_reference="SC PART 3", **part)
    with clock.on_day(D(2010, 1, 7)):
        late = selectors.overdue(clerk, clock.today())[window.pk]
        funds.remind_payer(number=window.number, payer=late[-1].payer.code, by=clerk)
    by_software(fourth.resident, D(2010, 1, 4))
    with clock.on_day(TODAY):
        runs.work_off(number=contributions.start_benefits(by=clerk, calls=False).number)
    sweep(TODAY)
    publish_the_past()
    say_what_was_loaded()
    while audit.seal():
        pass
    # Nobody vacuums inside a test: without figures on its tables PostgreSQL joins them row by row.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def publish_the_past() -> None:
    """The figures of supervision are counted, and those of 2008 published."""
    with clock.on_day(TODAY):
        supervision.refresh(whole=True, by=JOB)
        made = published.prepare_publication(year=2008, by=actor("clerk"))
        published.publish(number=made.number, version=made.version, by=actor("reviewer"))


def say_what_was_loaded() -> None:
    """The demo's past was written at once; each record of it that has no entry is in one that says so."""
    said = set(AuditEntry.objects.values_list("object_number", flat=True))
    said |= set(AuditEntry.objects.filter(verb="registrations.record").values_list("changes__enrollment", flat=True))
    for model in LOADED:
        loaded(model, *(number for number in model.objects.values_list("number", flat=True) if number not in said))


def loaded(model: Any, *numbers: str) -> None:
    """Write that the records with these numbers were loaded."""
    for number in numbers:
        with clock.on_day(TODAY):
            audit.record_load(by=JOB, model=model, numbers=[number])
