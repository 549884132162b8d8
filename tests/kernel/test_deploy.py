"""Production: what it refuses to start without, its settings, its containers, its database roles, its locks."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from liaoyang_medins import settings as production_settings
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.management.commands.grant_app_role import APPEND_ONLY, create_role, grant
from liaoyang_medins.kernel.local import serving, static
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


# Settings


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"])
def test_it_does_not_start_without(name: str, tmp_path: Path) -> None:
    done = manage("check", env=static.production(str(tmp_path)) | {name: ""})
    assert done.returncode != 0
    assert f"Set {name} in the environment" in done.stderr


def test_a_switch_that_is_neither_true_nor_false_is_refused(tmp_path: Path) -> None:
    done = manage("check", env=static.production(str(tmp_path)) | {"HTTPS": "perhaps"})
    assert "HTTPS must be true or false, not 'perhaps'" in done.stderr


def test_message_ids_are_kept_a_month_at_least(tmp_path: Path) -> None:
    done = manage("check", env=static.production(str(tmp_path)) | {"API_MESSAGES_KEPT_DAYS": "29"})
    assert "API_MESSAGES_KEPT_DAYS must be a whole number of 30 or more, not '29'" in done.stderr


def test_passwords_are_kept_with_argon2() -> None:
    assert production_settings.PASSWORD_HASHERS[0].endswith(".Argon2PasswordHasher")


def test_the_log_of_requests_has_no_query() -> None:
    # %(r)s, %(q)s and %(f)s would show what people search for, in the request line, the query or the page before.
    assert set(re.findall(r"%\((.*?)\)s", serving.access_log_format)).isdisjoint({"r", "q", "f"})


# Containers


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return services


def test_compose_has_every_part_and_its_health(compose: dict[str, Any]) -> None:
    assert set(compose) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    assert {name for name, service in compose.items() if "healthcheck" not in service} == {"migrate"}
    for name in ("web", "worker", "beat"):
        assert compose[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_compose_has_no_default_for_a_secret() -> None:
    variables = re.findall(r"\$\{(\w+)([^}]*)\}", (ROOT / "docker-compose.yml").read_text())
    secrets = [rest for name, rest in variables if re.search("SECRET|PASSWORD|HOSTS", name)]
    assert secrets
    assert all(rest.startswith(":?") for rest in secrets)


def test_only_migrations_know_the_owner_of_the_tables(compose: dict[str, Any]) -> None:
    assert [name for name in compose if "DATABASE_OWNER_URL" in compose[name]["environment"]] == ["migrate"]
    assert compose["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_the_settings_that_are_documented_are_those_that_are_read() -> None:
    read = set()
    for path in (ROOT / "liaoyang_medins").rglob("*.py"):
        read |= set(
            re.findall(
                r'(?:environ\.get\(|environ\[|getenv\(|env_flag\(|env_required\(|env_number\(|configured\()\s*"(\w+)"',
                path.read_text(),
            )
        )
    # Set by make and by Django, or by us for our own children.
    read -= {"MAKELEVEL", "DJANGO_SETTINGS_MODULE"}
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert documented == read


# Database roles


@pytest.fixture
def role(db: None) -> str:
    """The portal's role after a migration, with the owner's rights on everything."""
    with connection.cursor() as cursor:
        create_role(cursor, "portal_in_test", "word's pass")
        create_role(cursor, "portal_in_test", "another")
    grant(connection, "portal_in_test")
    grant(connection, "portal_in_test")
    return "portal_in_test"


def rights(role: str, table: str) -> set[str]:
    with connection.cursor() as cursor:
        every = ["SELECT", "INSERT", "UPDATE", "DELETE", "MAINTAIN", "TRUNCATE"]
        cursor.execute(
            "SELECT right_ FROM unnest(%s) AS right_ WHERE has_table_privilege(%s, %s, right_)", [every, role, table]
        )
        return {row[0] for row in cursor.fetchall()}


def test_the_portal_may_work_on_every_table_and_change_no_record(role: str) -> None:
    tables = connection.introspection.table_names()
    assert set(APPEND_ONLY) <= set(tables)
    for table in tables:
        changed: set[str] = set() if table in APPEND_ONLY else {"UPDATE", "DELETE"}
        assert rights(role, table) == {"SELECT", "INSERT", "MAINTAIN"} | changed, table


def test_the_portal_can_use_a_table_of_the_next_migration_but_make_none(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_the_next_migration (id bigserial)")
        assert rights(role, "of_the_next_migration") == {"SELECT", "INSERT", "UPDATE", "DELETE", "MAINTAIN"}
        cursor.execute("SET LOCAL ROLE portal_in_test")
        cursor.execute("INSERT INTO of_the_next_migration DEFAULT VALUES")
        for refused in (
            "CREATE TABLE mine (id int)",
            "DROP TABLE of_the_next_migration",
            "DELETE FROM audit_auditentry",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                cursor.execute(refused)


def test_granting_needs_two_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="Set DATABASE_OWNER_URL"):
        call_command("grant_app_role")


def test_one_role_for_both_is_refused() -> None:
    url = "postgres://medins@127.0.0.1:1/medins"
    env = static.production("/nowhere") | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}
    done = manage("grant_app_role", env=env)
    assert done.returncode == 1
    assert "name the same role" in done.stderr


# The first administrator


def test_the_first_administrator_comes_from_the_command_line(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="load_reference_data first"):
        call_command("create_administrator", "first", "王芳")
    call_command("load_reference_data", stdout=io.StringIO())
    for password, said in (("short", "too short"), ("a long word that nobody guesses", "")):
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
        if said:
            with pytest.raises(CommandError, match=said):
                call_command("create_administrator", "first", "王芳")
        else:
            call_command("create_administrator", "first", "王芳", stdout=io.StringIO())
    user = User.objects.get()
    assert user.check_password("a long word that nobody guesses")
    assert user.postings.in_force(clock.today()).get().role == Role.ADMINISTRATOR


# Locks


@pytest.mark.parametrize("name", ["base", "dev"])
def test_locks_pin_every_package_with_hashes_and_name_no_index(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    assert not re.search(r"^--", text, re.MULTILINE)
    packages = [block for block in re.split(r"^(?=[\w-])", text, flags=re.MULTILINE) if block.strip()]
    assert all(re.match(r"[\w.-]+==[\w.]+", block) and "--hash=sha256:" in block for block in packages)
    locked = {re.split(r"==", block)[0] for block in packages}
    wanted = re.findall(r"^(\w[\w-]*)", (ROOT / "requirements" / f"{name}.in").read_text(), re.MULTILINE)
    assert {package.lower() for package in wanted} <= locked


def test_the_continuous_check_calls_the_commands_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert re.findall(r"^make (\w+)", script, re.MULTILINE) == ["static", "test"]
    assert "make test" in (ROOT / "README.md").read_text()
