"""Certificates and cards of the demo city: those of the past by the set; lost, replaced and misused ones, a household
and a stand-in through the services.
"""

import datetime
import uuid
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection

from claims.misuse import services as misuse
from claims.models import Settlement, Stay
from enrollment.cards import services as cards
from enrollment.cards.models import SELF, InsuranceCard
from enrollment.cards.numbering import draw_numbers
from enrollment.cards.selectors import due, to_hand_out
from enrollment.households import services as households
from enrollment.households.models import Household
from enrollment.households.selectors import at_this_address
from enrollment.registration.models import Registration, Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import last_day_of_term
from liaoyang_medins.kernel.offices import leave
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting, User

from .bulk import Table

# A certificate was entered ten days after a payment outside the window, or fifteen days after its close.
ENTERED = """
CASE WHEN paid_on BETWEEN make_date(extract(year FROM paid_on)::int, %(opens_month)s, %(opens_day)s)
        AND make_date(extract(year FROM paid_on)::int, %(closes_month)s, %(closes_day)s)
    THEN make_date(extract(year FROM paid_on)::int, %(closes_month)s, %(closes_day)s) + 15 ELSE paid_on + 10 END
"""
TERMS = f"""
INSERT INTO cards_certificateterm (notice_id, entered_on, run)
SELECT id, {ENTERED}, '' FROM contributions_contributionnotice
WHERE status = 'paid' AND {ENTERED} <= %(as_of)s ORDER BY id
"""  # noqa: S608  our own text
FIRST = """
SELECT notice.enrollment_id, resident.id, resident.name, resident.community_id, min(term.entered_on)
FROM cards_certificateterm term
JOIN contributions_contributionnotice notice ON notice.id = term.notice_id
JOIN registration_resident resident ON resident.id = notice.resident_id
GROUP BY notice.enrollment_id, resident.id ORDER BY notice.enrollment_id
"""
BATCH = 10_000
# Days from making to handing over, and to handing out.
HANDED_OVER, HANDED_OUT = 3, 12
CARDS = Table(
    InsuranceCard,
    *("id", "number", "resident_id", "enrollment_id", "status", "since", "made_on", "office_id", "handed_out_on"),
    *("taken_by", "taken_by_name", "made_by_id"),
)


class Cards:
    """Makes the cards of the past, and lets the demo's people work with them up to the demo's day."""

    def __init__(self, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.as_of = as_of
        self.actors = actors

    def work(self) -> None:
        self.load()
        self.counter()
        self.agency()
        self.misuse()
        self.offices()

    # --- the past, by the set ---------------------------------------------------------------

    def load(self) -> None:
        """A card for everybody who had paid long enough ago, with every term of its certificate."""
        window = policy_on(self.as_of).window
        figures: dict[str, int | datetime.date] = {
            "opens_month": window.opens.value.month,
            "opens_day": window.opens.value.day,
            "closes_month": window.closes.value.month,
            "closes_day": window.closes.value.day,
            "as_of": self.as_of,
        }
        with connection.cursor() as cursor:
            cursor.execute(TERMS, figures)
            cursor.execute("ANALYZE cards_certificateterm")
        found = self.first_terms()
        while batch := list(islice(found, BATCH)):
            drawn = zip(self.keys(len(batch)), draw_numbers("2110", len(batch)), batch, strict=True)
            rows = [(key, *self.row(number, *first)) for key, number, first in drawn]
            CARDS.copy(CARDS.text(rows))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE cards_insurancecard")

    def keys(self, count: int) -> list[int]:
        """So many new keys of cards."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('cards_insurancecard', 'id')) FROM generate_series(1, %s)",
                [count],
            )
            return [key for (key,) in cursor.fetchall()]

    def first_terms(self) -> Iterator[tuple[Any, ...]]:
        """Each relationship with its resident, name, community, and the day of its first term."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(FIRST)
            while rows := cursor.fetchmany(BATCH):
                yield from rows

    def row(
        self, number: str, enrollment: int, resident: int, name: str, community: int, made_on: datetime.date
    ) -> tuple[Any, ...]:
        """A card as far as it has come by the demo's day."""
        over, out = (made_on + datetime.timedelta(days=days) for days in (HANDED_OVER, HANDED_OUT))
        made_by = self.actors["clerk"].user_id
        if out <= self.as_of:
            state: tuple[Any, ...] = ("handed_out", out, made_on, community, out, SELF, name)
        elif over <= self.as_of:
            state = ("with_community", over, made_on, community, None, "", "")
        else:
            state = ("made", made_on, made_on, None, None, "", "")
        return (number, resident, enrollment, *state, made_by)

    # --- through the services ---------------------------------------------------------------

    def handed_out(self, **values: Any) -> list[InsuranceCard]:
        """Cards that their holders have by today and whose relationship goes on, in the order of their holders."""
        rows = InsuranceCard.objects.filter(status="handed_out", enrollment__ends=None, since__lte=clock.today())
        rows = rows.filter(**values)
        return list(rows.select_related("resident").order_by("resident__number")[:8])

    def counter(self) -> None:
        """The community has a few cards to hand out, one is handed out to a mother; one was reported lost."""
        clerk, community = self.actors["clerk"], self.actors["community"]
        with clock.on_day(self.as_of - datetime.timedelta(days=2)):
            waiting = due(self.as_of, early=True).filter(resident__community=community.office, enrollment__cards=None)
            for number in waiting.order_by("resident__number").values_list("resident__number", flat=True)[:3]:
                made = cards.make_card(resident_number=number, by=clerk)
                if made.status == InsuranceCard.Status.MADE:
                    cards.hand_over(numbers=[made.number], by=clerk)
            at_hand = to_hand_out(community).filter(since__lte=clock.today())
            for card in at_hand.order_by("resident__number")[2:3]:
                taken = cards.Taken(card.number, "relative", "李桂兰")
                cards.hand_out(taken=[taken], on=clock.today(), by=community)
        with clock.on_day(self.as_of - datetime.timedelta(days=1)):
            for card in self.handed_out(resident__community=community.office)[:1]:
                cards.report_loss(
                    number=card.number, version=card.version, reported_by=SELF, reason="公交车上遗失", by=community
                )

    def agency(self) -> None:
        """One card is replaced; one, just made, waits to be handed over."""
        clerk = self.actors["clerk"]
        with clock.on_day(self.as_of - datetime.timedelta(days=1)):
            for card in self.handed_out()[-1:]:
                cards.replace_card(
                    number=card.number, version=card.version, cause="damaged", reason="卡片断裂", by=clerk
                )

    def misuse(self) -> None:
        """Three cases: one decided, of which a part came back, one dismissed, one to be decided."""
        clerk, reviewer = self.actors["clerk"], self.actors["reviewer"]
        people = self.patients()
        for (person, paid), kind, days in zip(people, ("lent", "altered", "lent"), (20, 9, 2), strict=False):
            amount = (paid.fund / 2).quantize(Decimal("0.01"))
            with clock.on_day(self.as_of - datetime.timedelta(days=days)):
                card = InsuranceCard.objects.filter(resident=person).order_by("pk").last()
                case = misuse.open_case(
                    submission=uuid.uuid5(uuid.NAMESPACE_URL, person.number),
                    resident_number=person.number,
                    card_number=card.number if card else "",
                    kind=kind,
                    found_on=clock.today(),
                    facts="医院核对身份证时发现持卡人与参保人不是同一人。",
                    recover={paid.number: amount},
                    by=clerk,
                )
            if days == 2:
                continue
            with clock.on_day(self.as_of - datetime.timedelta(days=days - 4)):
                if kind == "altered":
                    misuse.dismiss_case(
                        number=case.number, version=case.version, reasoning="经核实，卡面污损系使用磨损。", by=reviewer
                    )
                    continue
                case = misuse.decide_case(
                    number=case.number,
                    version=case.version,
                    reasoning="参保人书面承认将卡借与他人住院使用。",
                    debtor=person.name,
                    due_on=last_day_of_term(clock.today(), 30),
                    by=reviewer,
                )
            with clock.on_day(self.as_of - datetime.timedelta(days=5)):
                misuse.record_recovery(
                    number=case.number,
                    version=case.version,
                    amount=(amount / 2).quantize(Decimal("0.01")),
                    paid_on=clock.today(),
                    bank_reference=f"ZH{case.number[1:]}",
                    by=clerk,
                )

    def patients(self) -> list[tuple[Resident, Settlement]]:
        """Residents for whom the fund paid, whom nothing else is going on with, and by which settlement."""
        paid = Settlement.objects.filter(live=True, fund__gt=100, resident__enrollments__ends=None)
        paid = paid.exclude(resident__stays__status__in=[Stay.Status.ADMITTED, Stay.Status.DISCHARGED])
        paid = paid.exclude(resident__registrations__status__in=Registration.OPEN)
        found = {row.resident_id: row for row in paid.select_related("resident").order_by("-resident__number", "-pk")}
        return [(row.resident, row) for row in list(found.values())[:3]]

    def offices(self) -> None:
        """Two households, of which the telephone of one has changed; a stand-in in the week of the demo's day."""
        by = self.actors["community"]
        people = Resident.objects.exclude(address="").order_by("number")
        own = people.filter(community=by.office)
        if not own.exists():
            by, own = self.actors["clerk"], people
        with clock.on_day(self.as_of - datetime.timedelta(days=3)):
            head = next((person for person in own[:50] if at_this_address(person, by).exists()), own[0])
            household = self.household(head, by)
            households.change_household(
                number=household.number,
                version=household.version,
                address=household.address,
                phone="0419-2133102",
                reason="更换电话",
                by=by,
            )
            self.household(people.filter(memberships=None)[0], self.actors["clerk"])
        with clock.on_day(self.as_of):
            posting = Posting.objects.get(user__username="district")
            leave.name_stand_in(
                posting_id=posting.pk,
                deputy_id=User.objects.get(username="subdistrict").pk,
                starts=self.as_of,
                ends=self.as_of + datetime.timedelta(days=4),
                reason="年休假",
                by=self.actors["admin"],
            )

    def household(self, head: Resident, by: Actor) -> Household:
        """The household of a resident with everybody of the same address."""
        others = {other.number: "other" for other in at_this_address(head, by)}
        return households.form_household(resident_number=head.number, others=others, by=by)
