"""The catalogue's pages, as a browser without JavaScript meets them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from claims.catalogues.models import CatalogueVersion
from claims.models import CatalogueItem
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.claims import makers as claims
from tests.claims.test_pages import browser, text_of

from . import makers
from .makers import FROM, applied, clerk, reviewer, sheet, uploaded

pytestmark = pytest.mark.django_db
CHANGED = ["B1", "头孢", "", "药品", "乙类", "20%", "", ""]


def test_a_file_is_uploaded_by_one_and_applied_by_another(catalogue):
    client = browser(clerk())
    url = reverse("catalogue-version-new")
    assert client.get(url).status_code == 200
    file = SimpleUploadedFile("目录.xlsx", sheet(CHANGED, ["N1", "新药", "", "药品", "乙类", "", "", ""]).getvalue())
    fields = {"scope": "part", "starts": "2010-07-01", "document": "No. 21", "file": file}
    response = client.post(url, fields)
    version = CatalogueVersion.objects.get()
    assert response.url == version.get_absolute_url()
    makers.work_off(version)
    page = text_of(client.get(response.url))
    assert "personal share: 10% → 20%" in page
    assert "The person bears more: 80 of 100 yuan count instead of 90." in page
    assert "Who uploaded the catalogue does not apply it" in page
    assert "Apply 1 differences" not in page
    assert "Class B needs a personal share" in text_of(client.get(response.url, {"rows": "refused"}))
    other = browser(reviewer())
    assert "Apply 1 differences" in text_of(other.get(response.url))
    assert other.get(reverse("catalogue-version-apply", args=[version.number])).status_code == 405
    assert other.post(reverse("catalogue-version-apply", args=[version.number])).status_code == 302
    makers.work_off(version)
    assert "New: 0; changed: 1; ended: 0; refused: 1." in text_of(other.get(response.url))
    assert CatalogueItem.objects.filter(code="B1", starts=FROM).exists()
    for name in ("catalogue-version-refused", "catalogue-version-file"):
        response = other.get(reverse(name, args=[version.number]))
        assert b"".join(response.streaming_content).startswith(b"PK")
    assert version.number in text_of(other.get(reverse("catalogue-versions")))


def test_what_is_wrong_with_the_file_stands_at_its_field(catalogue):
    client = browser(clerk())
    url = reverse("catalogue-version-new")
    wrong = {"scope": "part", "starts": "2010-07-01", "file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")}
    response = client.post(url, wrong)
    assert response.status_code == 422
    assert 'href="#id_file"' in response.content.decode()
    applied(uploaded(CHANGED))
    early = {"scope": "whole", "starts": "2010-06-01", "file": SimpleUploadedFile("x.xlsx", sheet(CHANGED).getvalue())}
    assert 'href="#id_starts"' in client.post(url, early).content.decode()


def test_the_catalogue_of_a_day_is_found_by_name_initials_and_code(catalogue):
    applied(uploaded(CHANGED, ["F1", "挂号费", "", "服务设施", "丙类", "", "", ""]))
    client = browser(claims.hospital())
    url = reverse("catalogue")

    def shown(**query):
        return {item.code: item.personal_share for item in client.get(url, query).context["page"]}

    assert set(shown()) == {"A1", "B1", "C1", "L1"}
    assert set(shown(on="2010-07-01")) == {"A1", "B1", "C1", "F1", "L1"}
    assert shown(q="B1")["B1"] != shown(q="B1", on="2010-07-01")["B1"]
    assert set(shown(q="wf")) == {"L1"}
    assert set(shown(q="床")) == {"L1"}
    assert set(shown(on="2010-07-01", kind="service")) == {"F1"}
    assert set(shown(cls="C")) == {"C1"}
    assert "Nothing fits" in text_of(client.get(url, {"q": "nothing of this kind"}))


def test_an_items_history_says_what_changed_and_by_which_version(catalogue):
    version = applied(uploaded(CHANGED))
    url = reverse("catalogue-item", args=["B1"])
    page = text_of(browser(clerk()).get(url))
    assert "personal share: 10% → 20%" in page
    assert version.number in page
    hospital = browser(claims.hospital())
    assert version.get_absolute_url() not in hospital.get(url).content.decode()
    assert hospital.get(version.get_absolute_url()).status_code == 403
    assert hospital.get(reverse("catalogue-item", args=["NONE"])).status_code == 404
    export = hospital.get(reverse("catalogue-export"), {"on": "2010-07-01"})
    assert export["Content-Disposition"].endswith('catalogue-2010-07-01.xlsx"')
    export.close()


def test_checked_again_paused_and_discarded(catalogue):
    version = uploaded(CHANGED)
    client = browser(clerk())
    for name in ("check", "steer", "discard"):
        url = reverse(f"catalogue-version-{name}", args=[version.number])
        assert client.post(url, {"action": "cancel"}).status_code == 302
    assert not CatalogueVersion.objects.exists()
    assert browser(factories.actor(Role.SUPERVISOR)).get(reverse("catalogue-version-new")).status_code == 403


def test_what_waits_stands_on_the_reviewers_home_page(catalogue):
    by = reviewer()
    version = uploaded(CHANGED)
    assert version.number in text_of(browser(by).get(reverse("home")))
    applied(version, by)
    assert version.number not in text_of(browser(by).get(reverse("home")))
