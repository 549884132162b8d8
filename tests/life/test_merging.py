"""Two records of one person made one, with everything that hangs on them; what stands against it."""

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from claims import services as claims
from claims.models import Settlement, Stay
from claims.selectors import find_resident, find_stays
from claims.services.records import lock_resident
from enrollment.contributions import services as contributions
from enrollment.life import services
from enrollment.life.models import Merge
from enrollment.life.services.merging import conflicts_of, pointing_at, rows_of
from enrollment.registration import selectors as registration
from enrollment.registration.models import Enrollment, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.portal import search
from liaoyang_medins.portal.digest import digest_of, digest_tables
from liaoyang_medins.portal.integrity import Finding, check_integrity
from tests import factories as make
from tests.claims import makers as c
from tests.contributions import makers as m
from tests.registration import makers as r
from tests.registration.pages import signed_in, text

from .makers import ELSEWHERE, TODAY, D, Story

pytestmark = pytest.mark.django_db


def double(**values: Any) -> Resident:
    """A second record of the story's man."""
    given = {"birth": D(1940, 5, 6), "sex": "M", "name": "张大爷"}
    return make.resident(**given | values)


def merge(survivor: Resident, duplicate: Resident) -> Merge:
    row = services.propose_merge(
        survivor=survivor.number, duplicate=duplicate.number, reason="same hukou booklet", by=m.clerk()
    )
    return services.approve_merge(pk=row.pk, version=row.version, by=m.reviewer())


def refused(survivor: Resident, duplicate: Resident) -> list[str]:
    row = services.propose_merge(
        survivor=survivor.number, duplicate=duplicate.number, reason="same hukou booklet", by=m.clerk()
    )
    reviewer = m.reviewer()
    before = digest_of(digest_tables())
    with pytest.raises(Refused) as caught:
        services.approve_merge(pk=row.pk, version=row.version, by=reviewer)
    assert digest_of(digest_tables()) == before
    return [str(reason) for reason in caught.value.reasons]


def findings() -> list[Finding]:
    found: list[Finding] = []
    areas = ("resident", "circumstance", "registration.one_open", "enrollment", "notice", "receipt", "period", "cap")
    check_integrity((*areas, "settlement", "stay", "line"), found=found.append)
    return found


def test_everything_moves_and_the_number_leads_on(story: Story) -> None:
    """The record with everything is the one that goes."""
    goes, stays = story.person, double(home=make.community("211002001002"))
    number = goes.id_number
    hanging = dict(rows_of(goes))
    assert {model.__name__ for model in hanging} >= {"Circumstance", "Enrollment", "ContributionNotice", "Stay"}
    done = merge(stays, goes)
    assert (done.status, done.decided_on) == ("done", TODAY)
    goes.refresh_from_db()
    assert goes.merged_into == stays
    assert [found for found in rows_of(goes) if found[0].__name__ != "Merge"] == []
    assert {model: len(keys) for model, keys in done.moved.items()} == {
        model._meta.label_lower: count for model, count in hanging.items() if model is not Settlement
    }
    assert m.cover(stays) == [(D(2008, 10, 1), D(2008, 12, 31)), (D(2009, 1, 1), D(2009, 12, 31))]
    assert Settlement.objects.get().resident == stays
    # Both records said the same of the hukou: it is said once.
    assert stays.circumstances.filter(kind="hukou", voided=False).count() == 1
    assert findings() == []
    # The old numbers lead to the record that counts, everywhere.
    agency = m.clerk()
    address = f"/residents/{stays.number}/"
    assert number is not None
    assert search.find(goes.number, agency) == search.find(number, agency) == address
    assert registration.resident_with(number) == stays
    assert find_resident(goes.number, today=TODAY) == find_resident(number, today=TODAY) == stays
    assert [found.pk for found in search.residents_named("张大", agency)] == [stays.pk]
    assert find_stays(Stay.objects.all(), goes.number).get().resident == stays
    with pytest.raises(Conflict):
        lock_resident(goes.number)
    client = signed_in(agency)
    assert client.get(reverse("resident", args=[goes.number]))["Location"] == address
    assert stays.name in text(client.get(reverse("resident-change", args=[goes.number])))
    page = text(client.get(address))
    assert goes.number in page
    assert "Made the contribution notice" in page, "the timeline has the acts of both records"


def test_the_record_that_stays_takes_what_it_lacks(story: Story) -> None:
    stays = double(id_number=None)
    number = story.person.id_number
    Resident.objects.filter(pk=story.person.pk).update(phone="13900000000", address="民主路8号")
    merge(stays, story.person)
    stays.refresh_from_db()
    story.person.refresh_from_db()
    assert (stays.id_number, stays.phone, stays.address) == (number, "13900000000", "民主路8号")
    assert story.person.id_number is None


def test_records_merged_one_after_the_other_all_lead_to_the_last() -> None:
    first, second, third = double(), double(), double()
    merge(second, first)
    merge(third, second)
    first.refresh_from_db()
    assert first.merged_into == third
    assert registration.number_led_to(first.number) == third.number
    assert registration.numbers_of(third) == [third.number, first.number, second.number]
    assert findings() == []


def test_where_they_lived_is_what_the_record_that_stays_says(story: Story) -> None:
    """C3: the district of every paid notice follows."""
    stays = double(home=make.community(ELSEWHERE))
    merge(stays, story.person)
    assert set(stays.notices.filter(status="paid").values_list("district__code", flat=True)) == {"211003"}
    assert findings() == []


def test_two_open_enrollments_go_on_in_the_earlier() -> None:
    stays, goes = double(), double()
    kept = m.enrolled(stays, D(2008, 8, 10)).enrollment
    later = m.first_notice(goes, D(2009, 2, 10))
    merge(stays, goes)
    later.refresh_from_db()
    ended = Enrollment.objects.exclude(pk=kept.pk).get()
    assert (ended.end_reason, ended.ends, later.enrollment) == ("merged", TODAY, kept)
    assert registration.current_enrollment(stays) == kept
    assert findings() == []


@pytest.mark.parametrize("paid", ["stays", "goes", "neither"])
def test_of_two_notices_for_a_year_one_gives_way(paid: str) -> None:
    stays, goes = double(), double()
    mine, theirs = (m.first_notice(who, D(2009, 2, 10)) for who in (stays, goes))
    if paid == "stays":
        m.pay(mine, D(2009, 2, 10))
    if paid == "goes":
        m.pay(theirs, D(2009, 2, 10))
    merge(stays, goes)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    winner, loser = (theirs, mine) if paid == "goes" else (mine, theirs)
    assert (loser.status, loser.replaced_by) == ("remade", winner)
    assert winner.status == ("open" if paid == "neither" else "paid")
    assert findings() == []
    # Who pays the other paper finds the notice that holds.
    receipt = m.pay(loser, D(2009, 2, 20), 200)
    assert receipt.problem == ("paid_twice" if paid != "neither" else "")


def test_a_notice_whose_payment_went_back_gives_way_too() -> None:
    stays, goes = double(), double()
    open_one, unpaid = (m.first_notice(who, D(2009, 2, 10)) for who in (stays, goes))
    receipt = m.pay(unpaid, D(2009, 2, 10))
    contributions.take_back_payment(number=receipt.number, returned_on=D(2009, 2, 11), note="退票", by=m.clerk())
    merge(stays, goes)
    assert (m.state(unpaid), unpaid.replaced_by, m.state(open_one)) == ("returned", open_one, "open")
    assert findings() == []


# --- what stands against it ------------------------------------------------------------------------------------------


def test_a_year_paid_on_both_is_named() -> None:
    stays, goes = double(), double()
    mine, theirs = (m.enrolled(who, D(2008, 8, 10)) for who in (stays, goes))
    (said,) = refused(stays, goes)
    assert said == f"2008 is paid on both records ({mine.number}, {theirs.number}): return one of the payments first."
    receipt = theirs.receipts.get()
    with clock.on_day(TODAY):
        contributions.return_receipt(
            number=receipt.number, version=receipt.version, returned_on=TODAY, note="paid twice", by=m.reviewer()
        )
    row = Merge.objects.get()
    services.approve_merge(pk=row.pk, version=row.version, by=m.reviewer())
    assert findings() == []


def test_contradicting_circumstances_are_named() -> None:
    stays, goes = double(), double(hukou="county", hukou_since=D(2009, 1, 5))
    make.circumstance(stays, "disability", "1", starts=D(2009, 1, 1), ends=D(2009, 3, 1))
    make.circumstance(goes, "disability", "2", starts=D(2009, 6, 1))
    (said,) = refused(stays, goes)
    assert said.startswith("Household registration (hukou): the record that stays says “Born")


def test_two_registrations_under_way_are_named() -> None:
    counter = make.actor(Role.COMMUNITY)
    one, other = r.register(counter), r.register(counter)
    (said,) = refused(one.resident, other.resident)
    assert f"{one.number}, {other.number}" in said


def test_settlements_of_both_against_one_cap_are_named(story: Story) -> None:
    goes = double()
    with clock.on_day(D(2009, 9, 10)):
        theirs = c.settled(goes, c.hospital("H2", grade="grade2"), on="2009-09-01", until="2009-09-10")
    (said,) = refused(story.person, goes)
    assert story.settlement.number in said
    assert theirs.number in said
    claims.reverse_settlement(number=theirs.number, reason="double record", by=m.reviewer())
    row = Merge.objects.get()
    services.approve_merge(pk=row.pk, version=row.version, by=m.reviewer())
    assert list(Settlement.objects.order_by("sequence").values_list("sequence", "live")) == [(1, True), (2, False)]
    again = claims.settle_stay(stay_number=theirs.stay.number, by=m.reviewer())
    assert (again.sequence, again.cap_used) == (3, story.settlement.fund)
    assert again.fund > 0
    assert findings() == []


def test_days_that_the_other_record_paid_for_are_named(story: Story) -> None:
    """Settled with nothing, since the other record had the benefits."""
    goes = double()
    with clock.on_day(D(2008, 11, 10)):
        theirs = c.settled(goes, c.hospital("H2", grade="grade2"), on="2008-11-01", until="2008-11-10")
    assert theirs.fund == 0
    (said,) = refused(story.person, goes)
    assert theirs.number in said


def test_a_transfer_under_way_is_answered_first() -> None:
    stays, goes = double(), double()
    there = make.actor(Role.COMMUNITY, make.community(ELSEWHERE))
    services.ask_transfer(resident_id=goes.pk, moved_on=TODAY, reason="booklet", by=there)
    assert refused(stays, goes) == ["A transfer to another community is asked for. Let it be answered first."]


def test_stays_that_overlap_wait_for_a_clerk() -> None:
    """A8, and nothing else stands against it."""
    stays, goes = double(), double()
    with clock.on_day(D(2009, 9, 30)):
        one = c.discharged(stays, c.hospital(), on="2009-09-01", until="2009-09-10")
        other = c.discharged(goes, c.hospital("H2", grade="grade2"), on="2009-09-05", until="2009-09-20")
    merge(stays, goes)
    one.refresh_from_db()
    other.refresh_from_db()
    assert [bool(one.held), bool(other.held)] == [False, True]


# --- who may, and once -----------------------------------------------------------------------------------------------


def test_a_clerk_proposes_and_another_decides() -> None:
    stays, goes = double(), double()
    given = {"survivor": stays.number, "duplicate": goes.number, "reason": "same booklet"}
    with pytest.raises(NotAllowed):
        services.propose_merge(**given, by=make.actor(Role.COMMUNITY))
    row = services.propose_merge(**given, by=m.clerk())
    assert services.propose_merge(**given, by=m.clerk()) == row
    with pytest.raises(NotAllowed):
        services.approve_merge(pk=row.pk, version=row.version, by=m.clerk())
    reviewer = m.reviewer()
    both = make.actor(Role.AGENCY_REVIEWER, username="both")
    Merge.objects.filter(pk=row.pk).update(proposed_by=both.user_id)
    with pytest.raises(Refused) as caught:
        services.approve_merge(pk=row.pk, version=row.version, by=both)
    assert caught.value.code == "own_entry"
    services.approve_merge(pk=row.pk, version=row.version, by=reviewer)
    with pytest.raises(Conflict):
        services.approve_merge(pk=row.pk, version=row.version, by=reviewer)
    with pytest.raises(Invalid):
        services.propose_merge(**given, by=m.clerk())
    told = AuditEntry.objects.filter(verb="merges.approve").values_list("resident", flat=True)
    assert set(told) == {stays.number, goes.number}


def test_a_proposal_is_rejected_with_a_reason() -> None:
    stays, goes = double(), double()
    row = services.propose_merge(survivor=stays.number, duplicate=goes.number, reason="booklet", by=m.clerk())
    with pytest.raises(Invalid):
        services.reject_merge(pk=row.pk, version=row.version, reason="", by=m.reviewer())
    with pytest.raises(NotAllowed):
        services.reject_merge(pk=row.pk, version=row.version, reason="x", by=make.actor(Role.AGENCY_CLERK))
    services.reject_merge(pk=row.pk, version=row.version, reason="cousins", by=m.reviewer())
    row.refresh_from_db()
    assert (row.status, row.decision) == ("rejected", "cousins")
    again = services.propose_merge(survivor=stays.number, duplicate=goes.number, reason="booklet", by=m.clerk())
    services.reject_merge(pk=again.pk, version=again.version, reason="mine was wrong", by=m.clerk())


@pytest.mark.parametrize(
    ("values", "field"), [({"reason": " "}, "reason"), ({"duplicate": "P2009-9999999"}, "duplicate")]
)
def test_what_cannot_be_proposed(values: dict[str, str], field: str) -> None:
    given = {"survivor": double().number, "duplicate": double().number, "reason": "booklet"}
    with pytest.raises(Invalid) as caught:
        services.propose_merge(**given | values, by=m.clerk())
    assert caught.value.field == field


def test_what_points_at_residents_is_found_by_itself() -> None:
    """A table that is added later is moved too."""
    models = {model.__name__ for model, _field in pointing_at(Resident())}
    assert {"Registration", "ContributionNotice", "BenefitPeriod", "Stay", "Settlement", "Referral"} <= models
    assert "Merge" not in models


def test_the_digest_of_a_merge_is_the_same_every_time(story: Story) -> None:
    """By natural keys: serial numbers and what was lost of them do not show."""
    stays = double(id_number="211002194005060018")
    digests = set()
    for _time in range(2):
        with transaction.atomic():
            merge(stays, story.person)
            digests.add(digest_of(digest_tables()))
            transaction.set_rollback(True)
    assert len(digests) == 1
    assert conflicts_of(stays, story.person) == []


def test_who_decides_is_told_where_the_records_speak_of_different_persons() -> None:
    stays, goes = double(), double()
    given = {"survivor": stays.number, "duplicate": goes.number, "reason": "same booklet"}
    row = services.propose_merge(**given, by=m.clerk())
    reviewer = signed_in(m.reviewer())
    assert "Are they one person?" not in text(reviewer.get(reverse("merge", args=[row.pk])))
    type(goes).objects.filter(pk=goes.pk).update(birth_date=D(1941, 5, 6))
    said = text(reviewer.get(reverse("merge", args=[row.pk])))
    assert "Are they one person?" in said
    assert f"Date of birth: {stays.birth_date} ≠ 1941-05-06" in said


def test_the_pages(story: Story) -> None:
    stays = double(name="张大叶")
    clerk, reviewer = signed_in(m.clerk()), signed_in(m.reviewer())
    assert clerk.get(f"/double-records/new/?resident={stays.number}").status_code == 200
    typed = {"survivor": stays.number, "duplicate": "nobody", "reason": "same booklet"}
    assert clerk.post("/double-records/new/", typed).status_code == 422
    address = clerk.post("/double-records/new/", typed | {"duplicate": story.person.number.lower()})["Location"]
    row = Merge.objects.get()
    assert "You proposed this yourself" in text(clerk.get(address))
    page = reviewer.get(address)
    shown = text(page)
    assert "contribution notice 3" in shown
    assert "2009-01-01 – 2009-12-31" in shown
    assert "Double records to decide on" in text(reviewer.get("/"))
    content = page.content.decode()
    seen = content.partition('name="seen" value="')[2].partition('"')[0]
    given = {"version": row.version, "seen": seen}
    assert reviewer.post(f"{address}approve/", given | {"seen": "x"}).status_code == 422
    assert reviewer.post(f"{address}approve/", given)["Location"] == reverse("resident", args=[stays.number])
    assert "Merged" in text(clerk.get("/double-records/?view=all"))
    assert clerk.get(address).status_code == 200
