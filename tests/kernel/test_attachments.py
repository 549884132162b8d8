"""Scans: known by their bytes, outside the web root, each look on record."""

import errno
import io
import os
import stat
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from liaoyang_medins.kernel.attachments import services, storage
from liaoyang_medins.kernel.attachments.content import kind_of
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.attachments.web import as_file
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.scans import JPEG, PDF, PNG, png

Kind = Attachment.Kind


def upload(data: bytes, name: str = "scan.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/html")


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ATTACHMENTS_ROOT = tmp_path / "scans"
    return Path(settings.ATTACHMENTS_ROOT)


def attach(by: Actor, data: bytes = PNG, part: str = "id_card", **values: Any) -> Attachment:
    return services.attach(to=make.community(), part=part, file=upload(data, **values), by=by)


# --- what a file is --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "kind"), [(JPEG, Kind.JPEG), (PNG, Kind.PNG), (PDF, Kind.PDF)])
def test_the_bytes_say_what_a_file_is(data: bytes, kind: str):
    assert kind_of(data) == kind


BROKEN = {
    "text": (b"<script>alert(1)</script>", "kind"),
    "zip": (b"PK\x03\x04" + b"\0" * 100, "kind"),
    "gif": (b"GIF89a" + b"\0" * 100, "kind"),
    "page that begins like a picture": (b"\xff\xd8\xff<html>", "damaged"),
    "cut png": (PNG[:-6], "damaged"),
    "png with a wrong checksum": (PNG[:30] + bytes([PNG[30] ^ 1]) + PNG[31:], "damaged"),
    "png without points": (png(0, 5), "damaged"),
    "png bomb": (png(60_000, 60_000), "too_large"),
    "cut jpeg": (JPEG[:-2], "damaged"),
    "jpeg of headers only": (JPEG[: JPEG.index(b"\xff\xda")], "damaged"),
    "cut pdf": (PDF[: len(PDF) // 2], "damaged"),
    "locked pdf": (PDF.replace(b"/Root", b"/Encrypt 5 0 R /Root"), "locked"),
    "pdf with a script": (PDF.replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /JS (x) >>"), "active"),
    "pdf with a file": (PDF.replace(b"/Type /Catalog", b"/Type /Catalog /EmbeddedFiles 7 0 R"), "active"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_scan_is_refused(name: str):
    data, code = BROKEN[name]
    with pytest.raises(Invalid) as refused:
        kind_of(data)
    assert refused.value.code == code


def test_bytes_inside_a_picture_of_a_pdf_are_no_script():
    inside = PDF.replace(b"1 0 obj", b"9 0 obj\n<< /Length 4 >>\nstream\n/JS /Encrypt \nendstream\nendobj\n1 0 obj", 1)
    assert kind_of(inside) == Kind.PDF


# --- attaching -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_scan_lies_under_an_opaque_name_that_only_the_portal_reads(folder: Path):
    made = attach(make.actor(Role.COMMUNITY), name="../../etc/王小明\u202e211002194602030017.png")
    (path,) = (path for path in folder.rglob("*") if path.is_file())
    assert path == storage.path_of(made.key)
    assert path.read_bytes() == PNG
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert made.name == "王小明211002194602030017.png"
    assert (made.kind, made.size) == (Kind.PNG, len(PNG))
    assert storage.checksum(made.key) == made.sha256


@pytest.mark.django_db
def test_the_same_file_again_is_the_first_one(folder: Path):
    by = make.actor(Role.COMMUNITY)
    assert attach(by).pk == attach(by).pk
    assert attach(by, part="photos").pk != attach(by).pk
    assert Attachment.objects.count() == 2


@pytest.mark.django_db
def test_too_large_empty_and_too_many_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch):
    by = make.actor(Role.COMMUNITY)
    monkeypatch.setattr(services, "SIZE_AT_MOST", 2 * services.MEGABYTE)
    for data, code in ((b"\xff\xd8\xff" + b"\0" * 2 * services.MEGABYTE, "too_large"), (b"", "empty")):
        with pytest.raises(Invalid) as refused:
            attach(by, data)
        assert (refused.value.code, refused.value.field) == (code, "id_card")
    monkeypatch.setattr(services, "FILES_AT_MOST", 1)
    attach(by)
    with pytest.raises(Invalid, match="At most 1"):
        attach(by, JPEG)
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1


@pytest.mark.django_db
def test_where_the_row_is_refused_no_file_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch):
    by = make.actor(Role.COMMUNITY)

    def refuse(**values: Any) -> None:
        raise IntegrityError("no")

    monkeypatch.setattr(services.audit, "record", refuse)
    with pytest.raises(IntegrityError), transaction.atomic():
        attach(by)
    assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_where_there_is_no_room_for_it_no_half_of_a_file_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        attach(make.actor(Role.COMMUNITY))
    assert not [path for path in folder.rglob("*") if path.is_file()]
    monkeypatch.undo()
    assert Attachment.objects.count() == 0


@pytest.mark.django_db
def test_each_look_is_on_record_and_a_removed_scan_is_seen_by_nobody(folder: Path):
    by, office = make.actor(Role.COMMUNITY), make.community()
    made = attach(by)
    assert services.look(attachment=made, resident="P2009-0000001", by=by) == PNG
    entry = AuditEntry.objects.get(verb="attachments.look")
    assert (entry.resident, entry.changes["key"], entry.user_id) == ("P2009-0000001", str(made.key), by.user_id)
    with pytest.raises(Invalid):
        services.remove(key=made.key, of=office, reason="  ", by=by)
    with pytest.raises(NotAllowed):
        services.remove(key=uuid.uuid4(), of=office, reason="wrong", by=by)
    removed = services.remove(key=made.key, of=office, reason="another person's", by=by)
    with pytest.raises(NotAllowed):
        services.look(attachment=removed, by=by)
    assert not services.of_object(office).exists()
    assert storage.checksum(made.key) == made.sha256
    # The same file may come again.
    assert attach(by).pk != made.pk


@pytest.mark.django_db(transaction=True)
def test_what_is_discarded_is_gone_with_its_files(folder: Path):
    attach(make.actor(Role.COMMUNITY))
    services.discard(of=make.community())
    assert not Attachment.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def told(*arguments: str) -> tuple[str, bool]:
    """What the command prints, and whether it found something wrong."""
    output = io.StringIO()
    try:
        call_command("check_scans", *arguments, stdout=output)
    except CommandError:
        return output.getvalue(), True
    return output.getvalue(), False


@pytest.mark.django_db
def test_scans_that_are_missing_or_changed_and_files_of_no_row_are_found(folder: Path):
    by = make.actor(Role.COMMUNITY)
    assert told() == ("0 scans, 0 missing or changed\n", False)
    first, second = attach(by), attach(by, JPEG)
    assert told() == ("2 scans, 0 missing or changed\n", False)
    stray = folder / "ab" / "stray"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(PNG)
    # It may be on its way still.
    assert "stray" not in told()[0]
    os.utime(stray, (0, 0))
    storage.path_of(first.key).unlink()
    storage.path_of(second.key).write_bytes(PNG)
    said, wrong = told("--clean")
    assert wrong
    assert f"missing: {first.object_number} id_card" in said
    assert f"changed: {second.object_number} id_card" in said
    assert f"deleted: {stray}" in said
    assert not stray.exists()


def test_a_scan_is_answered_as_a_file_that_runs_nothing():
    response = as_file(Attachment(kind=Kind.PDF), PDF, "R2009-0000001-id-card")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="R2009-0000001-id-card.pdf"'
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
