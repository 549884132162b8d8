"""The demo city: the same for the same arguments, lawful by the rules, and large enough where it is asked to be."""

import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction

from claims.models import FeeLine, Settlement, Stay
from claims.services.settlement import differences
from enrollment.contributions.models import BenefitPeriod, ContributionNotice, Receipt
from enrollment.registration import idnumber
from enrollment.registration.models import Circumstance, Enrollment, Registration, Resident
from funds.models import JournalEntry
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.numbers import PREFIXES
from liaoyang_medins.portal.demo import history
from liaoyang_medins.portal.demo.bulk import Table
from liaoyang_medins.portal.demo.city import CitySize, create_demo_city
from liaoyang_medins.portal.demo.people import BIRTHPLACES, SERIALS, Town
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


def test_the_same_arguments_make_the_same_city(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "BATCH", 25)
    size = CitySize(residents=60, settlements=40)
    first = content(size)
    assert {name: len(rows) for name, rows in first.items() if not rows} == {}
    assert content(size) == first


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


def test_a_row_that_says_what_its_table_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError, match="registration_resident has no field nickname"):
        Table(Resident).write([{"id": 1, "nickname": "x"}])


def test_text_comes_back_as_it_was_written() -> None:
    text = "a\\b\tc\nd\re\\N 中"
    table = Table(Resident)
    (key,) = table.keys(1)
    table.write(
        [
            {
                "id": key,
                "number": "P2009-0000001",
                "name": "王\\",
                "sex": "M",
                "birth_date": datetime.date(1940, 1, 1),
                "community_id": factories.community().pk,
                "address": text,
            }
        ]
    )
    resident = Resident.objects.get(pk=key)
    assert (resident.address, resident.name, resident.id_number, resident.version) == (text, "王\\", None, 1)


def test_a_city_is_not_made_over_another(capsys: pytest.CaptureFixture[str]) -> None:
    factories.community()
    with pytest.raises(CommandError, match="not empty"):
        call_command("create_demo_city", "--residents", "10")
    call_command("create_demo_city", "--residents", "10", "--if-empty")
    assert capsys.readouterr().out == ""
