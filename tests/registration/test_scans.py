"""Scans of documents, without JavaScript: in the draft, on the case, seen by who may see the person."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from enrollment.registration.models import Registration, RegistrationDraft
from enrollment.registration.services import scans
from liaoyang_medins.kernel.attachments import storage
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, NotAllowed
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material
from tests import factories as make
from tests.scans import JPEG, PDF, PNG

from .makers import Chain, State, other_community, register
from .pages import answers, begin, signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
S = Registration.Status


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ATTACHMENTS_ROOT = tmp_path / "scans"
    return Path(settings.ATTACHMENTS_ROOT)


def file(data: bytes = PNG, name: str = "id.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def attached(chain: Chain, row: Registration, data: bytes = PNG) -> Attachment:
    return scans.attach_scan(number=row.number, material=Material.ID_CARD, file=file(data), by=chain.community)


# --- in the draft ----------------------------------------------------------------------------------------------------


def test_scans_of_a_draft_go_along_with_the_registration(chain: Chain) -> None:
    client = signed_in(chain.community)
    documents = client.post(begin(client), answers()).headers["Location"]
    sent = {"attach": "yes", "id_card_scan": [file(), file(JPEG, "b.jpg")], "hukou_booklet_scan": file(PDF, "c.pdf")}
    assert client.post(documents, sent).headers["Location"] == documents
    html = client.get(documents).content.decode()
    assert Attachment.objects.count() == 3
    for name in ("id.png", "b.jpg", "c.pdf"):
        assert name in html
    scan = Attachment.objects.get(name="c.pdf")
    draft = RegistrationDraft.objects.get()
    response = client.get(reverse("registration-draft-scan", args=[draft.pk, scan.key]))
    assert response.getvalue() == PDF
    # One is taken off, another comes with the button that goes on.
    client.post(documents, {"remove": str(Attachment.objects.get(name="b.jpg").key)})
    check = client.post(documents, {"all_present": "yes", "photos_scan": file(JPEG, "d.jpg")}).headers["Location"]
    assert "Scans: 1" in text(client.get(check))
    client.post(check)
    row = Registration.objects.get()
    assert sorted(scan.name for scans_of in scans.scans_of(row).values() for scan in scans_of) == [
        "c.pdf",
        "d.jpg",
        "id.png",
    ]
    case = client.get(reverse("registration", args=[row.number])).content.decode()
    assert reverse("registration-scan", args=[row.number, scan.key]) in case


def test_a_file_that_is_no_scan_is_named_at_its_document_and_the_others_are_kept(chain: Chain) -> None:
    client = signed_in(chain.community)
    documents = client.post(begin(client), answers()).headers["Location"]
    wrong = file(b"<html><script>alert(1)</script>", "photo.jpg")
    response = client.post(
        documents, {"all_present": "yes", "id_card_scan": [wrong, file()], "photos_scan": file(b"")}
    )
    html = response.content.decode()
    assert 'href="#id_id_card_scan"' in html
    assert "photo.jpg: Only JPEG, PNG and PDF files can be attached." in html
    assert 'href="#id_photos_scan"' in html
    assert [scan.name for scan in Attachment.objects.all()] == ["id.png"]


def test_the_scans_of_a_draft_are_its_owners_alone(chain: Chain) -> None:
    client = signed_in(chain.community)
    documents = client.post(begin(client), answers()).headers["Location"]
    client.post(documents, {"attach": "yes", "id_card_scan": file()})
    draft, scan = RegistrationDraft.objects.get(), Attachment.objects.get()
    other = signed_in(make.actor(Role.COMMUNITY))
    assert other.get(reverse("registration-draft-scan", args=[draft.pk, scan.key])).status_code == 404
    assert other.post(documents, {"remove": str(scan.key)}).status_code == 404
    assert client.post(documents, {"remove": str(uuid.uuid4())}).status_code == 403
    assert client.post(documents, {"remove": "nonsense"}).status_code == 404
    with pytest.raises(NotAllowed):
        scans.attach_to_draft(draft=draft, material=Material.PHOTOS, file=file(), by=make.actor(Role.COMMUNITY))


@pytest.mark.django_db(transaction=True)
def test_a_discarded_draft_leaves_no_file(chain: Chain, folder: Path) -> None:
    client = signed_in(chain.community)
    page_1 = begin(client)
    documents = client.post(page_1, answers()).headers["Location"]
    client.post(documents, {"attach": "yes", "id_card_scan": file()})
    client.post(page_1 + "discard/")
    assert not Attachment.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]


# --- on the case -----------------------------------------------------------------------------------------------------


def test_scans_are_attached_at_a_further_visit_with_how_the_documents_were_found(chain: Chain) -> None:
    row = register(chain.community, materials={Material.ID_CARD: State.MISSING})
    client = signed_in(chain.community)
    address = reverse("registration-materials", args=[row.number])
    found = dict.fromkeys(("hukou_booklet", "id_card", "photos"), "present")
    sent = found | {"version": row.version, "id_card_scan": file()}
    assert client.post(address, sent).status_code == 302
    row.refresh_from_db()
    assert row.status == S.ACCEPTED
    assert Attachment.objects.get().object_number == row.number


def test_scans_are_attached_and_removed_with_a_reason(chain: Chain) -> None:
    row = chain.at(S.AT_DISTRICT)
    client = signed_in(chain.community)
    address = reverse("registration-scans", args=[row.number])
    assert client.post(address, {"id_card_scan": [file(), file(JPEG, "b.jpg")]}).headers["Location"] == address
    assert "Choose the files first." in text(client.post(address, {}, follow=True))
    assert client.post(address, {"photos_scan": file(b"x")}).status_code == 422
    scan = Attachment.objects.get(name="b.jpg")
    remove = reverse("registration-scan-remove", args=[row.number, scan.key])
    assert 'href="#id_reason"' in client.post(remove, {"reason": ""}).content.decode()
    client.post(remove, {"reason": "他人的证件"})
    html = client.get(address).content.decode()
    assert "id.png" in html
    assert "b.jpg" not in html
    entry = AuditEntry.objects.get(verb="attachments.remove")
    assert (entry.note, entry.resident, entry.object_number) == ("他人的证件", row.resident.number, row.number)
    assert client.get(reverse("registration-scan", args=[row.number, scan.key])).status_code == 404
    assert storage.checksum(scan.key) == scan.sha256


def test_a_scan_is_seen_by_who_may_see_the_person_and_each_look_is_on_record(chain: Chain) -> None:
    row = chain.at(S.AT_SUBDISTRICT)
    scan = attached(chain, row, PDF)
    address = reverse("registration-scan", args=[row.number, scan.key])
    for reader in (chain.community, chain.subdistrict, chain.district, chain.clerk, make.actor(Role.SUPERVISOR)):
        response = signed_in(reader).get(address)
        assert response.getvalue() == PDF
        assert response["Content-Type"] == "application/pdf"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].endswith("sandbox")
        assert response["Content-Disposition"] == f'attachment; filename="{row.number}-id-card.pdf"'
        look = AuditEntry.objects.filter(verb="attachments.look").first()
        assert look is not None
        assert (look.user_id, look.resident) == (reader.user_id, row.resident.number)
    strangers = (
        make.actor(Role.COMMUNITY, other_community()),
        make.actor(Role.SCHOOL),
        make.actor(Role.CITY_FINANCE),
    )
    for stranger in strangers:
        assert signed_in(stranger).get(address).status_code in (403, 404)
    assert (
        signed_in(chain.community).get(reverse("registration-scan", args=[row.number, uuid.uuid4()])).status_code
        == 404
    )
    assert AuditEntry.objects.filter(verb="attachments.look").count() == 5


def test_a_scan_of_another_registration_is_not_found_under_this_number(chain: Chain) -> None:
    scan = attached(chain, chain.at(S.ACCEPTED))
    other = chain.at(S.ACCEPTED)
    assert (
        signed_in(chain.community).get(reverse("registration-scan", args=[other.number, scan.key])).status_code == 404
    )


def test_the_former_community_sees_no_scan_after_the_move(chain: Chain) -> None:
    row = chain.at(S.ACCEPTED)
    scan = attached(chain, row)
    row.resident.community = other_community()
    row.resident.save()
    address = reverse("registration-scan", args=[row.number, scan.key])
    assert signed_in(chain.community).get(address).status_code == 404


def test_only_the_office_that_received_it_attaches_while_it_is_under_way(chain: Chain) -> None:
    row = chain.at(S.AT_SUBDISTRICT)
    with pytest.raises(NotAllowed):
        scans.attach_scan(number=row.number, material=Material.ID_CARD, file=file(), by=chain.subdistrict)
    other = make.actor(Role.COMMUNITY, other_community())
    with pytest.raises(NotAllowed):
        scans.attach_scan(number=row.number, material=Material.ID_CARD, file=file(), by=other)
    decided = chain.at(S.REFUSED)
    with pytest.raises(Conflict):
        attached(chain, decided)
    assert signed_in(chain.community).get(reverse("registration-scans", args=[decided.number])).status_code == 404
    assert not Attachment.objects.exists()
