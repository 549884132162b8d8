"""The desk in a browser without scripts: the queue, the page of one stay, and what others see of it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from claims import services
from claims.models import FeeLine, Review, Settlement, Stay
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Cause
from tests import factories
from tests.claims import makers
from tests.claims.test_pages import browser, text_of

pytestmark = pytest.mark.django_db


def waiting(**values) -> Stay:
    return makers.discharged(makers.insured(), makers.hospital(), diagnosis="S52.5", **values)


def version() -> int:
    return int(Review.objects.get().version)


def test_the_queue_filters_by_step_reason_and_amount():
    small, large = waiting(amounts=("500.00",)), waiting(amounts=("9000.00",))
    moved = makers.discharged(makers.insured(), makers.hospital(), transfer_stated=True)
    client = browser(makers.clerk())
    url = reverse("desk")
    shown = text_of(client.get(url))
    assert all(stay.number in shown for stay in (small, large, moved))
    assert "Injury without a cause (2)" in shown
    shown = text_of(client.get(url, {"reason": "injury", "total": "1000"}))
    assert (small.number in shown, large.number in shown, moved.number in shown) == (False, True, False)
    services.propose(stay_number=small.number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    assert small.number in text_of(browser(makers.reviewer()).get(url))
    services.release(stay_number=small.number, by=makers.reviewer())
    assert small.number in text_of(client.get(url, {"status": "closed"}))
    for order in ("opened_on", "-total", "fund"):
        assert client.get(url, {"sort": order}).status_code == 200


def test_a_stay_goes_through_the_desk():
    stay, other = waiting(amounts=("8000.00", "500.00")), waiting()
    clerk, reviewer = browser(makers.clerk()), browser(makers.reviewer())
    url = reverse("stay-review", args=[stay.number])
    page = clerk.get(url)
    assert "Injury without a cause" in text_of(page)
    mine = Review.objects.get(stay=stay)
    fields = {"version": mine.version, "line": "2", "amount": "", "reason": ""}
    wrong = clerk.post(reverse("review-cut", args=[stay.number]), fields)
    assert (wrong.status_code, "Error:" in text_of(wrong)) == (422, True)
    done = clerk.post(reverse("review-cut", args=[stay.number]), fields | {"reason": "not done"})
    assert done.url == url
    assert FeeLine.objects.get(stay=stay, line_number="2").denied == Decimal("500.00")
    mine.refresh_from_db()
    clerk.post(reverse("review-restore", args=[stay.number]), {"version": mine.version, "line": "2"})
    assert not FeeLine.objects.filter(denied__gt=0).exists()
    mine.refresh_from_db()
    fields = {"version": mine.version, "finding": "fell", "cause": ""}
    wrong = clerk.post(reverse("review-propose", args=[stay.number]), fields)
    assert (wrong.status_code, Review.objects.get(stay=stay).status) == (422, "waiting")
    done = clerk.post(reverse("review-propose", args=[stay.number]), fields | {"cause": "accident"})
    # On to the next of the queue.
    assert done.url == reverse("stay-review", args=[other.number])
    mine.refresh_from_db()
    page = reviewer.get(url)
    assert "Release: settle the stay" in text_of(page)
    reviewer.post(reverse("review-send-back", args=[stay.number]), {"version": mine.version, "note": "who says so?"})
    assert "who says so?" in text_of(clerk.get(url))
    mine.refresh_from_db()
    fields |= {"version": mine.version, "cause": "accident", "finding": "a witness"}
    clerk.post(reverse("review-propose", args=[stay.number]), fields)
    mine.refresh_from_db()
    done = reviewer.post(reverse("review-release", args=[stay.number]), {"version": mine.version, "fund": "3600.00"})
    assert done.url == reverse("desk")
    assert Settlement.objects.get().fund == Decimal("3600.00")
    assert "Released" in text_of(reviewer.get(url))


def test_who_examined_it_is_told_that_a_colleague_releases():
    stay = waiting()
    both = factories.actor(Role.AGENCY_REVIEWER, username="both")
    Review.objects.update(status="proposed", examined_on="2010-06-30", finding="x", examined_by=both.user_id)
    shown = text_of(browser(both).get(reverse("stay-review", args=[stay.number])))
    assert "a colleague releases it" in shown
    assert "Release: settle the stay" not in shown
    page = browser(both).post(reverse("review-release", args=[stay.number]), {"version": version(), "fund": "3375.00"})
    assert (page.status_code, Settlement.objects.count()) == (422, 0)


def test_a_hospital_asks_for_the_reversal_of_what_was_paid_and_sees_that_it_waits():
    by = makers.hospital()
    settlement = makers.settled(makers.insured(), by)
    Settlement.objects.update(paid_out_on=makers.day("2010-05-01"))
    client = browser(by)
    client.post(reverse("settlement-ask-reversal", args=[settlement.number]), {"reason": "a line is missing"})
    assert Review.objects.get().asked == "a line is missing"
    services.propose(stay_number=settlement.stay.number, finding="is so", by=makers.clerk())
    url = reverse("stay-review", args=[settlement.stay.number])
    assert "Leave the settlement as it is" in text_of(browser(makers.reviewer()).get(url))
    browser(makers.reviewer()).post(
        reverse("review-deny", args=[settlement.stay.number]), {"version": version(), "note": "nothing is missing"}
    )
    assert Review.objects.get().status == "denied"
    assert client.get(url).status_code == 403


def test_a_reviewer_asks_the_desk_to_reverse_what_was_paid():
    settlement = makers.settled(makers.insured(), makers.hospital())
    Settlement.objects.update(paid_out_on=makers.day("2010-05-01"))
    asks = makers.reviewer()
    client = browser(asks)
    shown = text_of(client.get(reverse("settlement", args=[settlement.number])))
    assert "Ask the desk to reverse it" in shown
    page = client.post(reverse("settlement-reverse", args=[settlement.number]), {"reason": "wrong item"})
    assert page.url == reverse("stay", args=[settlement.stay.number])
    assert (Settlement.objects.get().live, Review.objects.get().status) == (True, "waiting")
    services.propose(stay_number=settlement.stay.number, finding="is so", by=makers.clerk())
    url = reverse("stay-review", args=[settlement.stay.number])
    shown = text_of(client.get(url))
    assert "You asked for this reversal" in shown
    assert "Release: reverse the settlement" not in shown
    assert "Release: reverse the settlement" in text_of(browser(makers.reviewer()).get(url))
    fields = {"version": version(), "fund": str(settlement.fund)}
    refused = client.post(reverse("review-release", args=[settlement.stay.number]), fields)
    assert (refused.status_code, Settlement.objects.get().live) == (422, True)


def test_what_was_found_before_is_shown_when_a_stay_comes_back():
    stay = waiting()
    first = makers.through_the_desk(stay, cause=Cause.ACCIDENT)
    services.reverse_settlement(number=first.number, reason="x", by=makers.hospital())
    shown = text_of(browser(makers.clerk()).get(reverse("stay-review", args=[stay.number])))
    assert "Examined by the agency before" in shown
    assert "as it was stated" in shown


def test_a_stay_without_a_review_leads_back_to_its_page():
    stay = makers.discharged(makers.insured(), makers.hospital())
    page = browser(makers.clerk()).get(reverse("stay-review", args=[stay.number]))
    assert page.url == reverse("stay", args=[stay.number])
