"""The frame: signing in and out, postings, language, the demo's day, health, and the pages of errors."""

import datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, RequestFactory
from django.urls import reverse

from liaoyang_medins.kernel import clock, errors
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.models import DemoClock, Posting, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.middleware import STATUS_CODES, DomainErrorMiddleware, error_page
from tests import factories

PASSWORD = "demo-password-1"
TODAY = datetime.date(2009, 3, 2)


@pytest.fixture(autouse=True)
def on_the_day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.get(pk=factories.actor(Role.COMMUNITY, username="clerk").user_id)


def sign_in(client: Client, username: str = "clerk", password: str = PASSWORD, **data: str) -> Any:
    return client.post(reverse("sign-in"), {"username": username, "password": password, **data})


# --- signing in and out --------------------------------------------------------------------------------------------


def test_who_is_not_signed_in_is_asked_to(client: Client, db: None) -> None:
    response = client.get("/", follow=True)
    assert response.redirect_chain == [("/sign-in/?next=/", 302)]
    assert b"autocomplete" in response.content


def test_sign_in_leads_where_one_wanted_to_go(client: Client, clerk: User) -> None:
    response = sign_in(client, next="/search/")
    assert (response.status_code, response["Location"]) == (302, "/search/")
    assert client.get("/").status_code == 200


def test_sign_in_does_not_lead_elsewhere(client: Client, clerk: User) -> None:
    assert sign_in(client, next="https://example.org/")["Location"] == "/"


def test_a_wrong_password_says_so_and_keeps_the_user_name(client: Client, clerk: User) -> None:
    response = sign_in(client, password="wrong")
    assert response.status_code == 200
    assert b'value="clerk"' in response.content
    assert b"error-summary" in response.content
    assert b"wrong" not in response.content.replace(b"field-wrong", b"")


def test_a_deactivated_user_is_out_at_once(client: Client, clerk: User) -> None:
    sign_in(client)
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert client.get("/").status_code == 302
    assert sign_in(client).status_code == 200


def test_sign_out_is_a_post(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert client.get(reverse("sign-out")).status_code == 405
    assert client.post(reverse("sign-out")).status_code == 302
    assert client.get("/").status_code == 302


def test_who_is_signed_in_does_not_sign_in_again(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert client.get(reverse("sign-in"))["Location"] == "/"


def test_the_accounts_of_the_demo_are_shown_only_in_the_demo(client: Client, db: None, settings: Any) -> None:
    settings.DEMO = True
    page = client.get(reverse("sign-in")).content
    assert b"district-finance" in page
    settings.DEMO = False
    page = client.get(reverse("sign-in")).content
    assert b"district-finance" not in page


# --- postings ------------------------------------------------------------------------------------------------------


def test_one_works_in_the_first_posting_and_can_switch(client: Client, clerk: User) -> None:
    second = Posting.objects.create(user=clerk, role=Role.ADMINISTRATOR, office=factories.area(), starts=factories.LAW)
    client.force_login(clerk)
    assert client.get(reverse("users")).status_code == 403
    assert client.post(reverse("choose-posting"), {"posting": second.pk})["Location"] == "/"
    assert client.get(reverse("users")).status_code == 200


def test_nobody_switches_to_a_posting_of_somebody_else(client: Client, clerk: User) -> None:
    other = factories.actor(Role.ADMINISTRATOR)
    client.force_login(clerk)
    for posting in (other.posting_id, 0, 999_999, ""):
        assert client.post(reverse("choose-posting"), {"posting": posting}).status_code == 404
    assert client.post(reverse("choose-posting"), {"posting": "x"}).status_code == 404
    assert client.get(reverse("choose-posting")).status_code == 405


def test_switching_needs_a_signed_in_user(client: Client, db: None) -> None:
    assert client.post(reverse("choose-posting"), {"posting": 1})["Location"] == reverse("sign-in")


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (factories.LAW, TODAY - datetime.timedelta(days=1)),
        (TODAY + datetime.timedelta(days=1), None),
    ],
)
def test_outside_the_days_of_the_posting_one_may_nothing(
    client: Client, starts: datetime.date, ends: Any, db: None
) -> None:
    user = factories.user("clerk")
    Posting.objects.create(user=user, role=Role.COMMUNITY, office=factories.community(), starts=starts, ends=ends)
    client.force_login(user)
    response = client.get("/")
    assert response.status_code == 403
    assert response.templates[0].name == "web/no_posting.html"


def test_a_posting_at_a_closed_office_counts_for_nothing(client: Client, clerk: User) -> None:
    office = clerk.postings.get().office
    office.closed_on = TODAY
    office.save()
    client.force_login(clerk)
    assert client.get("/").status_code == 403


def test_a_posting_that_ends_takes_its_session_along(client: Client, clerk: User) -> None:
    other = Posting.objects.create(user=clerk, role=Role.ADMINISTRATOR, office=factories.area(), starts=factories.LAW)
    client.force_login(clerk)
    client.post(reverse("choose-posting"), {"posting": other.pk})
    Posting.objects.filter(pk=other.pk).update(ends=TODAY - datetime.timedelta(days=1))
    assert client.get(reverse("users")).status_code == 403
    assert client.get("/").status_code == 200


# --- language, the demo's day, health ------------------------------------------------------------------------------


def test_chinese_is_the_default_and_english_a_switch_away(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert b'<html lang="zh-hans">' in client.get("/").content
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert b'<html lang="en">' in client.get("/").content


def test_the_demos_day_moves(client: Client, clerk: User, settings: Any) -> None:
    settings.DEMO = True
    client.force_login(clerk)
    client.post(reverse("demo-date"), {"day": "2009-12-31"})
    assert DemoClock.objects.get().day == datetime.date(2009, 12, 31)
    client.post(reverse("demo-date"), {"months": "2"})
    assert DemoClock.objects.get().day == datetime.date(2010, 2, 28)
    response = client.post(reverse("demo-date"), {"days": "1", "next": "/search/"})
    assert (DemoClock.objects.get().day, response["Location"]) == (datetime.date(2010, 3, 1), "/search/")
    assert AuditEntry.objects.filter(verb="demo.set_day").count() == 3
    assert b"2010" in client.get("/").content


@pytest.mark.parametrize("day", ["2008-06-30", "tomorrow", "2009-02-30", "9999-99-99"])
def test_the_demos_day_stays_inside_the_law(client: Client, clerk: User, settings: Any, day: str) -> None:
    settings.DEMO = True
    client.force_login(clerk)
    response = client.post(reverse("demo-date"), {"day": day}, follow=True)
    assert b"notice-bad" in response.content
    assert not DemoClock.objects.exists()


def test_outside_the_demo_there_is_no_way_to_move_the_day(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    assert client.post(reverse("demo-date"), {"day": "2009-12-31"}).status_code == 404


def test_health(client: Client, db: None) -> None:
    assert client.get(reverse("health")).json() == {"status": "ok"}


def test_the_style_guide_is_for_developers(client: Client, clerk: User, settings: Any) -> None:
    client.force_login(clerk)
    settings.DEBUG = False
    assert client.get(reverse("style-guide")).status_code == 404
    settings.DEBUG = True
    assert client.get(reverse("style-guide")).status_code == 200


# --- errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "status"), [(kind, code) for kind, code in STATUS_CODES.items()])
def test_a_domain_error_becomes_a_page(
    rf: RequestFactory, kind: type[errors.DomainError], status: int, db: None
) -> None:
    request = rf.get("/")
    request.user = factories.user()
    request.actor = None  # type: ignore[attr-defined]
    response = DomainErrorMiddleware(lambda _request: error_page(_request, kind("x"))).process_exception(
        request, kind("This & that.", reasons=["Since so."])
    )
    assert response is not None
    assert response.status_code == status
    assert b"This &amp; that." in response.content
    assert b"Since so." in response.content


def test_other_faults_are_left_alone(rf: RequestFactory) -> None:
    middleware = DomainErrorMiddleware(lambda request: error_page(request, errors.Refused("x")))
    assert middleware.process_exception(rf.get("/"), ValueError("x")) is None


def test_every_kind_of_domain_error_has_its_status() -> None:
    assert set(errors.DomainError.__subclasses__()) == set(STATUS_CODES)


def test_pages_that_do_not_exist(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert b'lang="zh-hans"' in response.content


def test_the_headers_that_protect(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


# --- the business date ---------------------------------------------------------------------------------------------


def test_the_business_date(settings: Any) -> None:
    assert clock.today() == TODAY
    with clock.on_day(datetime.date(2010, 1, 1)):
        assert clock.today() == datetime.date(2010, 1, 1)
        with clock.on_day(None):
            assert clock.today() == datetime.date(2010, 1, 1)
    settings.BUSINESS_DATE = ""
    assert abs(clock.today() - datetime.datetime.now(clock.SHANGHAI).date()) <= datetime.timedelta(days=1)


def test_the_password_rules_hold_in_the_settings() -> None:
    names = [validator["NAME"].rpartition(".")[2] for validator in django_settings.AUTH_PASSWORD_VALIDATORS]
    assert "MinimumLengthValidator" in names
    assert "CommonPasswordValidator" in names
