"""The pages of long runs: the list, one run in each state, and its progress while a real worker is at it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import Page, expect

from funds import services as funds
from funds.models import SubsidyStatement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services
from liaoyang_medins.kernel.runs.models import Run
from tests import factories
from tests.e2e.axe import pixels_over, violations
from tests.funds import makers
from tests.funds.steps import AFTER, IN_WINDOW, WINDOW

from . import kind
from .kind import parameters

R = Role


def client_of(role: Role, username: str | None = None) -> Client:
    actor = factories.actor(role, username=username)
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def start(clerk: Any, count: int = 6, **values: Any) -> Run:
    return services.start_run(kind="test", parameters=parameters(count, **values), by=clerk, calls=False)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_list_takes_the_same_number_of_queries_however_long(clerk):
    client = client_of(R.SUPERVISOR)
    counts = []
    for number in range(3):
        start(clerk, group=f"g{number}")
        with CaptureQueriesContext(connection) as queries:
            page = text(client.get(reverse("runs")))
        assert page.count("<tr data-href") == number + 1
        counts.append(len(queries))
    assert counts[0] == counts[2]
    assert "0 / 6" in page or "0 of 6" in page


def test_an_empty_list_says_so(clerk):
    assert 'class="empty"' in text(client_of(R.AGENCY_REVIEWER).get(reverse("runs")))


def test_who_steers_sees_the_buttons_of_the_state(clerk):
    run = start(clerk)
    steers, looks = client_of(R.AGENCY_CLERK), client_of(R.AGENCY_REVIEWER)
    pause, resume, cancel = (reverse(f"run-{verb}", args=[run.number]) for verb in ("pause", "resume", "cancel"))

    def buttons(client: Client) -> set[str]:
        page = text(client.get(run.get_absolute_url()))
        return {url for url in (pause, resume, cancel) if f'action="{url}"' in page}

    assert buttons(steers) == {pause, cancel}
    assert buttons(looks) == set()
    assert steers.get(pause).status_code == 405
    assert looks.post(pause).status_code == 403
    assert steers.post(pause).url == run.get_absolute_url()
    assert buttons(steers) == {resume, cancel}
    assert steers.post(pause).status_code == 409
    assert steers.post(resume).status_code == 302
    assert buttons(steers) == {pause, cancel}
    assert steers.post(cancel).status_code == 302
    assert buttons(steers) == set()
    assert "timeline-text" in text(steers.get(run.get_absolute_url()))


def test_a_run_shows_sums_refusals_and_what_failed(clerk):
    kind.BARRED.add("n001")
    kind.POISON.add("n003")
    run = start(clerk)
    with pytest.raises(services.RunFailed):
        services.work_off(number=run.number)
    page = text(client_of(R.SUPERVISOR).get(run.get_absolute_url()))
    assert "20.00" in page
    assert "barred for n" in page
    assert "barred for a letter" in page
    assert "ValueError: poisoned" in page
    assert "a row that nobody may read" not in page
    assert 'aria-valuenow="5"' in page
    assert "hx-trigger" not in page


def test_the_live_part_is_asked_for_while_the_run_is_at_work(clerk):
    run = start(clerk)
    client = client_of(R.SUPERVISOR)
    page = text(client.get(run.get_absolute_url()))
    assert 'hx-trigger="every 1s"' in page
    # Without JavaScript the page comes again by itself.
    assert '<noscript><meta http-equiv="refresh"' in page
    services.work_one(number=run.number)
    part = client.get(run.get_absolute_url(), headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    assert 'aria-valuenow="1"' in text(part)
    assert "HX-Refresh" not in part
    services.work_off(number=run.number)
    part = client.get(run.get_absolute_url(), headers={"HX-Request": "true"})
    assert part["HX-Refresh"] == "true"
    assert "http-equiv" not in text(client.get(run.get_absolute_url()))


# --- in the browser --------------------------------------------------------------------------------------------------


@pytest.fixture
def slowly(transactional_db: None) -> Iterator[None]:
    """Each chunk of a statement takes a moment, so that one can watch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION wait_a_moment() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER wait AFTER INSERT ON funds_subsidyitem FOR EACH STATEMENT EXECUTE FUNCTION wait_a_moment()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION wait_a_moment() CASCADE")


@pytest.mark.e2e
def test_progress_is_watched_to_the_end(
    slowly: None, worker: None, page: Page, live: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from funds.services import preparing

    settings.BUSINESS_DATE = AFTER.isoformat()
    monkeypatch.setattr(preparing, "NOTICES_PER_LOT", 1)
    for _ in range(8):
        makers.notice(makers.person(), paid_on=IN_WINDOW)
    client = client_of(R.AGENCY_CLERK, username="watcher")
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live.url},
            {"name": "django_language", "value": "en", "url": live.url},
        ]
    )
    page.goto(reverse("statement-new"))
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/runs/*/")
    bar = page.locator("[role=progressbar]")
    expect(bar).to_have_attribute("aria-valuemax", "8")
    shown = set()
    to_draft = page.locator("a.btn-primary[href*='/statements/']")
    while not to_draft.is_visible():
        shown.add(bar.get_attribute("aria-valuenow", timeout=5_000))
        page.wait_for_timeout(100)
    # It moved while it was looked at, and nothing but HTMX moved it.
    assert len(shown) > 2
    expect(bar).to_have_attribute("aria-valuenow", "8")
    assert "hx-trigger" not in page.content()
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert pixels_over(page) == 0
        assert violations(page) == []
    to_draft.click()
    page.wait_for_url("**/statements/*/")
    expect(page.locator("main")).to_contain_text("800.00")
    assert SubsidyStatement.objects.get().status == "draft"


@pytest.mark.e2e
def test_a_run_at_work_and_a_dry_run_are_sound_pages(page: Page, live: Any, settings: Any) -> None:
    settings.BUSINESS_DATE = AFTER.isoformat()
    for _ in range(3):
        makers.notice(makers.person(), paid_on=IN_WINDOW)
    client = client_of(R.AGENCY_CLERK, username="looker")
    clerk = factories.actor(R.AGENCY_CLERK, username="starter")
    with clock.on_day(AFTER):
        dry = funds.start_preparing(**WINDOW, by=clerk, dry_run=True, calls=False)
        services.work_off(number=dry.number)
        run = funds.start_preparing(**WINDOW, by=clerk, calls=False)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live.url}])
    for url in (dry.get_absolute_url(), run.get_absolute_url(), reverse("runs")):
        for width in (1440, 320):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(url)
            assert pixels_over(page) == 0, url
            assert violations(page) == [], url
