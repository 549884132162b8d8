"""Every address and every export of a statement, asked for by the finance office of another district: nothing of the
first one's persons, figures, payments or letters (F2).
"""

import datetime
import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from funds import services
from funds.models import PersonsWorkbook, SubsidyReminder, SubsidyStatement
from funds.urls import urlpatterns
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from tests import factories

from .makers import yuan
from .steps import book

D = datetime.date
LATE = D(2010, 1, 12)
# What only Baita, and the city, may read: its persons, sums, payment and letter; and what is the city's.
OF_BAITA = ("王一", "=1+1", "白塔区", "140.00", "63.00", "CZ-BAITA", "CZ-CITY", "143.00", "260.00")
ADDRESSES = [pattern for pattern in urlpatterns if str(pattern.pattern).startswith(("statements/", "subsidy-"))]


@pytest.fixture
def wensheng(window: SubsidyStatement, signed_in, today) -> Client:
    clerk = factories.actor(Role.AGENCY_CLERK)
    with clock.on_day(D(2009, 12, 20)):
        book(window, by=clerk, payer="211002", amount=yuan(5), paid_on=D(2009, 12, 18), bank_reference="CZ-BAITA")
        book(window, by=clerk, amount=yuan(5), paid_on=D(2009, 12, 18), bank_reference="CZ-CITY")
    with clock.on_day(LATE):
        services.remind_payer(number=window.number, payer="211002", by=clerk)
        services.remind_payer(number=window.number, payer="211003", by=clerk)
    return signed_in(Role.DISTRICT_FINANCE, factories.district("211003"))


def content(answer) -> str:
    """What an answer says; of a workbook, what its sheets do."""
    data = b"".join(answer)
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    return data.decode("utf-8", "replace")


def test_no_address_tells_another_district_anything(window, wensheng):
    """Every address of the statements is tried, by GET and by POST, each with every query it knows."""
    baita, own = (SubsidyReminder.objects.get(payer__code=code) for code in ("211002", "211003"))
    assert wensheng.get(baita.get_absolute_url()).status_code == 404
    assert wensheng.get(own.get_absolute_url()).status_code == 200
    queries = ("", "?as=csv", "?as=pdf", "?district=211002", "?corrections=0", "?page=2", "?category=elderly")
    said = []
    with clock.on_day(LATE):
        for pattern in ADDRESSES:
            kwargs = {} if "number" not in str(pattern.pattern) else {"number": window.number}
            if pattern.name == "subsidy-reminder":
                kwargs = {"number": own.number}
            if pattern.name == "subsidy-take-back":
                kwargs = {"number": window.receipts.get(payer__code="211002").number}
            address = reverse(pattern.name, kwargs=kwargs)
            said += [(address + query, content(wensheng.get(address + query))) for query in queries]
            answer = wensheng.post(address, {"version": window.version, "payer": "211002"})
            said.append((f"POST {address}", content(answer)))
            assert answer.status_code in (302, 403, 405), address
        # The POST to the address of the workbook asked for one: its own.
        workbook = PersonsWorkbook.objects.get()
        runs.work_off(number=workbook.run)
        file = reverse("statement-workbook-file", args=[window.number])
        said.append((file, content(wensheng.get(file))))
        said.append(("home", content(wensheng.get("/"))))
    assert len(said) > 100
    found = [(address, words) for address, text in said for words in (*OF_BAITA, baita.number) if words in text]
    # Who asks for another district is told which one they asked for.
    found.remove((f"{reverse('statement-persons', args=[window.number])}?district=211002", "白塔区"))
    # PDF is squeezed: the page beside it has the same paper.
    assert found == []
    assert "李三" in dict(said)[file]
