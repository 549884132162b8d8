"""Full ID numbers: shown to who asks for one and leaves a record, and to nobody anywhere else (U3, R10, R11)."""

import json
import logging

from django.db import connection
from django.urls import reverse

from enrollment.registration.models import Resident
from funds.bank.models import BankLine, BankStatement, MatchedLine
from liaoyang_medins.kernel.audit.labels import VERBS
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.roles import Role
from tests.portal.world import CityTestCase

LISTS = (
    "/registrations/?view=all",
    "/registrations/?view=open",
    "/notices/",
    "/receipts/",
    "/stays/",
    "/search/?q=wang",
    "/search/?q=%E7%8E%8B",
    "/statements/",
    "/audit/",
    "/watch/?queue=all",
    "/administration/users/",
)


class TestLeaks(CityTestCase):
    def resident(self) -> Resident:
        home = self.posting[Role.COMMUNITY].office
        return Resident.objects.filter(community=home).exclude(id_number=None)[0]

    def test_no_list_shows_an_id_number(self) -> None:
        for role in Role:
            self.sign_in(role)
            for url in LISTS:
                assert self.ask(url).status_code in (200, 302, 403), (role, url)

    def test_the_record_of_acts_holds_none(self) -> None:
        texts = (
            json.dumps([entry.changes, entry.note, entry.object_number, entry.resident], ensure_ascii=False)
            for entry in AuditEntry.objects.iterator()
        )
        assert not any(self.shown_in(text) for text in texts)
        assert set(AuditEntry.objects.order_by().values_list("verb", flat=True)) <= set(VERBS)

    def test_who_reimbursed_patients_are_is_in_no_bank_statement_for_the_treasury(self) -> None:
        """The bank's lines name residents with the numbers of their applications; the city's finance sees neither."""
        words = {"counterparty": "Zhang Reimbursed", "words": "BX2009-0099999"}
        statement = BankStatement.objects.exclude(imported_on=None).order_by("-first")[0]
        BankStatement.objects.filter(pk=statement.pk).update(content=json.dumps(words).encode())
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE bank_bankline DISABLE TRIGGER USER")
        BankLine.objects.update(**words)
        line = MatchedLine.objects.filter(line__statement=statement).order_by("pk")[0]
        addresses = [
            statement.get_absolute_url(),
            line.match.get_absolute_url(),
            f"{reverse('reconciliation')}?on={statement.last}",
            f"{reverse('reconciliation-print')}?on={statement.last}",
        ]
        seen = {}
        for role in (Role.CITY_FINANCE, Role.SUPERVISOR):
            self.sign_in(role)
            pages = [self.ask(address).content.decode() for address in addresses]
            file = self.client.get(f"{statement.get_absolute_url()}file/")
            named = [any(word in page for word in words.values()) for page in pages]
            seen[role] = [*named, file.status_code]
        assert seen[Role.CITY_FINANCE] == [False, False, False, False, 403]
        assert seen[Role.SUPERVISOR][:2] == [True, True]
        assert seen[Role.SUPERVISOR][4] == 200

    def test_a_look_is_on_record_and_nowhere_kept(self) -> None:
        posting = self.sign_in(Role.COMMUNITY)
        person = self.resident()
        page = self.ask(address_of(person)).content.decode()
        assert f"{person.id_number[:6]}********{person.id_number[-4:]}" in page
        before = AuditEntry.objects.filter(verb="residents.reveal").count()
        response = self.client.post(f"{address_of(person)}id-number/")
        assert person.id_number in response.content.decode()
        assert "no-store" in response["Cache-Control"]
        part = self.client.post(f"{address_of(person)}id-number/", headers={"HX-Request": "true"})
        assert person.id_number in part.content.decode()
        assert "<html" not in part.content.decode()
        entry = AuditEntry.objects.filter(verb="residents.reveal")[0]
        assert (entry.user_id, entry.resident) == (posting.user_id, person.number)
        assert AuditEntry.objects.filter(verb="residents.reveal").count() == before + 2
        assert person.id_number not in json.dumps(entry.changes)
        self.ask(address_of(person))

    def test_who_may_not_see_the_person_leaves_no_record(self) -> None:
        self.sign_in(Role.SCHOOL)
        other = Resident.objects.exclude(circumstances__kind="student").exclude(id_number=None)[0]
        before = AuditEntry.objects.count()
        assert self.client.post(f"{address_of(other)}id-number/").status_code == 404
        assert AuditEntry.objects.count() == before

    def test_somebody_without_a_number_yet(self) -> None:
        self.sign_in(Role.AGENCY_CLERK)
        newborn = Resident.objects.order_by("-birth_date")[0]
        Resident.objects.filter(pk=newborn.pk).update(id_number=None)
        assert self.client.post(f"{address_of(newborn)}id-number/").status_code == 422
        assert "id-number/" not in self.ask(address_of(newborn)).content.decode()

    def test_a_searched_number_is_in_no_address_and_no_log(self) -> None:
        self.sign_in(Role.COMMUNITY)
        person = self.resident()
        unknown = "21100219400506001X"
        with self.assertLogs(level=logging.DEBUG) as logs:
            logging.getLogger("test").debug("so that there is a line")
            found = self.client.post("/search/", {"q": person.id_number})
            self.client.post("/search/", {"q": unknown})
            self.client.get("/search/", {"q": person.id_number})
        assert found["Location"] == address_of(person)
        text = "\n".join(logs.output)
        assert person.id_number not in text.replace(f"q={person.id_number}", "")
        assert unknown not in text

    def test_a_number_that_nobody_has_is_not_repeated(self) -> None:
        self.sign_in(Role.COMMUNITY)
        for number in ("211002194005060018", "123456", "N2009-9999999", "2110021940050600"):
            response = self.client.post("/search/", {"q": number})
            assert number not in response["Location"]
            page = self.client.get(response["Location"])
            assert page.status_code == 200
            assert number not in page.content.decode()
            assert self.client.get("/search/", {"q": number})["Location"] == "/search/"

    def test_who_is_registered_elsewhere_is_only_a_community(self) -> None:
        posting = self.sign_in(Role.COMMUNITY)
        others = Resident.objects.exclude(community=posting.office).exclude(id_number=None)
        person = others.select_related("community")[0]
        page = self.ask(self.client.post("/search/", {"q": person.id_number})["Location"]).content.decode()
        assert person.community.label in page
        assert person.name not in page
        assert person.number not in page


def address_of(person: Resident) -> str:
    return f"/residents/{person.number}/"
