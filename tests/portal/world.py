"""A small demo city with an account of each role, and what its tests have in common."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from claims.models import (
    Designation,
    Diagnosis,
    Institution,
    Referral,
)
from claims.reimbursement.models import Reimbursement
from enrollment.life.services import answer_transfer, ask_transfer, propose_merge
from enrollment.registration.models import Handover, Registration, RegistrationDraft, Resident
from funds.services import start_preparing
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.models import Office, Posting, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.models import KeptForm
from liaoyang_medins.portal.demo.city import AS_OF, CitySize, create_demo_city
from tests import factories
from tests.portal.things import Thing, is_own, things
from tests.scans import PNG

RESIDENTS = 90
AFTER_WINDOW = datetime.date(2009, 12, 2)
ID_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9X](?![0-9])")


def patterns(parts: list[URLPattern | URLResolver] | None = None) -> Iterator[URLPattern]:
    """Every route of the URLconf, but for the hospitals' interface: that asks for a token (tests/api)."""
    for part in get_resolver().url_patterns if parts is None else parts:
        if str(part.pattern) == "api/v1/":
            continue
        if isinstance(part, URLResolver):
            yield from patterns(part.url_patterns)
        else:
            yield part


def make_run(posting: Posting) -> None:
    """A dry run of the window's statement, which waits for a worker; it writes nothing."""
    with clock.on_day(AFTER_WINDOW):
        period = {"kind": "window", "period_from": datetime.date(2009, 10, 1)}
        start_preparing(**period, by=Actor.of_posting(posting), dry_run=True, calls=False)


def make_referrals() -> None:
    """A referral from each of the first two institutions to the next."""
    first, second, third = Institution.objects.order_by("code")[:3]
    for number, (sender, receiver) in enumerate(((first, second), (second, third)), start=1):
        Referral.objects.create(
            number=f"T2009-{9_000_000 + number}",
            resident=Resident.objects.all()[number],
            from_institution=sender,
            to_institution=receiver,
            diagnosis=Diagnosis.objects.all()[0],
            reason="转诊",
            issued_on=AS_OF,
            valid_until=AS_OF,
        )


def make_scans() -> None:
    """A scan at registrations of several offices and at every draft."""
    user = User.objects.order_by("pk")[0]
    rows = list(Registration.objects.order_by("-number")[:12]) + list(RegistrationDraft.objects.all())
    rows += list(Reimbursement.objects.order_by("-number")[:4])
    for row in rows:
        by = Actor(ActorKind.USER, "scanner", getattr(row, "user_id", user.pk))
        attachments.attach(to=row, part="id_card", file=SimpleUploadedFile("scan.png", PNG), by=by)
    by = Actor(ActorKind.USER, "scanner", user.pk)
    for designation in Designation.objects.select_related("institution").order_by("institution__code")[:2]:
        scan = SimpleUploadedFile("agreement.png", PNG)
        attachments.attach(to=designation.institution, part=designation.agreement_number, file=scan, by=by)


def make_sheets() -> None:
    """What was handed over stood on a sheet each."""
    for place, row in enumerate(Handover.objects.order_by("pk"), start=1):
        Handover.objects.filter(pk=row.pk).update(sheet=f"H2009-{9_000_000 + place}")


def make_transfers(clerk: Posting, neighbour: Actor) -> str:
    """Somebody whom the neighbours ask for, somebody whom the neighbours have taken over, and a double record; returns
    the number of who has left.
    """
    at_home = Resident.objects.filter(community=clerk.office, registrations__office=clerk.office)
    at_home = at_home.exclude(notices=None).exclude(transfers__status="requested")
    asked, left = at_home.distinct().order_by("pk")[:2]
    given = {"moved_on": AS_OF, "reason": "户口簿", "by": neighbour}
    with clock.on_day(AS_OF):
        ask_transfer(resident_id=asked.pk, **given)
        moved = ask_transfer(resident_id=left.pk, **given)
        answer_transfer(pk=moved.pk, version=moved.version, agree=True, by=Actor.of_posting(clerk))
        agency = Actor.of_posting(Posting.objects.select_related("user", "office").get(user__username="clerk"))
        two = Resident.objects.exclude(community=clerk.office).order_by("pk")[:2]
        propose_merge(survivor=two[0].number, duplicate=two[1].number, reason="同一人", by=agency)
    return left.number


@override_settings(BUSINESS_DATE=AS_OF.isoformat())
class CityTestCase(TestCase):
    """Tests that only look at the city, as an account of each role. No page may show them a full ID number."""

    posting: dict[Role, Posting]
    found: dict[str, list[Thing]]
    id_numbers: frozenset[str]
    # The number of somebody who moved from the usual community to the neighbours.
    left: str
    leaks: list[str]

    @classmethod
    def setUpTestData(cls) -> None:
        create_demo_city(CitySize(residents=RESIDENTS), lambda text: None)
        cls.posting = {
            Role(posting.role): posting for posting in Posting.objects.select_related("user", "office").order_by("-id")
        }
        clerk = cls.posting[Role.COMMUNITY]
        neighbour = factories.actor(Role.COMMUNITY, Office.objects.get(code="211002001002"), "neighbour")
        school = factories.actor(Role.SCHOOL, Office.objects.filter(kind="school").order_by("-code")[0], "school-2")
        for user_id, office, name in (
            (clerk.user_id, clerk.office, "草稿甲"),
            (neighbour.user_id, neighbour.office, "草稿乙"),
            (school.user_id, school.office, "草稿丙"),
            (cls.posting[Role.SCHOOL].user_id, cls.posting[Role.SCHOOL].office, "草稿丁"),
        ):
            RegistrationDraft.objects.create(user_id=user_id, office=office, data={"name": name})
            KeptForm.objects.create(user_id=user_id, path="/find/", data={"q": ["留言"]}, made_at=clock.now())
        make_scans()
        make_sheets()
        make_referrals()
        make_run(cls.posting[Role.AGENCY_CLERK])
        cls.left = make_transfers(clerk, neighbour)
        cls.found = things()
        numbers = Resident.objects.exclude(id_number=None).values_list("id_number", flat=True)
        agents = Registration.objects.exclude(agent_id_number="").values_list("agent_id_number", flat=True)
        cls.id_numbers = frozenset({number for number in numbers if number} | set(agents))

    def setUp(self) -> None:
        self.leaks = []

    def tearDown(self) -> None:
        assert self.leaks == [], "full ID numbers at " + ", ".join(self.leaks)

    def ask(self, url: str, method: str = "get", data: dict[str, object] | None = None) -> Any:
        """The response, read to its end and looked through for full ID numbers."""
        response = getattr(self.client, method)(url, data)
        if response.streaming:
            # A file stays open until it has been read.
            b"".join(response.streaming_content)
        elif self.shown_in(response.content.decode(errors="replace")):
            self.leaks.append(url)
        return response

    def shown_in(self, text: str) -> set[str]:
        """The full ID numbers of the city's people that stand in the text."""
        return set(ID_NUMBER.findall(text)) & self.id_numbers

    def sign_in(self, role: Role) -> Posting:
        posting = self.posting[role]
        self.client.force_login(posting.user)
        return posting

    def one(self, kind: str, posting: Posting | None = None) -> Thing:
        """A thing of the kind, one's own where there is one."""
        own = [thing for thing in self.found[kind] if posting is None or is_own(posting, kind, thing)]
        return (own or self.found[kind])[0]


def address(name: str, thing: Thing | None = None) -> str:
    return reverse(name, kwargs=thing.kwargs if thing else None)
