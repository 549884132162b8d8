"""The supervisor's figures: counted by a job, shown for some minutes, and never older."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from enrollment.contributions.models import ContributionNotice
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.portal import figures
from liaoyang_medins.portal.demo.city import CitySize, create_demo_city
from liaoyang_medins.portal.models import SchemeFigures
from liaoyang_medins.portal.tasks import count_scheme_figures

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2009, 10, 15)


@pytest.fixture(autouse=True)
def city():
    with clock.on_day(TODAY):
        create_demo_city(CitySize(residents=30), lambda said: None)
        yield


def take_one_back() -> None:
    paid = ContributionNotice.objects.filter(contribution_year=2009, status="paid").order_by("pk")[0]
    paid.status = "returned"
    paid.save()


def test_the_job_counts_them_anew() -> None:
    count_scheme_figures()
    before = SchemeFigures.objects.get()
    assert before.day == TODAY
    take_one_back()
    count_scheme_figures()
    assert SchemeFigures.objects.get().persons == before.persons - 1


def test_they_are_read_for_some_minutes_and_then_counted_by_who_looks() -> None:
    before = figures.scheme_figures(TODAY)
    assert before.persons > 0
    assert before.personal > 0
    take_one_back()
    assert figures.scheme_figures(TODAY).persons == before.persons
    SchemeFigures.objects.update(made_at=timezone.now() - figures.OLD)
    assert figures.scheme_figures(TODAY).persons == before.persons - 1
    assert figures.scheme_figures(TODAY + datetime.timedelta(days=365)).persons != before.persons
    assert SchemeFigures.objects.count() == 2


def test_the_home_page_says_when_they_were_counted() -> None:
    count_scheme_figures()
    an_hour_ahead = timezone.now().replace(minute=5) + datetime.timedelta(hours=1)
    SchemeFigures.objects.update(made_at=an_hour_ahead)
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username="supervisor"))
    enrolled = client.get("/").context["figures"][0]
    assert enrolled.value == f"{SchemeFigures.objects.get().enrolled:,}"
    assert enrolled.note == f"counted at {an_hour_ahead.astimezone(clock.SHANGHAI):%H}:05"
