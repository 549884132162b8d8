"""digest: the same business content has the same digest, whatever the keys; any other content has another."""

import datetime
import io
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models, transaction

from enrollment.contributions import services as contributions
from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.portal.digest import (
    APPS,
    LEFT_OUT,
    LEFT_OUT_MODELS,
    LEFT_OUT_OF,
    digest_of,
    digest_table,
    digest_tables,
    digested_fields,
    digested_models,
)
from tests import factories

from . import sound_city
from .faults import open_up

pytestmark = pytest.mark.django_db
D = datetime.date


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The sound city, once for all tests of this file that look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        sound_city.build()
        yield
        transaction.set_rollback(True)


def test_every_table_of_the_business_is_in_it():
    everything = {model for app in APPS for model in apps.get_app_config(app).get_models() if not model._meta.proxy}
    assert everything - set(digested_models()) == LEFT_OUT_MODELS
    others = {config.label for config in apps.get_app_configs() if any(True for _ in config.get_models())} - set(APPS)
    assert others == {"auth", "contenttypes", "sessions", "audit", "runs", "portal", "web", "oauth2_provider", "api"}


# --- other content ---------------------------------------------------------------------------------------------------


def another_value(field: Any) -> str:
    """SQL for a value of the field that no row has now."""
    column = f'"{field.column}"'
    if field.related_model is not None:
        table, key = field.related_model._meta.db_table, field.related_model._meta.pk.column
        return f"(SELECT {key} FROM {table} WHERE {key} IS DISTINCT FROM own.{column} LIMIT 1)"  # noqa: S608
    if isinstance(field, models.BooleanField):
        return f"NOT {column}"
    if isinstance(field, models.JSONField):
        return "'[\"another\"]'"
    if isinstance(field, models.DateTimeField):
        return f"coalesce({column} + interval '1 minute', now())"
    if isinstance(field, models.DateField):
        return f"coalesce({column} + 1, date '2011-11-11')"
    if isinstance(field, models.DecimalField):
        return f"coalesce({column}, 0) + {Decimal(1).scaleb(-field.decimal_places)}"
    if isinstance(field, models.UUIDField):
        return "gen_random_uuid()"
    if isinstance(field, models.IntegerField):
        return f"coalesce({column}, 0) + 1"
    if isinstance(field, models.BinaryField):
        return f"{column} || '!'::bytea"
    rest = f"coalesce(right({column}, {(field.max_length or 2) - 1}), '')"
    return f"CASE WHEN left({column}, 1) = '!' THEN '?' ELSE '!' END || {rest}"


def change_one(model: type[models.Model], field: Any) -> None:
    """Change the field in one row, whatever constraint or trigger stands against it."""
    open_up(model)
    key = model._meta.pk.column
    # An entry of the journal that a receipt is assigned by counts with the receipt's own; another stands for it here.
    where = "WHERE document_type = 'settlement'" if model._meta.model_name == "journalentry" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE {model._meta.db_table} AS own SET "{field.column}" = {another_value(field)} '  # noqa: S608
            f"WHERE {key} = (SELECT max({key}) FROM {model._meta.db_table} {where})"
        )
        assert cursor.rowcount == 1


@pytest.mark.parametrize("model", digested_models(), ids=lambda model: model._meta.db_table)
def test_any_changed_field_of_content_changes_the_digest_and_nothing_else_does(city, model):
    before = digest_table(model)
    assert before.rows > 0
    for field in model._meta.concrete_fields:
        if field.primary_key and field.name == "id":
            continue
        content = field in digested_fields(model)
        with transaction.atomic():
            change_one(model, field)
            after = digest_table(model)
            assert (after.digest != before.digest) == content, field.name
            transaction.set_rollback(True)
    assert digest_table(model) == before


def test_one_table_changed_changes_the_whole(city):
    before = digest_tables()
    Resident.objects.filter(pk=Resident.objects.all()[0].pk).update(phone="1")
    after = digest_tables()
    assert [old.table for old, new in zip(before, after, strict=True) if old != new] == ["registration_resident"]
    assert digest_of(before) != digest_of(after)


def test_a_row_gone_and_a_row_twice_change_it(city):
    model = apps.get_model("claims", "FeeLine")
    before = digest_table(model)
    line = model.objects.all()[0]
    line.pk = None
    open_up(model)
    line.save(force_insert=True)
    twice = digest_table(model)
    model.objects.filter(stay=line.stay, line_number=line.line_number).delete()
    gone = digest_table(model)
    assert len({before.digest, twice.digest, gone.digest}) == 3
    assert (twice.rows - before.rows, gone.rows - before.rows) == (1, -1)


# --- the same content ------------------------------------------------------------------------------------------------


def renumber() -> None:
    """Give every row another key and another number, in the opposite order, and tell all who point at it.

    Numbers that payers stated and nothing has stay as they are.
    """
    pointing = (*APPS, "runs", "api", "oauth2_provider")
    changed = [model for app in pointing for model in apps.get_app_config(app).get_models() if not model._meta.proxy]
    for model in changed:
        open_up(model)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in changed:
            for field in model._meta.concrete_fields:
                column = f'"{field.column}"'
                serial = isinstance(field.target_field if field.related_model else field, models.AutoField)
                update = f"UPDATE {model._meta.db_table} SET {column} = "  # noqa: S608
                if serial:
                    cursor.execute(f"{update} 8000000 - {column}")
                if field.name in ("number", "document_number", "stated_notice", "object_number"):
                    cursor.execute(
                        f"{update} left({column}, 6) || (8000000 - substring({column}, 7, 7)::int) "
                        f"|| substring({column}, 14) WHERE {column} ~ '^[A-Z][0-9]{{4}}-0[0-9]{{6}}([.][0-9]+)?$'"
                    )


def test_other_keys_and_numbers_do_not_change_it(city):
    before = digest_tables()
    renumber()
    assert Resident.objects.order_by("pk")[0].pk > 7_000_000
    assert digest_tables() == before


def paid_at_once(name: str, birth: D, number: str) -> Callable[[], None]:
    def step() -> None:
        person = sound_city.enroll(name, birth, "M", D(2009, 11, 17), D(2009, 11, 20), number)
        Resident.objects.filter(pk=person.pk).update(address=name)

    return step


def unmatched(reference: str, known: D) -> Callable[[], None]:
    def step() -> None:
        with clock.on_day(known):
            contributions.record_payment(
                stated_notice="?",
                amount=Decimal(100),
                paid_on=D(2009, 11, 18),
                channel="bank",
                bank_reference=reference,
                by=sound_city.actor("clerk"),
            )

    return step


STEPS = [
    paid_at_once("李一", D(1940, 5, 6), factories.id_number(D(1940, 5, 6), "M")),
    paid_at_once("李二", D(1941, 5, 6), factories.id_number(D(1941, 5, 6), "M")),
    unmatched("REF-1", D(2009, 11, 21)),
    unmatched("REF-2", D(2009, 11, 22)),
]


def test_independent_steps_in_another_order_give_the_same(city):
    digests = []
    for steps in (STEPS, STEPS[::-1]):
        with transaction.atomic():
            for step in steps:
                step()
            sound_city.sweep(D(2009, 11, 23))
            digests.append(digest_tables())
            transaction.set_rollback(True)
    assert digests[0] == digests[1]
    assert digests[0] != digest_tables()


def test_when_a_sweep_came_by_does_not_matter(city):
    """A receipt that a sweep saw before a clerk had assigned it passes through the receipts held; the sum is one."""
    notice = ContributionNotice.objects.filter(status="lapsed", kind="renewal")[0]
    digests = []
    for early in (True, False):
        with transaction.atomic():
            lost = sound_city.pay(notice, notice.pay_until, known=sound_city.TODAY, stated_notice="?")
            if early:
                sound_city.sweep(sound_city.TODAY)
            with clock.on_day(sound_city.TODAY):
                contributions.assign_receipt(
                    number=lost.number,
                    version=lost.version,
                    notice_number=notice.number,
                    by=sound_city.actor("reviewer"),
                )
            sound_city.sweep(sound_city.TODAY + datetime.timedelta(days=0 if early else 3))
            digests.append(digest_tables())
            transaction.set_rollback(True)
    assert digests[0] == digests[1]


# --- the command -----------------------------------------------------------------------------------------------------


def printed(*arguments: str) -> str:
    output = io.StringIO()
    call_command("digest", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_prints_each_table_and_the_whole():
    tables = digest_tables()
    lines = printed().splitlines()
    assert lines[-1] == f"{digest_of(tables)}  digest"
    assert lines[:-1] == [f"{table.digest}  {table.table} ({table.rows})" for table in tables]


def test_the_command_prints_json():
    found = json.loads(printed("--json"))
    tables = digest_tables()
    assert found["digest"] == digest_of(tables)
    assert found["tables"] == {table.table: {"rows": table.rows, "digest": table.digest} for table in tables}


def test_secrets_and_moments_are_left_out():
    assert {"password", "last_login", "date_joined"} <= LEFT_OUT_OF[User]
    assert {"id", "number", "version", "submission"} == LEFT_OUT
