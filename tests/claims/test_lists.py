"""The lists of claims: filters in the address, order, search, and how few statements they take."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import services
from tests.claims import makers
from tests.claims.test_pages import browser, text_of

pytestmark = pytest.mark.django_db


def test_the_queue_filters_by_state_institution_and_text_in_the_address():
    one, two = makers.hospital(), makers.hospital("H2")
    running = makers.admitted(makers.insured(name="王秀英"), one, inpatient_number="Z-1")
    over = makers.discharged(makers.insured(name="李建国"), two)
    paid = makers.settled(makers.insured(name="张丽华"), two)
    client = browser(makers.clerk())

    def shown(**query):
        return set(re.findall(r">(S\d{4}-\d{7})<", client.get(reverse("stays"), query).content.decode()))

    assert shown() == {running.number, over.number}
    assert shown(status="settled") == {paid.stay.number}
    assert shown(status="all") == {running.number, over.number, paid.stay.number}
    assert shown(status="all", institution="H2") == {over.number, paid.stay.number}
    assert shown(status="held") == set()
    for text in ("王秀", "Z-1", running.number, running.resident.number):
        assert shown(q=text) == {running.number}
    assert shown(q="nobody", institution="nonsense", sort="password", page="x") == {running.number, over.number}
    told = text_of(client.get(reverse("stays"), {"status": "settled"}))
    assert "8,000.00" in told
    assert "3,375.00" in told
    empty = text_of(client.get(reverse("stays"), {"q": "nobody"}))
    assert "No stay here" in empty


@pytest.mark.parametrize("sort", ["number", "-resident__pinyin", "admitted_on", "-total", "fund"])
def test_the_queue_is_sorted_by_its_headings(sort):
    by = makers.hospital()
    for amount in ("100.00", "900.00"):
        makers.settled(makers.insured(), by, (amount,))
    page = browser(by).get(reverse("stays"), {"status": "all", "sort": sort})
    assert page.status_code == 200
    if sort == "-total":
        assert [row.total for row in page.context["page"]] == [Decimal("900.00"), Decimal("100.00")]


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert client.get(url).status_code == 200
    return len(context)


def test_lists_take_as_many_statements_for_three_rows_as_for_one():
    clerk, by = makers.clerk(), makers.hospital()
    client = browser(clerk)
    makers.institution("OUT", out_of_city=True, may_refer=False)
    urls = [reverse(name) for name in ("stays", "referrals", "catalogue", "institutions")]

    def one_more() -> None:
        person = makers.insured()
        makers.discharged(person, by)
        services.request_referral(
            resident_number=person.number,
            from_institution="H3",
            to_institution="OUT",
            diagnosis="J18.9",
            reason="x",
            issued_on=makers.day("2010-06-01"),
            valid_until=makers.day("2010-07-01"),
            by=clerk,
        )

    one_more()
    for url in urls:
        client.get(url)
    before = [queries_of(client, url) for url in urls]
    for number in range(3):
        one_more()
        makers.item(f"I{number}")
        makers.institution(f"N{number}")
    assert [queries_of(client, url) for url in urls] == before


def test_a_page_of_a_stay_takes_as_many_statements_for_sixty_lines_as_for_one():
    by = makers.hospital()
    client = browser(by)
    counts = []
    for number in (1, 60):
        stay = makers.discharged(makers.insured(), by, ("10.00",) * number)
        client.get(reverse("stay", args=[stay.number]))
        counts.append([queries_of(client, reverse(name, args=[stay.number])) for name in ("stay", "stay-calculation")])
    assert counts[0] == counts[1]


def test_suggestions_come_by_code_name_and_initials():
    makers.catalogue()
    makers.diagnosis()
    client = browser(makers.hospital())
    url = reverse("item-options")
    for text in ("A1", "青霉", "qms"):
        assert 'value="A1"' in client.get(url, {"item_code": text, "on": "2009-03-01"}).content.decode()
    exact = text_of(client.get(url, {"item_code": "B1", "on": "2009-03-01"}))
    assert "Class B" in exact
    assert "10%" in exact
    assert "Nothing in the catalogue fits" in text_of(client.get(url, {"item_code": "zzz", "on": "x"}))
    row = {"row-3-item_code": "qms", "row-3-on": "2009-03-01", "row-0-item_code": "B1"}
    of_row = client.get(url, row, headers={"HX-Trigger-Name": "row-3-item_code"}).content.decode()
    assert ('value="A1"' in of_row, 'value="B1"' in of_row, "_live" in of_row) == (True, False, False)
    url = reverse("diagnosis-options")
    for text in ("j18", "肺炎", "neumon"):
        assert 'value="J18.9"' in client.get(url, {"diagnosis": text}).content.decode()
    assert "<option" not in client.get(url).content.decode()


def test_the_catalogue_is_searched_and_filtered():
    makers.catalogue()
    makers.item("OLD", ends=makers.day("2009-12-31"))
    client = browser(makers.clerk())

    def shown(**query):
        return {item.code for item in client.get(reverse("catalogue"), query).context["page"]}

    # As of today, unless another day is asked for.
    assert shown() == {"A1", "B1", "C1", "L1"}
    assert shown(on="2009-12-31") == {"A1", "B1", "C1", "L1", "OLD"}
    assert shown(q="tb") == {"B1"}
    assert shown(cls="A", q="cw") == {"L1"}
    assert "Nothing fits" in text_of(client.get(reverse("catalogue"), {"q": "zzz"}))
