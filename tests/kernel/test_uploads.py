"""Uploads are cut while they come in: what is too large is told at its field and never kept (W1)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory

from liaoyang_medins.kernel.attachments import services, uploads
from liaoyang_medins.kernel.attachments.uploads import FILE_AT_MOST, LeftOut
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.sheets.reading import Limits
from tests import factories as make
from tests.scans import PNG

Send = Callable[..., HttpRequest]


@pytest.fixture
def sent() -> Iterator[Send]:
    """Makes a request with files; what they were put down in is closed afterwards."""
    made: list[HttpRequest] = []

    def send(**files: bytes) -> HttpRequest:
        named = {field: SimpleUploadedFile(f"{field}.png", data) for field, data in files.items()}
        made.append(RequestFactory().post("/", named))
        return made[-1]

    yield send
    for request in made:
        request.close()


def only(request: HttpRequest, field: str) -> "UploadedFile[Any]":
    found = request.FILES[field]
    assert isinstance(found, UploadedFile)
    return found


def test_a_file_is_what_was_sent(sent: Send) -> None:
    request = sent(one=PNG, two=b"\0" * 3 * uploads.MEGABYTE)
    assert only(request, "one").read() == PNG
    assert only(request, "two").size == 3 * uploads.MEGABYTE
    assert set(only(request, "two").read()) == {0}


def test_the_largest_that_is_taken_comes_whole_and_of_a_larger_one_byte_more(sent: Send) -> None:
    request = sent(whole=b"\0" * FILE_AT_MOST, larger=b"\0" * (FILE_AT_MOST + 5 * uploads.MEGABYTE), after=PNG)
    assert only(request, "whole").size == FILE_AT_MOST
    assert only(request, "larger").size == FILE_AT_MOST + 1
    assert only(request, "after").read() == PNG
    # Every page that reads files sees by that that one is too large.
    assert Limits().size <= FILE_AT_MOST


@pytest.mark.django_db
def test_a_form_whose_files_are_too_much_together_leaves_the_last_ones_out(
    monkeypatch: pytest.MonkeyPatch, sent: Send
) -> None:
    monkeypatch.setattr(uploads, "FORM_AT_MOST", uploads.MEGABYTE)
    monkeypatch.setattr(services, "FORM_AT_MOST", uploads.MEGABYTE)
    part = b"\0" * 700_000
    request = sent(first=part, second=part, third=PNG)
    assert only(request, "first").size == len(part)
    left_out = only(request, "second")
    assert isinstance(left_out, LeftOut)
    assert left_out.read() == b""
    by = make.actor(Role.COMMUNITY)
    with pytest.raises(Invalid, match="larger than 1 MB together") as told:
        services.attach(to=make.community(), part="id_card", file=left_out, by=by)
    assert told.value.field == "id_card"


@pytest.mark.django_db
def test_what_says_that_it_is_far_larger_is_not_read(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEBUG = False
    monkeypatch.setattr(uploads, "REQUEST_AT_MOST", 1000)
    file = SimpleUploadedFile("a.png", b"\0" * 2000)
    assert Client().post("/sign-in/", {"username": "a", "file": file}).status_code == 400
