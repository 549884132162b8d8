"""The pages of lists that are handed over."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from claims.handover.models import HandoverList
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from tests.claims import makers

from .test_lists import over_cap

pytestmark = pytest.mark.django_db


def browser(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_clerk_drafts_and_a_reviewer_issues():
    settlement = over_cap()
    clerk, reviewer = browser(makers.clerk()), browser(makers.reviewer())
    wanted = {"kind": "over_cap", "until": "2009-12-31", "district": ""}
    page = clerk.post(reverse("handover-new"), wanted, follow=True)
    found = HandoverList.objects.get()
    assert {settlement.number, "10,275.00"} <= set(text_of(page).split())
    assert settlement.resident.id_number not in page.content.decode()
    assert "Issue the list" not in text_of(page)
    page = reviewer.get(found.get_absolute_url())
    assert "Issue the list" in text_of(page)
    reviewer.post(reverse("handover-issue", args=[found.number]), {"version": found.version})
    found.refresh_from_db()
    assert found.status == "issued"
    book = clerk.get(reverse("handover-export", args=[found.number]))
    assert book["Content-Disposition"] == f'attachment; filename="{found.number}.xlsx"'
    assert b"".join(book.streaming_content)[:2] == b"PK"
    page = clerk.get(reverse("handover-lists"))
    assert {found.number, "10,275.00"} <= set(text_of(page).split())


def test_a_list_without_lines_is_not_made():
    page = browser(makers.clerk()).post(reverse("handover-new"), {"kind": "assistance", "until": "2009-12-31"})
    assert (page.status_code, "There is nothing to hand over" in text_of(page)) == (422, True)
    assert not HandoverList.objects.exists()


def test_a_draft_is_discarded():
    over_cap()
    clerk = browser(makers.clerk())
    clerk.post(reverse("handover-new"), {"kind": "over_cap", "until": "2009-12-31", "district": "211002"})
    found = HandoverList.objects.get()
    clerk.post(reverse("handover-discard", args=[found.number]), {"version": found.version})
    found.refresh_from_db()
    assert (found.status, found.lines.count()) == ("discarded", 0)
