"""The home pages, the navigation, and the resident's page of each role."""

import datetime
from decimal import Decimal

from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import SettlementToCorrect, Stay
from claims.reimbursement.models import Reimbursement
from enrollment.contributions.services import open_window
from enrollment.life.models import Merge, Transfer
from enrollment.registration.models import Enrollment, Registration, Resident
from funds.models import SubsidyReceipt, SubsidyStatement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import kinds
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal import navigation, overview, work
from liaoyang_medins.portal.demo.city import AS_OF
from tests.portal.routes import ROUTES
from tests.portal.things import is_own
from tests.portal.world import CityTestCase


class TestNavigation(CityTestCase):
    def entries(self, role: Role, path: str = "/") -> list[navigation.NavigationEntry]:
        request = RequestFactory().get(path)
        request.actor = Actor.of_posting(self.posting[role])  # type: ignore[attr-defined]
        return navigation.entries(request)

    def test_every_role_has_at_most_eight_entries_that_it_may_open(self) -> None:
        for role in Role:
            entries = self.entries(role)
            assert 2 <= len(entries) <= navigation.AT_MOST
            for item in navigation.ITEMS[role]:
                assert role in ROUTES[item.url_name].roles, (role, item.url_name)
            for action in overview.ACTIONS.get(role, ()):
                assert role in ROUTES[action.url_name].roles, (role, action.url_name)

    def test_the_counts_are_those_of_the_queues(self) -> None:
        at_agency = Registration.objects.filter(status="at_agency").count()
        entry = next(entry for entry in self.entries(Role.AGENCY_REVIEWER) if entry.url == reverse("registrations"))
        # What has no entry of its own is counted where it is reached from.
        asked = Transfer.objects.filter(status="requested").count() + Merge.objects.filter(status="proposed").count()
        assert entry.count == at_agency + asked > asked > 0
        # What the agency examines first is counted there.
        to_settle = Stay.objects.filter(status="discharged", self_paid=False, held="").count()
        to_correct = SettlementToCorrect.objects.filter(status="waiting").count()
        to_reimburse = Reimbursement.objects.filter(status__in=["entered", "complete", "returned"]).count()
        clerk = Actor.of_posting(self.posting[Role.AGENCY_CLERK])
        counts = work.counts_of(work.queues_of(clerk, clock.today()))
        codes = ("reviews", "reports", "inspections", "catalogue", "handover", "findings", "declarations")
        codes += ("declarations_to_pay", "payment_batches", "bank_accounts")
        others = sum(counts.get(code, 0) for code in codes)
        entry = next(entry for entry in self.entries(Role.AGENCY_CLERK) if entry.url == reverse("stays"))
        assert entry.count == to_settle + to_correct + to_reimburse + others
        assert min(to_settle, to_correct, to_reimburse) > 0

    def test_one_entry_is_the_current_one(self) -> None:
        for path, url_name in [
            ("/", "home"),
            ("/registrations/R2009-0000001/", "registrations"),
            ("/residents/P2009-0000001/", "registrations"),
            ("/settlements/J2009-0000001/", "stays"),
            ("/trial-balance/", "journal"),
            ("/nowhere/", ""),
        ]:
            active = [entry.url for entry in self.entries(Role.AGENCY_CLERK, path) if entry.active]
            assert active == ([reverse(url_name)] if url_name else [])
        active = [entry.url for entry in self.entries(Role.ADMINISTRATOR, "/administration/user/x/") if entry.active]
        assert active == [reverse("users")]

    def test_a_run_lies_under_the_page_that_it_belongs_to(self) -> None:
        by = Actor.of_posting(self.sign_in(Role.AGENCY_CLERK))
        with clock.on_day(datetime.date(2009, 10, 1)):
            window = open_window(contribution_year=2010, by=by, dry_run=True, calls=False)
        statement = Run.objects.filter(kind="statement").latest("pk")
        for run, url_name in ((window, "notices"), (statement, "statements")):
            response = self.ask(reverse("run", args=[run.number]))
            assert [entry.url for entry in response.context["navigation"] if entry.active] == [reverse(url_name)]

    def test_every_kind_of_run_belongs_to_a_page_that_is_there(self) -> None:
        assert {"window", "statement", "bankfile"} <= {kind.name for kind in kinds.known()}
        for kind in kinds.known():
            assert kind.under in ROUTES

    def test_a_request_without_an_actor_has_none(self) -> None:
        assert navigation.entries(RequestFactory().get("/")) == []

    def test_no_count_goes_on_for_ever(self) -> None:
        with clock.on_day(AS_OF):
            (queue, *_rest) = work.queues_of(Actor.of_posting(self.posting[Role.AGENCY_CLERK]), AS_OF)
        with CaptureQueriesContext(connection) as queries:
            queue.count()
        assert f"LIMIT {work.COUNT_AT_MOST}" in queries.captured_queries[0]["sql"]
        assert overview.counted(999) == "999"
        assert overview.counted(1000) == "999+"


class TestHome(CityTestCase):
    def home(self, role: Role):
        self.sign_in(role)
        response = self.ask("/")
        assert response.status_code == 200
        return response

    def test_every_role_has_a_home(self) -> None:
        for role in Role:
            page = self.home(role)
            assert page.context["figures"], role

    def test_overdue_comes_first(self) -> None:
        page = self.home(Role.DISTRICT)
        ((queue, rows),) = page.context["queues"]
        late = [row.late for row in rows]
        assert late == sorted(late, key=["overdue", "today", ""].index)
        assert "overdue" in late
        assert (
            queue.count()
            == Registration.objects.filter(
                status="at_district", resident__community__code__startswith="211002"
            ).count()
        )

    def test_the_queries_do_not_grow_with_the_rows(self) -> None:
        self.home(Role.AGENCY_REVIEWER)
        with CaptureQueriesContext(connection) as some:
            self.ask("/")
        last = Registration.objects.filter(status="at_agency").order_by("-pk")[0]
        Registration.objects.filter(status="at_agency").exclude(pk=last.pk).update(status="withdrawn")
        with CaptureQueriesContext(connection) as fewer:
            self.ask("/")
        assert len(some) == len(fewer)
        assert len(some) < 40

    def test_finance_sees_what_it_owes(self) -> None:
        newest = SubsidyStatement.objects.filter(status="issued").order_by("-due_on", "-number")[0]
        for role, payer in ((Role.CITY_FINANCE, "211000"), (Role.DISTRICT_FINANCE, "211002")):
            page = self.home(role)
            rows = {row.statement.number: row for row in page.context["statements"]}
            row = rows[newest.number]
            share = "city" if role is Role.CITY_FINANCE else "district_share"
            items = newest.items.all() if role is Role.CITY_FINANCE else newest.items.filter(district__code=payer)
            assert row.claimed == sum(getattr(item, share) for item in items)
            paid = SubsidyReceipt.objects.filter(statement=newest, payer__code=payer)
            assert row.outstanding == row.claimed - sum((receipt.amount for receipt in paid), Decimal(0))

    def test_the_supervisor_sees_the_scheme_in_figures(self) -> None:
        page = self.home(Role.SUPERVISOR)
        figures = page.context["figures"]
        assert figures[0].value == f"{Enrollment.objects.filter(ends=None).count():,}"
        assert len(figures) == 4

    def test_an_empty_office_is_told_what_would_be_here(self) -> None:
        Registration.objects.filter(status="at_subdistrict").update(status="withdrawn")
        page = self.home(Role.SUBDISTRICT)
        ((queue, rows),) = page.context["queues"]
        assert rows == []
        assert str(queue.empty) in page.content.decode()


class TestResident(CityTestCase):
    def test_the_parts_follow_the_role(self) -> None:
        stay = Stay.objects.filter(status="settled").select_related("resident")[0]
        number = stay.resident.number
        self.sign_in(Role.AGENCY_CLERK)
        page = self.ask(f"/residents/{number}/")
        assert page.context["cap"].cap > 0
        assert stay.number in page.content.decode()
        assert f"/stays/new/?resident={number}" in page.content.decode()

    def test_a_community_sees_cover_and_no_stays(self) -> None:
        posting = self.sign_in(Role.COMMUNITY)
        thing = next(thing for thing in self.found["resident"] if is_own(posting, "resident", thing))
        page = self.ask(f"/residents/{thing.kwargs['number']}/")
        assert "periods" in page.context
        assert "stays" not in page.context
        assert "/stays/" not in page.content.decode()

    def test_who_paid_last_year_can_be_renewed_once(self) -> None:
        posting = self.sign_in(Role.COMMUNITY)
        homes = Resident.objects.filter(community=posting.office, enrollments__ends=None, notices__status="paid")
        pages = [self.ask(f"/residents/{person.number}/") for person in homes.distinct()]
        years = [page.context["renewal_year"] for page in pages]
        assert set(years) <= {None, AS_OF.year + 1}

    def test_cover_in_a_word(self) -> None:
        self.sign_in(Role.AGENCY_CLERK)
        tones = set()
        for person in Resident.objects.all()[:40]:
            page = self.ask(f"/residents/{person.number}/")
            tones.add(page.context["cover_tone"])
        assert "good" in tones

    def test_everybody_can_be_shown(self) -> None:
        self.sign_in(Role.AGENCY_REVIEWER)
        for person in Resident.objects.order_by("birth_date")[:3]:
            assert self.ask(f"/residents/{person.number}/").status_code == 200
