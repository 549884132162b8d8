"""Many at once: forward, approve and print ticked rows; the sheets between the offices."""

import datetime
import io
from typing import Any

import pypdf
import pytest
from django.urls import reverse

from enrollment.registration.labels import label
from enrollment.registration.models import Handover, Registration
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material
from tests import factories as make

from .makers import ALL_PRESENT, TODAY, Chain, State, other_community, person, register, school_registration
from .pages import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
S = Registration.Status
BULK = "registrations-bulk"


def bulk(by: Actor, action: str, *rows: Registration, **more: str) -> Any:
    values = [f"{row.number}:{row.version}" for row in rows]
    return signed_in(by).post(reverse(BULK), {"action": action, "row": values} | more, follow=action != "print")


def words_of(response: Any) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    return [page.extract_text().replace("\n", "") for page in pages]


def test_ticked_rows_are_forwarded_and_stand_on_one_sheet(chain: Chain) -> None:
    rows = [register(chain.community, who=person(name=name)) for name in ("张三", "李四", "赵六")]
    stays = register(chain.community, who=person(name="王五"))
    response = bulk(chain.community, "forward", *rows, next="/registrations/?view=open")
    assert response.redirect_chain[-1][0] == "/registrations/?view=open"
    assert set(Registration.objects.values_list("status", flat=True)) == {
        S.AT_SUBDISTRICT,
        S.ACCEPTED,
    }
    stays.refresh_from_db()
    assert stays.status == S.ACCEPTED
    (sheet,) = set(Handover.objects.values_list("sheet", flat=True))
    assert sheet.startswith("H2009-")
    assert reverse("transmittal", args=[sheet]) in response.content.decode()
    for reader in (chain.community, chain.subdistrict, chain.clerk):
        address = reverse("transmittal", args=[sheet])
        page = text(signed_in(reader).get(address))
        (pdf,) = words_of(signed_in(reader).get(address, {"as": "pdf"}))
        for row in rows:
            for said in (row.number, row.resident.name, "********"):
                assert said in page
                assert said in pdf
            assert (row.resident.id_number or "?") not in page + pdf
        assert "王五" not in page
        assert "Taken over by" in pdf
    assert signed_in(make.actor(Role.COMMUNITY, other_community())).get(address).status_code == 404


def test_what_cannot_go_on_is_told_with_its_reason_and_the_rest_goes(chain: Chain) -> None:
    good, seen = chain.at(S.ACCEPTED), chain.at(S.ACCEPTED)
    chain.do("withdraw", seen, chain.community, reason="moves away")
    stale = Registration(number=seen.number, version=seen.version - 1)
    response = bulk(chain.community, "forward", good, stale)
    said = text(response)
    assert "Forwarded: 1." in said
    assert f"{seen.number}:" in said
    assert chain.community.name in said
    good.refresh_from_db()
    seen.refresh_from_db()
    assert (good.status, seen.status) == (S.AT_SUBDISTRICT, S.WITHDRAWN)


def test_one_with_documents_missing_says_which(chain: Chain) -> None:
    row = chain.at(S.MATERIALS_MISSING)
    said = text(bulk(chain.community, "forward", row))
    assert "not possible any more" not in said
    assert f"{row.number}: It can be forwarded once these documents are in order:" in said
    assert f"{label(Material.ID_CARD)} (Missing)" in said
    row.refresh_from_db()
    assert row.status == S.MATERIALS_MISSING


def test_the_same_form_sent_twice_forwards_once(chain: Chain) -> None:
    row = chain.at(S.ACCEPTED)
    bulk(chain.community, "forward", row)
    bulk(chain.community, "forward", row)
    row.refresh_from_db()
    assert (row.status, Handover.objects.count()) == (S.AT_SUBDISTRICT, 1)


def test_the_district_approves_ticked_rows_but_not_its_own(chain: Chain) -> None:
    rows = [chain.at(S.AT_DISTRICT), chain.at(S.AT_DISTRICT)]
    Registration.objects.filter(pk=rows[1].pk).update(made_by=chain.district.user_id)
    said = text(bulk(chain.district, "approve", *rows))
    assert "Approved: 1." in said
    assert "You entered this registration yourself" in said
    assert set(Registration.objects.values_list("status", flat=True)) == {S.AT_AGENCY, S.AT_DISTRICT}
    last = Handover.objects.order_by("pk").last()
    assert last is not None
    assert (last.giver.kind, last.taker) == (Office.Kind.DISTRICT, None)


def test_who_may_not_forward_or_approve_is_refused(chain: Chain) -> None:
    row = chain.at(S.AT_DISTRICT)
    for by, action in ((make.actor(Role.SUPERVISOR), "forward"), (chain.community, "approve")):
        values = {"action": action, "row": [f"{row.number}:{row.version}"]}
        assert signed_in(by).post(reverse(BULK), values).status_code == 403
    row.refresh_from_db()
    assert row.status == S.AT_DISTRICT


def test_nothing_ticked_and_no_way_out_of_the_portal(chain: Chain) -> None:
    response = bulk(chain.community, "forward", next="https://example.org/")
    assert response.redirect_chain[-1][0] == "/registrations/"
    assert "Tick the registrations first." in text(response)
    row = chain.at(S.ACCEPTED)
    assert bulk(chain.community, "explode", row).status_code == 404


@pytest.mark.parametrize("action", ["forward", "approve", "print"])
def test_more_than_a_pdf_can_hold_is_told_and_nothing_is_done(chain: Chain, action: str) -> None:
    row = chain.at(S.ACCEPTED)
    rows = [f"{row.number}:{row.version}"] * 201
    response = signed_in(chain.community).post(reverse(BULK), {"action": action, "row": rows}, follow=True)
    assert "Tick at most 200 at a time. Nothing was done." in text(response)
    row.refresh_from_db()
    assert row.status == S.ACCEPTED


def test_ticked_rows_print_as_one_pdf_each_with_its_own_pages(chain: Chain) -> None:
    accepted = chain.at(S.ACCEPTED)
    missing = register(chain.community, materials=ALL_PRESENT | {Material.PHOTOS: State.MISSING})
    refused = chain.at(S.REFUSED)
    elsewhere = Registration(number="R2009-9999999", version=1)
    response = bulk(chain.community, "print", refused, accepted, missing, elsewhere)
    pages = words_of(response)
    assert ["Notice of refusal" in pages[0], "Receipt" in pages[1], "Notice of missing" in pages[2]] == [True] * 3
    assert len(pages) == 3
    assert all("1/1" in page.replace(" ", "") for page in pages)
    other = make.actor(Role.COMMUNITY, other_community())
    assert bulk(other, "print", accepted).status_code == 404


def test_the_sheet_of_a_day_has_all_that_went_between_two_offices(chain: Chain) -> None:
    together, alone = chain.at(S.ACCEPTED), chain.at(S.ACCEPTED)
    bulk(chain.community, "forward", together)
    chain.do("forward", alone, chain.community)
    earlier = chain.at(S.ACCEPTED)
    chain.do("forward", earlier, chain.community)
    yesterday = TODAY - datetime.timedelta(days=1)
    Handover.objects.filter(registration=earlier).update(handed_on=yesterday)
    client = signed_in(chain.subdistrict)
    listed = text(client.get(reverse("transmittals")))
    office = chain.community.office
    assert office is not None
    assert office.label in listed
    day = reverse("transmittal-day", args=[TODAY.isoformat(), office.code, office.parent.code])  # type: ignore[union-attr]
    assert day in client.get(reverse("transmittals")).content.decode()
    page = text(client.get(day))
    assert together.number in page
    assert alone.number in page
    assert earlier.number not in page
    assert day not in client.get(reverse("transmittals"), {"day": yesterday.isoformat()}).content.decode()
    for wrong in ("2009-13-40", "2009-10-09"):
        address = reverse("transmittal-day", args=[wrong, office.code, office.parent.code])  # type: ignore[union-attr]
        assert client.get(address).status_code == 404


def test_who_moved_away_is_on_no_sheet_of_the_former_community(chain: Chain) -> None:
    row = chain.at(S.ACCEPTED)
    bulk(chain.community, "forward", row)
    sheet = Handover.objects.get().sheet
    row.resident.community = other_community()
    row.resident.save()
    assert signed_in(chain.community).get(reverse("transmittal", args=[sheet])).status_code == 404


def test_a_school_hands_to_the_agency(chain: Chain) -> None:
    school = make.actor(Role.SCHOOL)
    row = school_registration(school)
    bulk(school, "forward", row)
    handover = Handover.objects.get()
    assert (handover.giver, handover.taker) == (school.office, None)
    day = reverse("transmittal-day", args=[TODAY.isoformat(), school.office.code, "agency"])  # type: ignore[union-attr]
    assert row.number in text(signed_in(school).get(day))
    assert row.number in text(signed_in(chain.clerk).get(reverse("transmittal", args=[handover.sheet])))


def test_the_boxes_stand_in_the_queue_with_what_one_may_do(chain: Chain) -> None:
    row = chain.at(S.AT_DISTRICT)
    for by, offered in ((chain.district, {"approve", "print"}), (make.actor(Role.SUPERVISOR), {"print"})):
        html = signed_in(by).get(reverse("registrations")).content.decode()
        assert f'value="{row.number}:{row.version}"' in html
        assert {action for action in ("forward", "approve", "print") if f'value="{action}"' in html} == offered
    with clock.on_day(TODAY):
        mine = chain.at(S.ACCEPTED)
    html = signed_in(chain.community).get(reverse("registrations")).content.decode()
    assert f'value="{mine.number}:{mine.version}"' in html
    assert 'value="forward"' in html
