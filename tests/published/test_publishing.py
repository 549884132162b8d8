"""Figures for the public: prepared by one, published by another, frozen; shown to everybody without signing in."""

import csv
import datetime
import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Resident
from funds.models import EnteredDocument, Month
from funds.published import services
from funds.published.compiling import CATEGORIES, NO_DISTRICT, figures_of
from funds.published.models import Publication
from funds.published.rules import TOTAL, small
from funds.services import documents, months
from funds.supervision.models import FundMonth
from funds.supervision.selectors.fund import fund_report
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, NotAllowed, Refused
from liaoyang_medins.kernel.offices.models import Office, User
from tests.portal import sound_city

pytestmark = pytest.mark.django_db
YEAR = 2008


def close_months_until(last: datetime.date) -> None:
    """Close every month until this one."""
    clerk, reviewer = sound_city.actor("clerk"), sound_city.actor("reviewer")
    for waiting in EnteredDocument.objects.filter(status="entered"):
        documents.withdraw_document(number=waiting.number, version=waiting.version, reason="Typed twice", by=clerk)
    for prepared in Month.objects.filter(status="prepared"):
        months.withdraw_month(first=prepared.first, version=prepared.version, by=clerk)
    while months.oldest_open() <= last:
        month = months.prepare_month(first=months.oldest_open(), note="No statement yet", by=clerk)
        months.close_month(first=month.first, version=month.version, by=reviewer)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The sound city, once for all tests of this file: 2008 is published there."""
    with django_db_blocker.unblock(), transaction.atomic():
        sound_city.build()
        with clock.on_day(sound_city.TODAY):
            close_months_until(datetime.date(2009, 12, 1))
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def city(built, db) -> Iterator[None]:
    with clock.on_day(sound_city.TODAY):
        yield


@pytest.fixture
def published() -> Publication:
    """The newest edition: the demo published an earlier one."""
    return Publication.objects.filter(year=YEAR).latest("edition")


def test_insured_are_who_paid_for_the_year(published: Publication) -> None:
    insured = published.figures["insured"]
    paid = ContributionNotice.objects.filter(status="paid", contribution_year=YEAR).select_related("district")
    counts: dict[tuple[str, str], int] = {}
    for notice in paid:
        for row in (notice.category, TOTAL):
            for column in (notice.district.code, TOTAL):
                counts[row, column] = counts.get((row, column), 0) + 1
    assert insured[TOTAL][TOTAL] == paid.count() > 0
    hidden = 0
    for row in (*CATEGORIES, TOTAL):
        for column, value in insured[row].items():
            count = counts.get((row, column), 0)
            assert value in (count, None)
            assert value is None or not small(count)
            hidden += value is None
    assert hidden


def test_money_is_that_of_the_journal(published: Publication) -> None:
    report = fund_report(sound_city.actor("city-finance"), sound_city.TODAY, YEAR)
    figures = published.figures["fund"]
    fund = {name: Decimal(amount) for name, amount in figures.items() if amount is not None}
    assert fund["before"] == 0
    assert fund["contributions"] == report.total.contributions > 0
    assert fund["income"] == report.total.income
    # The fund paid for three persons: what it paid them, and the balance that would tell it, is hidden for good.
    assert {name for name, amount in figures.items() if amount is None} == {
        *("inpatient", "other_spending", "spending", "after")
    }
    assert set(published.figures["money"]["spending"].values()) == {None}
    next_year = figures_of(2009)["fund"]
    assert {name for name, amount in next_year.items() if amount is None} == {"before", "after"}
    report = fund_report(sound_city.actor("city-finance"), sound_city.TODAY, 2009)
    assert Decimal(next_year["spending"]) == report.total.spending > 0
    money = published.figures["money"]
    assert Decimal(money["contributions"][TOTAL]) == fund["contributions"]
    shown = [Decimal(value) for code, value in money["contributions"].items() if code != TOTAL and value]
    if None not in money["contributions"].values():
        assert sum(shown) == fund["contributions"]
    assert set(money["spending"]) - {NO_DISTRICT, TOTAL} == set(
        Office.objects.filter(kind="district").values_list("code", flat=True)
    )


def test_what_is_recovered_from_few_persons_is_not_told() -> None:
    """It belongs to no district: alone it would be the rest of the sum."""
    rest = FundMonth.objects.filter(month__year=2009, district=None, account__kind="expense")
    assert rest.exists()
    spending = figures_of(2009)["money"]["spending"]
    hidden = {code for code, amount in spending.items() if amount is None}
    assert NO_DISTRICT in hidden
    assert len(hidden) > 1
    assert TOTAL not in hidden


def test_everybody_sees_it_without_signing_in(published: Publication) -> None:
    client = Client(headers={"accept-language": "en"})
    years = client.get(reverse("public-figures"))
    assert years.status_code == 200
    assert reverse("public-figures-year", args=[YEAR]) in years.content.decode()
    page = client.get(reverse("public-figures-year", args=[YEAR]))
    assert page.status_code == 200
    text = page.content.decode()
    assert "fewer than 5 persons" in text
    assert not any(person.name in text for person in Resident.objects.all())
    answer = client.get(reverse("public-figures-csv", args=[YEAR]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Year", "Edition", "Published on", "Table", "Row", "Column", "Value"]
    values = {tuple(row[3:6]): row[6] for row in rows[1:]}
    assert values["Insured persons", "Sum", "Sum"] == str(published.figures["insured"][TOTAL][TOTAL])
    assert values["Account of the fund (yuan)", "Balance at the end of the year", "Yuan"] == ""
    assert values["Account of the fund (yuan)", "Income in all", "Yuan"] == published.figures["fund"]["income"]
    assert client.get(reverse("public-figures-year", args=[2009])).status_code == 404
    assert client.get(reverse("publications")).status_code == 302
    zh = Client(headers={"accept-language": "zh-hans"}).get(reverse("public-figures-csv", args=[YEAR]))
    assert zh.content.startswith("\ufeff".encode())


def test_drafts_are_seen_by_nobody_outside(published: Publication) -> None:
    services.prepare_publication(year=2009, by=sound_city.actor("clerk"))
    client = Client()
    assert client.get(reverse("public-figures-year", args=[2009])).status_code == 404
    assert client.get(reverse("public-figures-csv", args=[2009])).status_code == 404
    assert "2009" not in client.get(reverse("public-figures")).content.decode().partition("<main")[2].partition(
        "</main"
    )[0].replace("2009-", "")


def test_one_prepares_and_another_publishes() -> None:
    clerk, reviewer = sound_city.actor("clerk"), sound_city.actor("reviewer")
    made = services.prepare_publication(year=2009, by=clerk)
    with pytest.raises(Conflict):
        services.prepare_publication(year=2009, by=clerk)
    with pytest.raises(NotAllowed):
        services.publish(number=made.number, version=made.version, by=clerk)
    Publication.objects.filter(pk=made.pk).update(made_by=reviewer.user_id)
    with pytest.raises(Refused):
        services.publish(number=made.number, version=made.version, by=reviewer)
    Publication.objects.filter(pk=made.pk).update(made_by=clerk.user_id)
    done = services.publish(number=made.number, version=made.version, by=reviewer)
    assert (done.status, done.published_on) == ("published", sound_city.TODAY)
    with pytest.raises(Conflict):
        services.publish(number=made.number, version=made.version, by=reviewer)
    with pytest.raises(Conflict):
        services.discard_publication(number=made.number, version=done.version, by=reviewer)


def test_a_draft_is_published_only_while_it_is_right() -> None:
    made = services.prepare_publication(year=2009, by=sound_city.actor("clerk"))
    paid = ContributionNotice.objects.filter(status="paid", contribution_year=2009).order_by("pk")[0]
    others = dict.fromkeys(("category",), "elderly" if paid.category != "elderly" else "minor")
    for notice in ContributionNotice.objects.filter(status="paid", contribution_year=2009):
        ContributionNotice.objects.filter(pk=notice.pk).update(**others)
    with pytest.raises(Conflict):
        services.publish(number=made.number, version=made.version, by=sound_city.actor("reviewer"))
    services.discard_publication(number=made.number, version=made.version, by=sound_city.actor("clerk"))
    assert not Publication.objects.filter(year=2009).exists()


def refusal_of(year: int) -> str:
    with pytest.raises(Refused) as error:
        services.prepare_publication(year=year, by=sound_city.actor("clerk"))
    return error.value.code


def test_a_year_that_is_not_over_closed_and_counted_is_not_published() -> None:
    """Payments of the last days of December come with the bank's file of January: an open month takes them."""
    assert refusal_of(2010) == "not_over"
    with clock.on_day(datetime.date(2011, 1, 3)):
        assert refusal_of(2010) == "months_open"
        close_months_until(datetime.date(2010, 11, 1))
        assert refusal_of(2010) == "months_open"
        close_months_until(datetime.date(2010, 12, 1))
        assert refusal_of(2010) == "not_counted"


def test_a_year_of_so_few_persons_is_not_published() -> None:
    kept = ContributionNotice.objects.filter(status="paid", contribution_year=2009).values_list("pk", flat=True)[4:]
    ContributionNotice.objects.filter(pk__in=list(kept)).update(contribution_year=2007)
    with pytest.raises(Refused):
        services.prepare_publication(year=2009, by=sound_city.actor("clerk"))


def test_the_database_keeps_what_was_published(published: Publication) -> None:
    for change in (lambda: Publication.objects.update(hash="0" * 64), lambda: Publication.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_another_edition_stands_beside_the_first(published: Publication) -> None:
    made = services.prepare_publication(year=YEAR, by=sound_city.actor("clerk"))
    assert made.number == f"{YEAR}-{published.edition + 1}"
    services.publish(number=made.number, version=made.version, by=sound_city.actor("reviewer"))
    client = Client(headers={"accept-language": "en"})
    newest = client.get(reverse("public-figures-year", args=[YEAR]))
    assert newest.context["publication"].number == made.number
    first = client.get(reverse("public-figures-year", args=[YEAR]), {"edition": f"{published.edition}"})
    assert first.context["publication"].number == published.number
    assert client.get(reverse("public-figures-year", args=[YEAR]), {"edition": "x'"}).status_code == 404


def test_the_pages_of_the_agency() -> None:
    clerk, reviewer = Client(), Client()
    clerk.force_login(User.objects.get(username="clerk"))
    reviewer.force_login(User.objects.get(username="reviewer"))
    assert clerk.get(reverse("publications")).status_code == 200
    answer = clerk.post(reverse("publication-new"), {"year": "2009"})
    assert answer["Location"] == reverse("publication", args=["2009-1"])
    page = reviewer.get(answer["Location"])
    assert reverse("publication-publish", args=["2009-1"]) in page.content.decode()
    assert reverse("publication-publish", args=["2009-1"]) not in clerk.get(answer["Location"]).content.decode()
    reviewer.post(reverse("publication-publish", args=["2009-1"]), {"version": "1"})
    assert Client().get(reverse("public-figures-year", args=[2009])).status_code == 200
