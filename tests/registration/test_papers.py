"""The papers of a registration: on screen and as PDF, and what was said stays said (W2, W3, E8)."""

import hashlib
import io
from typing import Any

import pypdf
import pytest
from django.urls import reverse
from django.utils import translation

from enrollment.registration import papers
from enrollment.registration.models import Circumstance, Registration
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.policy.terms import Material
from tests import factories as make

from .makers import ALL_PRESENT, Chain, State, other_community, person, register
from .pages import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
S = Registration.Status


def words_of(response: Any) -> str:
    """What a PDF says, without its line breaks."""
    assert response["Content-Type"] == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "")


def refusal_of(row: Registration, language: str = "en") -> str:
    kept = of_object(row, papers.REFUSAL).get()
    with translation.override(language):
        return str(kept.paper().data())


def test_a_refusal_says_later_what_it_said_whatever_changed(chain: Chain) -> None:
    """W3, E8: every reason with its article, in both languages, as page and as PDF."""
    who = person(name="王小明")
    row = register(
        chain.community,
        who=who,
        circumstances=[_stated("pension", "elsewhere"), _stated("scheme", "employee")],
    )
    assert row.status == S.REFUSED
    assert len(row.reasons) == 3
    address = reverse("registration-refusal-notice", args=[row.number])
    client = signed_in(chain.community)
    page, pdf = text(client.get(address)), words_of(client.get(address, {"as": "pdf"}))
    said = refusal_of(row), refusal_of(row, "zh-hans")
    for reason in ("No urban household registration", "no double cover", "Receives a pension", "Art. 12", "Art. 13"):
        assert reason in page
        assert reason in pdf
    assert "第13条" in said[1] or "13" in said[1]
    # The person is renamed, moves, and everything that spoke against them is voided.
    row.resident.name = "王大明"
    row.resident.community = other_community()
    row.resident.save()
    Circumstance.objects.all().update(voided=True)
    Registration.objects.filter(pk=row.pk).update(reasons=[], remark="x", facts={})
    assert (refusal_of(row), refusal_of(row, "zh-hans")) == said
    row.resident.community = chain.community.office  # type: ignore[assignment]
    row.resident.save()
    assert text(client.get(address)) == page
    assert words_of(client.get(address, {"as": "pdf"})) == pdf
    assert "王小明" in pdf


def _stated(kind: str, value: str) -> Any:
    from enrollment.registration.data import CircumstanceData

    from .makers import TODAY

    return CircumstanceData(kind, value, TODAY)


def test_the_audit_record_holds_the_hash_of_what_was_kept(chain: Chain) -> None:
    row = chain.at(S.AT_DISTRICT)
    chain.do("refuse", row, chain.district, remark="伪造证件")
    kept = of_object(row, papers.REFUSAL).get()
    assert kept.sha256 == hashlib.sha256(kept.content.encode()).hexdigest()
    assert AuditEntry.objects.filter(verb="registrations.refuse").get().changes["notice"] == kept.sha256
    assert "伪造证件" in kept.content


def test_each_notice_of_missing_documents_is_kept_and_can_be_printed_again(chain: Chain) -> None:
    """W2: the first names all; a second says why something was not named the first time."""
    row = register(chain.community, materials=ALL_PRESENT | {Material.PHOTOS: State.MISSING})
    second = {Material.PHOTOS: State.PRESENT, Material.HUKOU_BOOKLET: State.WRONG}
    chain.do(
        "check_materials",
        row,
        chain.community,
        materials=second,
        remarks={Material.HUKOU_BOOKLET: "缺首页"},
        reason="复印件当时未翻看",
    )
    client = signed_in(chain.community)
    address = reverse("registration-missing-notice", args=[row.number])
    now = words_of(client.get(address, {"as": "pdf"}))
    assert f"{row.number}-2" in now
    assert "复印件当时未翻看" in now
    assert "缺首页" in now
    assert "photo" not in now
    older = client.get(address, {"round": "1"})
    assert 'href="?round=1&amp;as=pdf"' in older.content.decode(), "saved is what is looked at"
    first = text(older)
    assert "photo" in first
    assert "复印件当时未翻看" not in first
    assert client.get(address, {"round": "3"}).status_code == 404
    case = client.get(reverse("registration", args=[row.number])).content.decode()
    assert "?round=1" in case
    assert "?round=2" in case
    # Complete at last: the notices stay.
    chain.do("check_materials", row, chain.community, materials=ALL_PRESENT)
    assert row.status == S.ACCEPTED
    assert KeptPaper.objects.count() == 2
    assert client.get(address).status_code == 200


def test_a_document_named_after_all_others_came_needs_a_reason_too(chain: Chain) -> None:
    """W2: what was not looked at while the first notice went out is late, also when nothing is missing any more."""
    first = {Material.PHOTOS: State.MISSING, Material.ID_CARD: State.PRESENT}
    row = register(chain.community, materials=first)
    chain.do("check_materials", row, chain.community, materials={Material.PHOTOS: State.PRESENT})
    assert row.status == S.MATERIALS_MISSING
    late = {Material.HUKOU_BOOKLET: State.MISSING}
    with pytest.raises(Invalid) as refused:
        chain.do("check_materials", row, chain.community, materials=late)
    assert refused.value.field == "reason"
    chain.do("check_materials", row, chain.community, materials=late, reason="当时未提交")
    assert of_object(row, papers.MISSING).count() == 2


def test_documents_not_looked_at_are_no_notice(chain: Chain) -> None:
    """U13: nobody is told that something is missing which nobody looked for."""
    row = register(chain.community, materials={})
    assert row.status == S.MATERIALS_MISSING
    client = signed_in(chain.community)
    assert client.get(reverse("registration-missing-notice", args=[row.number])).status_code == 404
    case = text(client.get(reverse("registration", args=[row.number])))
    assert "Documents to be looked at" in case
    assert "Not looked at" in case
    assert "Material missing" not in case


def test_the_receipt_as_pdf_says_what_the_page_says(chain: Chain) -> None:
    row = chain.at(S.ACCEPTED)
    address = reverse("registration-receipt", args=[row.number])
    client = signed_in(chain.community)
    page, pdf = text(client.get(address)), words_of(client.get(address, {"as": "pdf"}))
    for said in (row.number, row.resident.name, "forwards it to the sub-district", "贰佰元整", "¥200.00", "Art. 9"):
        assert said in page
        assert said in pdf
    assert (row.resident.id_number or "?") not in page + pdf


def test_a_newborn_without_a_number_is_refused_in_writing_too(chain: Chain) -> None:
    row = register(chain.community, who=person(id_number=None), circumstances=[])
    assert "(—)" not in refusal_of(row)
    assert "王小明" in refusal_of(row)


def test_papers_of_other_offices_are_not_found(chain: Chain) -> None:
    row = chain.at(S.REFUSED)
    client = signed_in(make.actor(chain.community.role, other_community()))
    for name in ("registration-receipt", "registration-refusal-notice", "registration-missing-notice"):
        assert client.get(reverse(name, args=[row.number]), {"as": "pdf"}).status_code == 404
