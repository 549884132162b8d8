"""Cards, households and cases of misuse of two records that are made one: nothing is lost (W7, S1)."""

from typing import Any

import pytest

from claims.misuse import services as misuse
from claims.misuse.models import MisuseCase
from enrollment.cards.models import InsuranceCard
from enrollment.cards.numbering import draw_numbers
from enrollment.cards.services import make_card
from enrollment.contributions.models import ContributionNotice
from enrollment.households import services as households
from enrollment.households.models import Member
from enrollment.life import services
from enrollment.life.services.merging import conflicts_of
from enrollment.registration.models import Circumstance, Enrollment, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.portal.integrity import Finding, check_integrity
from tests import factories as make
from tests.cards import makers as cards
from tests.contributions import makers as m
from tests.misuse import makers as cases

from .makers import TODAY, D

pytestmark = pytest.mark.django_db
Status = InsuranceCard.Status
BORN = D(2009, 3, 15)


def double(name: str = "王小宝", **values: Any) -> Resident:
    return make.resident(birth=BORN, sex="F", name=name, **values)


def merge(survivor: Resident, duplicate: Resident) -> None:
    row = services.propose_merge(survivor=survivor.number, duplicate=duplicate.number, reason="booklet", by=m.clerk())
    services.approve_merge(pk=row.pk, version=row.version, by=m.reviewer())


def refused(survivor: Resident, duplicate: Resident) -> list[str]:
    row = services.propose_merge(survivor=survivor.number, duplicate=duplicate.number, reason="booklet", by=m.clerk())
    with pytest.raises(Refused) as caught:
        services.approve_merge(pk=row.pk, version=row.version, by=m.reviewer())
    return [str(reason) for reason in caught.value.reasons]


def findings() -> list[Finding]:
    found: list[Finding] = []
    check_integrity(("resident", "circumstance", "enrollment", "card", "misuse"), found=found.append)
    return found


class TestCards:
    def open_for(self, person: Resident) -> ContributionNotice:
        """An enrollment that is open and not paid."""
        return m.first_notice(person, D(2009, 3, 1) if person.birth_date < D(2009, 3, 1) else D(2009, 3, 16))

    def test_the_card_of_the_enrollment_that_goes_on_in_the_other_goes_along(self):
        """The other one is the earlier and has no card: without, nobody could have one any more."""
        stays = double()
        kept = self.open_for(stays).enrollment
        goes = cards.insured(D(2009, 3, 20), name="王小宝")
        card = cards.handed_out(goes, D(2009, 4, 1))
        merge(stays, goes)
        card.refresh_from_db()
        assert (card.status, card.resident, card.enrollment) == (Status.HANDED_OUT, stays, kept)
        assert Enrollment.objects.get(end_reason="merged") != kept
        assert findings() == []
        # And it is extended as any other.
        with clock.on_day(TODAY):
            renewal = m.renewal(stays, TODAY)
            m.pay(renewal, TODAY)
            assert make_card(resident_number=stays.number, by=m.clerk()) == card

    @pytest.mark.parametrize("first_has_it", [True, False])
    def test_of_two_live_cards_the_one_that_the_holder_has_goes_on(self, first_has_it):
        stays, goes = cards.insured(D(2009, 3, 15), name="王小宝"), double()
        later = m.first_notice(goes, D(2009, 3, 20))
        mine = cards.handed_out(stays) if first_has_it else cards.card(stays)
        # Two cards of one person, both made in good faith.
        theirs = InsuranceCard.objects.create(
            number=draw_numbers(goes.community.code, 1)[0],
            resident=goes,
            enrollment=later.enrollment,
            status=Status.MADE if first_has_it else Status.HANDED_OUT,
            handed_out_on=None if first_has_it else D(2009, 4, 1),
            taken_by="" if first_has_it else "self",
            since=D(2009, 4, 1),
            made_on=D(2009, 4, 1),
        )
        merge(stays, goes)
        on, out = (mine, theirs) if first_has_it else (theirs, mine)
        on.refresh_from_db()
        out.refresh_from_db()
        assert (on.status, out.status) == (Status.HANDED_OUT, Status.ENDED)
        assert out.reason == f"{goes.number} → {stays.number}"
        assert on.enrollment == out.enrollment == Enrollment.objects.get(ends=None)
        assert AuditEntry.objects.filter(verb="cards.take_in", object_number=out.number).count() == 1
        assert findings() == []

    def test_an_enrollment_of_its_own_keeps_its_card(self):
        stays, goes = double(), cards.insured(name="王小宝")
        card = cards.handed_out(goes)
        merge(stays, goes)
        card.refresh_from_db()
        assert (card.status, card.resident) == (Status.HANDED_OUT, stays)
        assert findings() == []


class TestHouseholds:
    def test_of_two_memberships_that_of_the_record_that_stays_holds(self):
        by = make.actor(Role.COMMUNITY)
        stays, goes, head, other = double(), double(), double("王父"), double("王母")
        mine = households.form_household(resident_number=head.number, others={stays.number: "child"}, by=by)
        theirs = households.form_household(resident_number=other.number, others={goes.number: "child"}, by=by)
        merge(stays, goes)
        assert Member.objects.get(resident=stays, until=None).household == mine
        assert Member.objects.get(household=theirs, until=None).resident == other
        assert AuditEntry.objects.filter(verb="households.remove", object_number=theirs.number).exists()
        assert findings() == []

    def test_who_was_both_head_and_member_of_one_is_its_head(self):
        by = make.actor(Role.COMMUNITY)
        stays, goes = double(), double()
        home = households.form_household(resident_number=goes.number, others={stays.number: "other"}, by=by)
        merge(stays, goes)
        present = Member.objects.get(household=home, until=None)
        assert (present.resident, present.relation) == (stays, "head")

    def test_the_only_membership_goes_along(self):
        stays, goes = double(), double()
        home = households.form_household(resident_number=goes.number, by=make.actor(Role.COMMUNITY))
        merge(stays, goes)
        assert Member.objects.get(until=None).resident == stays
        assert Member.objects.get(until=None).household == home


class TestMisuse:
    def barred(self) -> tuple[Resident, MisuseCase]:
        person, _paid = cases.patient()
        return person, cases.decided(cases.opened(person))

    def test_a_decided_case_goes_along_with_its_bar(self):
        goes, case = self.barred()
        stays = double()
        merge(stays, goes)
        case.refresh_from_db()
        assert case.resident == stays
        assert case.bar is not None
        assert (case.bar.resident, case.bar.voided) == (stays, False)
        assert findings() == []

    @pytest.mark.parametrize("stays_decided", [True, False])
    def test_of_two_bars_of_the_same_days_the_one_that_was_decided_stands(self, stays_decided):
        """Which of the two records stays makes no difference."""
        person, case = self.barred()
        other = double()
        bar = case.bar
        assert bar is not None
        by_hand = make.circumstance(other, "bar", "misuse", starts=bar.starts, ends=bar.ends)
        merge(*((person, other) if stays_decided else (other, person)))
        by_hand.refresh_from_db()
        bar.refresh_from_db()
        assert (bar.voided, by_hand.voided) == (False, True)
        assert findings() == []

    def test_two_decisions_are_refused_until_one_is_revoked(self):
        person, case = self.barred()
        other, second = self.barred()
        said = refused(person, other)
        for number in (case.number, second.number):
            assert any(number in each and "when the decision is revoked" in each for each in said)
        misuse.revoke_decision(
            number=second.number, version=second.version, reason="The same misuse, decided twice.", by=m.reviewer()
        )
        case.refresh_from_db()
        assert not any("when the decision is revoked" in each for each in conflicts_of(person, other))
        assert Circumstance.objects.filter(kind="bar", voided=False).get() == case.bar

    def test_two_open_cases_are_named(self):
        (one, _), (other, _) = cases.patient(), cases.patient()
        first, second = cases.opened(one), cases.opened(other)
        assert any(f"{first.number}, {second.number}" in said for said in refused(one, other))
