"""The demo city: the same for the same arguments, lawful by the rules, and large enough where it is asked to be."""

import datetime
import io
import json
import random
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction

from claims.models import FeeLine, Referral, Reversal, Settlement, Stay
from claims.rules import StayFacts
from claims.services.settlement import differences
from enrollment.contributions.models import BenefitPeriod, ContributionNotice, Receipt, WindowLetter
from enrollment.contributions.rules import ContributionFacts
from enrollment.lists.models import ClassMembership
from enrollment.registration import idnumber
from enrollment.registration.models import Circumstance, Enrollment, Registration, Resident
from enrollment.registration.rules import PersonFacts
from funds.models import JournalEntry
from liaoyang_medins.kernel.audit.management.commands.grant_app_role import create_role, grant
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.facts import to_json
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.numbers import PREFIXES
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, Posting
from liaoyang_medins.kernel.policy.terms import Category, Disease, Grade, LowIncome, Sex
from liaoyang_medins.portal.demo import city, people
from liaoyang_medins.portal.demo.bulk import Job, Load, Supply, Table, Writer, facts_json
from liaoyang_medins.portal.demo.city import CitySize, create_demo_city
from liaoyang_medins.portal.demo.hospitals import Hospitals
from liaoyang_medins.portal.demo.people import BIRTHPLACES, SERIALS, Town
from liaoyang_medins.portal.progress import Progress
from tests import factories

pytestmark = pytest.mark.django_db

# What differs between two cities of one kind: keys, and what a browser's form would have brought.
WITHOUT = {"id", "submission"}
TABLES: tuple[type[models.Model], ...] = (
    Resident,
    Circumstance,
    Registration,
    Enrollment,
    ContributionNotice,
    Receipt,
    BenefitPeriod,
    Stay,
    FeeLine,
    Settlement,
    Referral,
    JournalEntry,
)


def content(size: CitySize) -> dict[str, list[tuple[Any, ...]]]:
    """The business content of a fresh city, with every row that it refers to by its number or code."""
    with connection.cursor() as cursor:
        for kind in PREFIXES:
            cursor.execute(f"ALTER SEQUENCE number_{kind} RESTART")
    found = {}
    with transaction.atomic():
        create_demo_city(size, lambda said: None)
        for model in TABLES:
            names = [natural(field) for field in model._meta.concrete_fields if field.name not in WITHOUT]
            rows = model._default_manager.order_by().values_list(*names)
            found[model.__name__] = sorted(rows, key=repr)
        transaction.set_rollback(True)
    return found


def natural(field: Any) -> str:
    target = field.related_model
    if not isinstance(target, type) or not issubclass(target, models.Model):
        return field.name
    names = {other.name for other in target._meta.concrete_fields}
    return f"{field.name}__{next(name for name in ('number', 'code', 'username') if name in names)}"


def test_the_same_arguments_make_the_same_city_however_many_are_written_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = CitySize(residents=60, settlements=40)
    first = content(size)
    assert {name: len(rows) for name, rows in first.items() if not rows} == {}
    monkeypatch.setattr(city, "BATCH", 25)
    monkeypatch.setattr(city, "BATCHES_A_POSTING", 1)
    assert content(size) == first


def test_the_portals_own_role_makes_a_city_that_postgresql_knows_the_size_of() -> None:
    # It owns no table. Not known, each payment at the demo's counters read all residents.
    with connection.cursor() as cursor:
        create_role(cursor, "portal_with_a_city", "word's pass")
        grant(connection, "portal_with_a_city")
        cursor.execute("SET LOCAL ROLE portal_with_a_city")
        create_demo_city(CitySize(residents=60), lambda said: None)
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'registration_resident'::regclass")
        assert cursor.fetchone()[0] >= 60


def test_a_role_that_may_not_analyze_is_told_so_before_it_works_for_hours() -> None:
    with connection.cursor() as cursor:
        create_role(cursor, "portal_without", "word's pass")
        grant(connection, "portal_without")
        cursor.execute("REVOKE MAINTAIN ON registration_resident FROM portal_without")
        cursor.execute("SET LOCAL ROLE portal_without")
        with pytest.raises(PermissionError, match="may not ANALYZE registration_resident"):
            create_demo_city(CitySize(residents=60), lambda said: None)


def test_people_live_in_households_and_children_bear_their_name() -> None:
    communities = [factories.community("211002001001"), factories.community("211002001002")]
    town = Town(3, communities, [])
    day = datetime.date(2009, 10, 1)
    homes = [(home := town.household(), town.person("infant", day, household=home)) for _number in range(60)]
    sizes = [len(list(of_one)) for _home, of_one in groupby(homes, key=lambda pair: pair[0])]
    assert set(sizes) <= {1, 2, 3, 4}
    assert len(sizes) < 60
    for home, person in homes:
        assert (person.community, person.address, person.name[0]) == (home.community, home.address, home.surname)
    alone = town.person("elderly", day, community=communities[1])
    assert alone.community == communities[1]


def test_every_stage_of_work_is_there() -> None:
    create_demo_city(CitySize(residents=60), lambda said: None)
    assert set(Registration.objects.values_list("status", flat=True)) == set(Registration.Status)
    assert set(Referral.objects.values_list("status", flat=True)) == set(Referral.Status)
    assert {Stay.Status.ADMITTED, Stay.Status.DISCHARGED, Stay.Status.SETTLED} <= set(
        Stay.objects.values_list("status", flat=True)
    )
    assert set(Receipt.objects.values_list("status", flat=True)) >= {Receipt.Status.MATCHED, Receipt.Status.UNMATCHED}
    assert Reversal.objects.exists()


def test_who_has_lost_the_certificate_gets_a_letter_in_the_window_instead_of_a_notice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people, "WITHDRAWN_OF", 2)
    create_demo_city(CitySize(residents=200), lambda said: None)
    withdrawn = Circumstance.objects.filter(kind__in=("low_income", "disability"), ends=people.WITHDRAWN_ON)
    going_on = withdrawn.filter(resident__enrollments__ends=None).values_list("resident", flat=True)
    told = WindowLetter.objects.filter(kind="no_notice").values_list("enrollment__resident", "reasons")
    assert sorted(told) == [(resident, ["working_age_without_status"]) for resident in sorted(going_on)]
    assert not ContributionNotice.objects.filter(resident__in=going_on, contribution_year=2010).exists()
    assert len(told) > 2


def test_children_go_to_a_school_that_has_their_grade() -> None:
    create_demo_city(CitySize(residents=200), lambda said: None)
    rows = ClassMembership.objects.filter(ends=None, grade__isnull=False)
    primary = set(rows.filter(school__name__contains="小学").values_list("grade", flat=True))
    secondary = set(rows.filter(school__name__contains="中学").values_list("grade", flat=True))
    assert (primary, secondary) == ({*primary} & {*range(1, 7)}, {*secondary} & {*range(7, 13)})
    assert len(primary) > 2 < len(secondary)


def test_another_seed_makes_other_people() -> None:
    communities = [factories.community()]
    day = datetime.date(2009, 10, 1)
    first, again, other = (Town(seed, communities, []).person("elderly", day) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_what_is_settled_by_the_thousand_is_what_the_services_would_settle() -> None:
    create_demo_city(CitySize(residents=60, settlements=90), lambda said: None)
    settlements = list(Settlement.objects.select_related("stay"))
    assert len(settlements) > 60
    for settlement in settlements:
        assert differences(settlement) == {}
        lines = settlement.stay.lines.aggregate(amount=models.Sum("amount"), scope=models.Sum("in_scope"))
        assert (lines["amount"], lines["scope"]) == (settlement.total, settlement.in_scope)
    for settlement in settlements:
        earlier = [
            row
            for row in settlements
            if row.resident_id == settlement.resident_id
            and row.live
            and row.sequence < settlement.sequence
            and settlement.cap_from <= row.settled_on <= settlement.cap_until
        ]
        # A student's 2008 counts apart (B5), everything else adds up.
        if settlement.cap == 30_000:
            assert settlement.cap_used == sum((row.fund for row in earlier), ZERO)


class Lowest(random.Random):
    """Draws the lowest number each time."""

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return start if stop is not None else 0


def test_nobody_goes_to_hospital_on_a_cover_that_is_paid_for_later() -> None:
    create_demo_city(CitySize(residents=60), lambda said: None)
    town = Town(3, list(Office.objects.filter(kind=Office.Kind.COMMUNITY)), [])
    town.random = Lowest()
    actors = {name: Actor.of_posting(Posting.objects.get(user__username=name)) for name in ("hospital", "station")}
    hospitals = Hospitals(town, city.AS_OF, actors)
    reaching_back = BenefitPeriod.objects.filter(starts__lt=models.F("notice__paid_on"), resident__stays=None)
    period = reaching_back.select_related("resident", "notice").order_by("pk")[0]
    assert hospitals.stay(period, 100, "settled").admitted_on == period.notice.paid_on
    assert period in hospitals.periods(10, [period.resident_id])
    ContributionNotice.objects.filter(pk=period.notice_id).update(paid_on=city.AS_OF)
    assert period not in hospitals.periods(10, [period.resident_id])


def test_numbers_of_one_day_do_not_run_out() -> None:
    town = Town(1, [factories.community()], [])
    day = datetime.date(2009, 10, 1)
    count = 3 * SERIALS + 1
    numbers = {town.id_number("211002", day, "F") for _number in range(count)}
    assert len(numbers) == count
    assert {number[:6] for number in numbers} == {"211002", *BIRTHPLACES[:3]}
    for number in numbers:
        assert idnumber.parse(number, today=day).sex == "F"


def test_a_town_of_one_place_says_when_its_numbers_are_used_up() -> None:
    town = Town(1, [], [], places=["220102"])
    day = datetime.date(2009, 10, 1)
    for _number in range(SERIALS):
        town.id_number("211002", day, "M")
    with pytest.raises(ValueError, match="No ID number is left"):
        town.id_number("211002", day, "M")


def test_a_field_that_its_table_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError, match="registration_resident has no field nickname"):
        Table(Resident, "id", "nickname")


def test_text_comes_back_as_it_was_written() -> None:
    text = "a\\b\tc\nd\re\\N 中 %s"
    load = Load()
    table = Table(Resident, "id", "number", "name", "sex", "birth_date", "community_id", "address")
    (key,) = load.keys(Resident, 1)
    (number,) = load.numbers(Resident, [datetime.date(2009, 1, 1)])
    row = (key, number, "王\\", "M", datetime.date(1940, 1, 1), factories.community().pk, text)
    load.write(table, [row])
    load.batch()()
    resident = Resident.objects.get(pk=key)
    assert (resident.address, resident.name, resident.id_number, resident.version) == (text, "王\\", None, 1)
    assert Load().keys(Resident, 1)[0] == key + 1
    load.close(datetime.date(2009, 11, 16))
    entry = AuditEntry.objects.get(object_type="registration.resident")
    place = int(number.rpartition("-")[2])
    assert entry.changes == {"count": 1, "first": place, "last": place}


def test_a_number_that_somebody_else_drew_meanwhile_is_an_error() -> None:
    supply = Supply("number_resident")
    taken = supply.take(3)
    Supply("number_resident").settle(taken)
    with pytest.raises(RuntimeError, match="number_resident"):
        supply.settle(taken)


def test_facts_are_written_as_they_are_stored() -> None:
    for notice in (person_facts(), ContributionFacts(person_facts(), datetime.date(2009, 1, 1), None, 2)):
        assert json.loads(facts_json(notice)) == to_json(notice)
    facts = StayFacts(
        Category.ELDERLY,
        Grade.GRADE2,
        Decimal("100.00"),
        Decimal("80.50"),
        Decimal(30_000),
        icd10="F20",
        specialist_for=frozenset({Disease.MENTAL}),
    )
    assert json.loads(facts_json(facts)) == to_json(facts)


def person_facts() -> PersonFacts:
    return PersonFacts(Sex.F, datetime.date(1940, 2, 29), low_income=LowIncome.LOW_INCOME, disability_grade=2)


def test_what_goes_wrong_while_writing_ends_the_load() -> None:
    done: list[int] = []

    def fail() -> None:
        raise LookupError("disk full")

    with pytest.raises(LookupError, match="disk full"):
        write_all([lambda: done.append(1), fail, *[lambda: done.append(2)] * 3])
    assert done == [1]


def write_all(jobs: list[Job]) -> None:
    with Writer() as writer:
        for job in jobs:
            writer.do(job)


def test_jobs_are_done_in_their_order_and_in_the_transaction_of_who_gave_them() -> None:
    community = factories.community()
    with Writer() as writer:
        for number in range(5):
            writer.do(lambda number=number: type(community).objects.filter(pk=community.pk).update(name=f"{number}"))  # type: ignore[misc]
    community.refresh_from_db()
    assert community.name == "4"


def test_on_a_terminal_a_bar_is_drawn_over_itself() -> None:
    stream = io.StringIO()
    progress = Progress(stream, bar=True)
    progress.say("drawing people")
    progress.share = 0.5
    progress.say("done")
    progress.close()
    bars = stream.getvalue().split("\r")[1:]
    assert bars[0].startswith(f"[{'.' * 30}]   0%  drawing people")
    assert bars[1].startswith(f"[{'#' * 15}{'.' * 15}]  50%  done")
    # What was longer is wiped out.
    assert len(bars[1]) == len(bars[0])
    assert bars[-1].endswith("\n")


def test_without_a_terminal_there_is_a_line_for_each_step_and_few_between() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress.say("drawing people")
    for step in range(100):
        progress.show(step / 100)
    progress.say("posting")
    progress.close()
    assert stream.getvalue() == "  0%  drawing people\n 99%  posting\n"


def test_the_command_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_demo_city", "--residents", "30")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "  0%  offices, institutions, catalogue"
    assert said[-1] == f"{Resident.objects.count()} residents"


def test_a_city_is_not_made_over_another(capsys: pytest.CaptureFixture[str]) -> None:
    factories.community()
    with pytest.raises(CommandError, match="not empty"):
        call_command("create_demo_city", "--residents", "10")
    call_command("create_demo_city", "--residents", "10", "--if-empty")
    assert capsys.readouterr().out == ""
