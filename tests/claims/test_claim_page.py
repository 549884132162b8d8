"""The page of a claim: fee lines with their sums and filters, the calculation, the cap and who else used it."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import fees, services
from claims.facts import benefit_days
from claims.models import CatalogueItem, FeeLine, Stay
from tests.claims import makers
from tests.claims.test_pages import browser, text_of

pytestmark = pytest.mark.django_db


def claim(*, until: str = "2009-03-09") -> Stay:
    """A stay with a drug of class A, one of class B with a share, a treatment of class C, a bed above its limit, an
    item that is in no catalogue, and a drug dated after the last day with benefits.
    """
    by = makers.hospital()
    makers.catalogue()
    CatalogueItem.objects.filter(code="C1").update(kind="treatment")
    CatalogueItem.objects.filter(code="L1").update(kind="service")
    person = makers.insured(spans={2009: (makers.day("2009-01-01"), makers.day("2009-03-04"))}, name="王秀英")
    stay = makers.admitted(person, by)
    lines = [
        makers.line("4000.00"),
        makers.line("100.00", code="B1"),
        makers.line("25.00", code="C1"),
        makers.line("30.00", code="L1"),
        makers.line("7.00", code="X9", item_name="野山参"),
        makers.line("60.00", on="2009-03-08"),
    ]
    services.add_lines(stay_number=stay.number, lines=lines, by=by)
    return services.discharge(stay_number=stay.number, discharged_on=makers.day(until), by=by)


def sums(rows) -> dict[str, list[str]]:
    return {row.label: [str(row.fees.amount), str(row.fees.in_scope), str(row.fees.out_of_scope)] for row in rows}


def test_the_sums_by_kind_and_reason_are_those_of_the_calculation():
    stay = claim()
    totals = fees.totals(fees.of_stay(stay, benefit_days(stay.resident)))
    assert sums(totals.by_kind) == {
        "Drug": ["4160.00", "4090.00", "70.00"],
        "Treatment": ["25.00", "0.00", "25.00"],
        "Service facility": ["30.00", "10.00", "20.00"],
        "Outside the catalogue": ["7.00", "0.00", "7.00"],
    }
    assert {label: out for label, (_amount, _in, out) in sums(totals.by_reason).items()} == {
        "Dated outside the benefit periods.": "60.00",
        "Not in the catalogue on that day.": "7.00",
        "Class C is borne by the person.": "25.00",
        "Personal share of class B.": "10.00",
        "Above the price limit.": "20.00",
    }
    result = services.presettle(stay).result
    assert (totals.whole.amount, totals.whole.in_scope) == (result.total, result.in_scope)
    assert totals.last_on == makers.day("2009-03-08")


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, "123456"),
        ({"kind": "drug"}, "126"),
        ({"kind": "outside"}, "5"),
        ({"catalogue_class": "B"}, "2"),
        ({"catalogue_class": "outside"}, "5"),
        ({"reason": "any"}, "23456"),
        ({"reason": "outside_benefit"}, "6"),
        ({"reason": "over_price_limit"}, "4"),
        ({"text": "a1"}, "16"),
        ({"text": "参"}, "35"),
        ({"text": "CWF"}, "4"),
        ({"text": "nothing like it"}, ""),
        ({"kind": "drug", "reason": "any", "text": "A1"}, "6"),
    ],
)
def test_lines_are_filtered_by_kind_class_reason_and_text(asked, numbers):
    stay = claim()
    found = fees.chosen(fees.of_stay(stay, benefit_days(stay.resident)), **asked)
    assert "".join(sorted(found.values_list("line_number", flat=True))) == numbers
    rows = FeeLine.objects.filter(line_number__in=list(numbers), stay=stay)
    assert fees.totals(found).whole.amount == sum((row.amount for row in rows), Decimal(0))


def test_each_sum_is_one_statement_of_the_database():
    stay = claim()
    benefit = benefit_days(stay.resident)
    with CaptureQueriesContext(connection) as asked:
        lines = fees.of_stay(stay, benefit)
    assert len(asked) == 1
    for filters in ({}, {"kind": "drug", "text": "A"}):
        with CaptureQueriesContext(connection) as asked:
            fees.totals(fees.chosen(lines, **filters))
        assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        fees.kinds_of([stay])
    assert len(asked) == 3


def test_the_page_says_what_counts_what_does_not_and_what_comes_next():
    stay = claim()
    client = browser(makers.clerk())
    told = text_of(client.get(reverse("stay", args=[stay.number])))
    words = "Look at the calculation, then settle the stay.", "Provisional calculation", "provisional: not settled yet"
    for said in (*words, "Days in hospital", "Outside the catalogue", "By kind of fee", "This stay, provisionally"):
        assert said in told
    # Each step with its parameter, the day since which it holds, rule and article.
    assert re.search(r"Deductible that holds .*? 500\.00 D1 · Art\. 20\(2\) since 2008-07-01", told)
    assert re.search(r"Fund ratio .*? 45% D5 · Art\. 22", told)
    # 4,100.00 in scope less 500.00, of which 45 %.
    assert "1,620.00" in told
    assert "No other stay of this person counts against this cap." in told
    told = text_of(client.get(reverse("stay", args=[stay.number]), {"reason": "any", "kind": "drug"}))
    assert "Sum of the 2 lines of this filter" in told
    assert "160.00" in told
    assert "Sum of all lines" in told
    told = text_of(client.get(reverse("stay", args=[stay.number]), {"q": "nothing"}))
    assert "No fee line like this" in told
    # What is wrong in the address is no filter.
    assert "Sum of all lines" not in text_of(client.get(reverse("stay", args=[stay.number]), {"kind": "<x>"}))


def test_a_settled_stay_shows_the_steps_of_its_settlement_not_those_of_today():
    stay = claim()
    by = makers.hospital()
    settlement = services.settle_stay(stay_number=stay.number, by=by)
    stay.resident.benefit_periods.update(withdrawn_on=makers.day("2010-06-01"))
    told = text_of(browser(by).get(reverse("stay", args=[stay.number])))
    assert "Calculation of the settlement from its stored facts, under policy version 1" in told
    assert "Provisional" not in told
    assert "1,620.00" in told
    told = text_of(browser(by).get(reverse("settlement", args=[settlement.number])))
    assert "Used before this stay 0.00 This stay 1,620.00 Left afterwards 28,380.00" in told


def test_the_lines_of_a_settled_stay_add_up_to_its_settlement_also_when_benefits_are_withdrawn_later():
    """C8: what was settled on a payment that was taken back stays settled."""
    person, by = makers.insured(years=(2009,), name="王秀英"), makers.hospital()
    settlement = makers.settled(person, by, ("6000.00", "2000.00"))
    url = reverse("stay", args=[settlement.stay.number])
    client = browser(makers.clerk())
    before = text_of(client.get(url))
    assert "Sum 8,000.00 8,000.00 Out of scope 0.00" in before
    person.benefit_periods.update(withdrawn_on=makers.day("2010-06-01"))
    told = text_of(client.get(url))
    assert "Sum 8,000.00 8,000.00 Out of scope 0.00" in told
    # Once as a filter, at no line.
    assert told.count("Dated outside the benefit periods.") == before.count("Dated outside the benefit periods.") == 1
    assert "is not what the settlement was decided by" not in told
    # Where neither adds up, the page says so.
    FeeLine.objects.filter(stay=settlement.stay).update(in_scope="1.00")
    assert "is not what the settlement was decided by" in text_of(client.get(url))


def test_a_stay_without_lines_says_so_instead_of_a_reason_why_nothing_is_paid():
    stay = makers.admitted(makers.insured(), makers.hospital())
    told = text_of(browser(makers.hospital()).get(reverse("stay", args=[stay.number])))
    assert "There is nothing to calculate before the first fee line." in told
    assert "The fund pays nothing" not in told
    told = text_of(browser(makers.hospital()).get(reverse("stay-calculation", args=[stay.number])))
    assert "There is nothing to calculate before the first fee line." in told


def test_the_other_stays_of_the_period_stand_beside_the_cap_and_a_hospital_sees_its_own():
    person, one, two = makers.insured(name="李建国"), makers.hospital(), makers.hospital("H2")
    first = makers.settled(person, one, ("20000.00",), on="2009-01-03", until="2009-01-20")
    second = makers.settled(person, two, ("20000.00",), on="2009-02-03", until="2009-02-20")
    makers.settled(person, two, ("20000.00",), on="2010-02-03", until="2010-02-20", inpatient_number="next")
    stay = makers.discharged(person, one, ("50000.00",), on="2009-04-03", until="2009-04-20")
    url = reverse("stay", args=[stay.number])
    for actor, seen, sum_of_others in ((makers.clerk(), [first, second], "17,550.00"), (one, [first], "17,550.00")):
        told = text_of(browser(actor).get(url))
        found = [row for row in (first, second) if row.stay.number in told]
        assert found == seen
        assert f"Sum {sum_of_others}" in told
        assert "Used before this stay 17,550.00 This stay, provisionally 12,450.00 Left afterwards 0.00" in told
        assert "Nothing is left of the cap" in told
        assert ("At other institutions 8,775.00" in told) == (actor is one)


def test_the_cap_of_a_student_is_that_of_the_school_year_and_in_2008_a_third_of_it():
    """B4, B5: the bar, its period, and the rule behind the figure."""
    spans = {2008: (makers.day("2008-09-01"), makers.day("2008-12-31"))}
    person, by = makers.insured(years=(2008, 2009), student=True, spans=spans, name="陈晨"), makers.hospital()
    first = makers.settled(person, by, ("8000.00",), on="2008-10-01", until="2008-10-31")
    second = makers.settled(person, by, ("8000.00",), on="2009-02-01", until="2009-02-28")
    client = browser(makers.clerk())
    for row, cap, before, this, left, share, basis in (
        (first, "10,000.00", "0.00", "3,487.50", "6,512.50", "34.875", "B5 · Art. 36"),
        (second, "30,000.00", "3,487.50", "3,375.00", "23,137.50", "11.25", "B4 · Art. 8"),
    ):
        for url in (reverse("settlement", args=[row.number]), reverse("stay", args=[row.stay.number])):
            response = client.get(url)
            told = text_of(response)
            assert "Cap of the year 2008-09-01 – 2009-08-31" in told
            assert f"Used before this stay {before} This stay {this} Left afterwards {left} Cap (yuan) {cap}" in told
            [width] = re.findall(r'class="bar-part"[^>]*width="([0-9.]+)%', response.content.decode())
            assert abs(Decimal(width) - Decimal(share)) < Decimal("0.1")
            assert re.search(rf"Left of the cap cap {cap} less {before} used before {cap} {basis}", told)


def many(stay: Stay, count: int) -> None:
    """Fee lines by the thousand, as the interface brings them."""
    by = makers.hospital()
    codes = ("A1", "B1", "C1", "L1", "X9")
    lines = [makers.line(f"{1 + place % 37}.50", code=codes[place % 5]) for place in range(count)]
    for start in range(0, count, 1000):
        services.add_lines(stay_number=stay.number, lines=lines[start : start + 1000], by=by)


def test_the_statements_of_the_page_do_not_depend_on_the_number_of_lines():
    makers.catalogue()
    stays = [makers.admitted(makers.insured(), makers.hospital()) for _ in range(2)]
    many(stays[0], 60)
    many(stays[1], 600)
    client = browser(makers.clerk())
    counts = []
    for stay in stays:
        for filters in ({}, {"kind": "drug", "reason": "any", "q": "B"}, {"page": 2, "sort": "-counted"}):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse("stay", args=[stay.number]), filters).status_code == 200
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 36


def test_a_page_holds_fifty_lines_and_leads_back_to_them():
    makers.catalogue()
    stay = makers.admitted(makers.insured(), makers.hospital())
    many(stay, 120)
    content = browser(makers.hospital()).get(reverse("stay", args=[stay.number])).content.decode()
    assert content.count('name="row"') == 50
    assert 'href="?page=3#lines"' in content
    assert 'action="#lines"' in content
    # The form for the next line begins with the day of the last of all.
    assert 'value="2009-03-02"' in content


def test_a_stay_that_the_resident_paid_is_not_settled_here_nor_seen_by_the_hospital():
    stay = makers.discharged(makers.insured(), makers.hospital())
    Stay.objects.update(self_paid=True)
    page = browser(makers.clerk()).get(reverse("stay-calculation", args=[stay.number]))
    assert "it is entered and decided with the application for reimbursement" in text_of(page)
    assert "stated_total" not in page.content.decode()
    assert browser(makers.hospital()).get(reverse("stay", args=[stay.number])).status_code == 404
