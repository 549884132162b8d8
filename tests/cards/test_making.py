"""Making certificates and cards: one at a time and by a run (W7)."""

import pytest

from enrollment.cards import selectors, services
from enrollment.cards.models import CertificateTerm, InsuranceCard
from enrollment.cards.services import making
from enrollment.registration.models import Resident
from enrollment.registration.services.relationships import settle_ends
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.integrity import check_integrity
from tests import factories as make
from tests.at_once import at_once, parted
from tests.contributions import makers as contributions

from .makers import PAID, TODAY, D, card, clerk, community, insured, reviewer

pytestmark = pytest.mark.django_db
Status = InsuranceCard.Status


def start(**values) -> Run:
    return services.start_making(by=clerk(), calls=False, **values)


def counts(run: Run) -> tuple[str, str, str]:
    run.refresh_from_db()
    return run.status, run.counts["cards"], run.counts["renewals"]


def taken_in(person: Resident) -> InsuranceCard:
    """The card of somebody whose death was recorded, out of use."""
    made = card(person)
    make.circumstance(person, "death", "died", starts=D(2009, 3, 18))
    settle_ends(person, by=clerk())
    return services.take_in(number=made.number, version=made.version, reason="died", by=clerk())


def reopened(person: Resident) -> None:
    """The death was a mistake."""
    person.circumstances.filter(kind="death").update(voided=True)
    settle_ends(person, by=clerk())


def sound() -> None:
    found: list[object] = []
    check_integrity(["card"], found=found.append)
    assert found == []


class TestSingly:
    def test_the_card_of_a_first_payment(self):
        person = insured()
        made = card(person)
        assert (made.status, made.made_on, made.cause, made.resident) == (Status.MADE, TODAY, "first", person)
        assert [row.notice.contribution_year for row in selectors.terms_of(made, TODAY)] == [2009]
        entry = AuditEntry.objects.get(verb="cards.make")
        assert (entry.object_number, entry.resident) == (made.number, person.number)

    def test_a_renewal_extends_the_certificate_of_the_same_card(self):
        person = insured()
        made = card(person)
        notice = contributions.renewal(person, D(2009, 10, 5))
        contributions.pay(notice, D(2009, 10, 6))
        again = card(person, D(2009, 12, 2))
        assert again == made
        assert [row.notice.contribution_year for row in selectors.terms_of(made, D(2010, 2, 1))] == [2010, 2009]
        assert AuditEntry.objects.filter(verb="cards.renew", object_number=made.number).count() == 1

    def test_a_new_enrollment_gets_a_card_of_its_own(self):
        person = insured()
        first = card(person)
        contributions.lapse(D(2009, 12, 1))
        contributions.enrolled(person, D(2010, 2, 1))
        second = card(person, D(2010, 2, 5))
        assert second != first
        assert second.enrollment != first.enrollment
        assert selectors.present_card(person) == second
        assert selectors.has_ended(InsuranceCard.objects.get(pk=first.pk), D(2010, 2, 5))

    def test_also_while_the_window_is_open(self):
        contributions.enrolled(person := contributions.newborn(D(2009, 10, 1)), D(2009, 10, 15))
        assert card(person, D(2009, 10, 16)).made_on == D(2009, 10, 16)

    def test_nothing_twice_and_nothing_for_who_has_not_paid(self):
        person = insured()
        card(person)
        with pytest.raises(Refused, match="Nothing is to be made"):
            card(person)
        unpaid = contributions.newborn()
        contributions.first_notice(unpaid, PAID)
        with pytest.raises(Refused, match="Nothing is to be made"):
            card(unpaid)
        assert InsuranceCard.objects.count() == CertificateTerm.objects.count() == 1

    def test_a_relationship_that_goes_on_again_gets_another_card(self):
        person = insured()
        first = taken_in(person)
        assert selectors.due_of(person, TODAY) == []
        reopened(person)
        assert [notice.contribution_year for notice in selectors.due_of(person, TODAY)] == [2009]
        second = card(person)
        assert (second.status, second.cause, second.replaces) == (Status.MADE, "reopened", None)
        assert (second.enrollment, second.number != first.number) == (first.enrollment, True)
        assert [row.notice.contribution_year for row in selectors.terms_of(second, TODAY)] == [2009]
        assert selectors.present_card(person) == second
        assert CertificateTerm.objects.count() == 1
        assert AuditEntry.objects.get(verb="cards.make", object_number=second.number).changes["cause"] == "reopened"
        with pytest.raises(Refused, match="Nothing is to be made"):
            card(person)
        sound()

    def test_a_late_line_that_undoes_a_lapse_does_not_extend_a_dead_card(self):
        person = insured()
        first = card(person)
        notice = contributions.renewal(person, D(2009, 10, 5))
        contributions.lapse(D(2009, 12, 1))
        with clock.on_day(D(2010, 1, 4)):
            services.take_in(number=first.number, version=first.version, reason="lapsed", by=clerk())
        contributions.pay(notice, D(2009, 11, 28), received=D(2010, 1, 5))
        with clock.on_day(D(2010, 1, 6)):
            run = start()
            runs.work_off(number=run.number)
            assert counts(run) == ("finished", "1", "0")
            second = selectors.present_card(person)
        assert (second.cause, second.run) == ("reopened", run.number)
        assert [row.notice.contribution_year for row in selectors.terms_of(second, D(2010, 1, 6))] == [2010, 2009]
        # What was said on the dead card is no extension of the new one.
        assert AuditEntry.objects.filter(verb="cards.renew").count() == 0
        sound()

    def test_what_the_dead_card_said_and_what_it_did_not_is_in_the_new_one(self):
        person = insured()
        taken_in(person)
        reopened(person)
        notice = contributions.renewal(person, D(2009, 10, 5))
        contributions.pay(notice, D(2009, 10, 6))
        second = card(person, D(2009, 12, 2))
        terms = selectors.terms_of(second, D(2009, 12, 2))
        assert [row.notice.contribution_year for row in terms] == [2010, 2009]
        verbs = AuditEntry.objects.filter(object_number=second.number).order_by("pk").values_list("verb", flat=True)
        assert list(verbs) == ["cards.make", "cards.renew"]

    @pytest.mark.parametrize("role", [Role.COMMUNITY, Role.DISTRICT, Role.SUPERVISOR, Role.AGENCY_REVIEWER])
    def test_by_the_agency_s_clerk_alone(self, role):
        person = insured()
        with pytest.raises(NotAllowed):
            services.make_card(resident_number=person.number, by=make.actor(role))
        assert not InsuranceCard.objects.exists()


class TestRun:
    def test_everybody_who_is_due_gets_a_card_or_a_term(self):
        people = [insured() for _ in range(3)]
        old = insured()
        card(old)
        contributions.pay(contributions.renewal(old, D(2009, 10, 5)), D(2009, 10, 6))
        with clock.on_day(D(2009, 12, 1)):
            run = start()
            runs.work_off(number=run.number)
        assert counts(run) == ("finished", "3", "1")
        assert {made.resident for made in InsuranceCard.objects.filter(run=run.number)} == set(people)
        assert CertificateTerm.objects.count() == 5
        assert AuditEntry.objects.filter(verb="cards.make").count() == 4
        with clock.on_day(D(2009, 12, 1)), pytest.raises(Refused, match="No certificate is due"):
            start()

    def test_of_one_community_only(self):
        insured()
        there = make.community("211003001001")
        person = insured(home=there)
        run = start(community=there.code)
        runs.work_off(number=run.number)
        assert [made.resident for made in InsuranceCard.objects.all()] == [person]
        with pytest.raises(Invalid, match="Choose a community"):
            start(community="211002")

    def test_a_dry_run_counts_and_writes_nothing(self):
        person = insured()
        run = start(dry_run=True)
        runs.work_off(number=run.number)
        assert counts(run) == ("finished", "1", "0")
        assert run.chunks.get().examples == [[person.number, person.name, "211002001001", "2009"]]
        assert not InsuranceCard.objects.exists()

    def test_cancelled_it_takes_back_what_is_still_at_the_agency(self, monkeypatch):
        monkeypatch.setattr(making, "RESIDENTS_PER_LOT", 1)
        first, second = insured(), insured()
        insured()
        run = start()
        runs.work_one(number=run.number)
        runs.work_one(number=run.number)
        kept = InsuranceCard.objects.get(resident=first)
        services.hand_over(numbers=[kept.number], by=clerk())
        runs.cancel_run(number=run.number, by=clerk())
        assert list(InsuranceCard.objects.all()) == [kept]
        assert [term.notice.resident for term in CertificateTerm.objects.all()] == [first]
        assert card(second).resident == second

    def test_what_a_clerk_made_meanwhile_is_made_once(self):
        person = insured()
        other = insured()
        run = start()
        mine = card(person)
        runs.work_off(number=run.number)
        assert counts(run) == ("finished", "1", "0")
        assert InsuranceCard.objects.get(resident=person) == mine
        assert InsuranceCard.objects.get(resident=other).run == run.number

    def test_only_by_who_may(self):
        insured()
        for by in (community(), reviewer()):
            with pytest.raises(NotAllowed):
                services.start_making(by=by, calls=False)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_card():
    person, by = insured(), clerk()

    def work() -> InsuranceCard:
        with clock.on_day(TODAY):
            return services.make_card(resident_number=person.number, by=by)

    made, refused = parted(at_once(work, work))
    assert (len(made), [type(error) for error in refused]) == (1, [Refused])
    assert InsuranceCard.objects.count() == CertificateTerm.objects.count() == 1
