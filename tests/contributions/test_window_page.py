"""The page of the yearly window."""

import datetime

import pytest
from django.test import Client

from enrollment.contributions.models import ContributionNotice
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from tests import factories as make

from . import makers as m

D = datetime.date
pytestmark = pytest.mark.django_db


def signed_in(client: Client, actor: Actor) -> Client:
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def test_the_clerk_counts_first_and_then_makes_the_notices(client: Client) -> None:
    m.enrolled(m.elder(), D(2009, 3, 20))
    signed_in(client, m.clerk())
    with clock.on_day(D(2009, 10, 1)):
        for data, count in (({"dry_run": "1"}, 0), ({}, 1)):
            answer = client.post("/notices/window/", data)
            run = Run.objects.latest("pk")
            assert (answer.status_code, answer["Location"]) == (302, run.get_absolute_url())
            runs.work_off(number=run.number)
            assert ContributionNotice.objects.filter(contribution_year=2010).count() == count
        page = client.get("/notices/window/")
    assert [run.dry_run for run in page.context["page"]] == [False, True]


@pytest.mark.parametrize(
    ("day", "is_open"), [(D(2009, 9, 30), False), (D(2009, 11, 30), True), (D(2009, 12, 1), False)]
)
def test_outside_the_window_nothing_can_be_started(client: Client, day: datetime.date, is_open: bool) -> None:
    signed_in(client, m.clerk())
    with clock.on_day(day):
        page = client.get("/notices/window/")
        assert page.context["is_open"] is is_open
        answer = client.post("/notices/window/", {"dry_run": "1"})
    assert answer.status_code == (302 if is_open else 422)
    assert Run.objects.exists() is is_open


def test_the_supervisor_looks_and_does_not_start(client: Client) -> None:
    signed_in(client, make.actor(Role.SUPERVISOR))
    with clock.on_day(D(2009, 10, 1)):
        assert client.get("/notices/window/").context["may_open"] is False
        assert client.post("/notices/window/").status_code == 403
    assert not Run.objects.exists()
