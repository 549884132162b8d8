"""Lists that are longer than anybody reads: counted, summed and paged through so far and no further."""

import pytest
from django.test import Client, RequestFactory

from claims.models import Stay
from enrollment.contributions.models import ContributionNotice
from liaoyang_medins.kernel.offices.models import Office, User
from liaoyang_medins.kernel.web import domain
from liaoyang_medins.portal.demo.city import CitySize, create_demo_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> None:
    create_demo_city(CitySize(residents=30), lambda said: None)
    monkeypatch.setattr(domain, "COUNT_AT_MOST", 4)


def signed_in(username: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username=username))
    return client


@pytest.mark.parametrize("count", [0, 3, 4, 5])
def test_a_list_is_counted_so_far_and_no_further(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "COUNT_AT_MOST", 4)
    Office.objects.bulk_create(Office(kind="area", code=f"X{n}", name=f"{n}") for n in range(count))
    rows = Office.objects.order_by("code")
    page = domain.page_of(RequestFactory().get("/?page=9"), rows, per_page=2)
    assert page.paginator.count == min(count, 4)
    assert domain.goes_on(page) is (count == 5)
    assert domain.counted(rows) == ("4+" if count == 5 else str(count))
    # The last page that is counted, however many lie behind it.
    assert [row.code for row in page] == [f"X{n}" for n in range(count)][: min(count, 4)][-2 if count != 3 else -1 :]


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("address", ["/notices/", "/receipts/", "/stays/?status=all"])
def test_a_long_list_says_so_and_leaves_its_sum_out(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in("clerk")
    page = client.get(address)
    assert page.context["page"].paginator.more
    assert page.context.get("sum", page.context.get("sums")) is None
    monkeypatch.setattr(domain, "COUNT_AT_MOST", 10_000)
    page = client.get(address)
    assert not page.context["page"].paginator.more
    assert page.context.get("sum", page.context.get("sums"))


@pytest.mark.usefixtures("city")
def test_what_has_a_digit_is_found_as_a_number_and_what_has_none_as_a_name() -> None:
    client = signed_in("clerk")
    stay = Stay.objects.select_related("resident").order_by("pk")[0]
    for text in (stay.number, stay.number.lower(), stay.inpatient_number, stay.resident.number, stay.resident.name):
        assert stay in client.get("/stays/", {"status": "all", "q": text}).context["page"].object_list
    notice = ContributionNotice.objects.select_related("resident").filter(status="paid", joint=None)[0]
    for text in (notice.number.lower(), notice.resident.number, notice.resident.name):
        assert notice in client.get("/notices/", {"q": text}).context["page"].object_list
    receipt = notice.receipts.get() if notice.joint_with is None else notice.joint_with.receipts.get()
    for text in (receipt.number, receipt.bank_reference, receipt.stated_notice, receipt.payer):
        assert receipt in client.get("/receipts/", {"q": text}).context["page"].object_list
    unmatched = client.get("/receipts/", {"q": "N2009-9999999"}).context["page"].object_list
    assert [row.stated_notice for row in unmatched] == ["N2009-9999999"]
