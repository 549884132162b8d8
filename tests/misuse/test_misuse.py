"""From the facts to the decision, the bar, and the way back (S1, E9, B2; Art. 30)."""

import uuid
from decimal import Decimal

import pytest

from claims import services as claims_services
from claims.misuse import selectors, services
from claims.misuse.models import MisuseCase, RecoveryPayment
from claims.misuse.papers import DECISION
from claims.selectors import cap_used, entitlement
from enrollment.cards.models import InsuranceCard
from enrollment.contributions.models import BenefitPeriod
from enrollment.contributions.selectors import live_benefit_periods
from enrollment.registration import services as registration
from enrollment.registration.models import Circumstance, Enrollment
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.policy.terms import Ineligible
from tests import factories as make
from tests.at_once import at_once, parted
from tests.cards import makers as cards
from tests.claims import makers as claims
from tests.contributions import makers as contributions

from .makers import DECIDED, D, clerk, decided, dismissed, opened, patient, reviewer

pytestmark = pytest.mark.django_db
Status = MisuseCase.Status
UNTIL = D(2011, 7, 10)
CAME_BACK = D(2009, 7, 20)


def claimed(case: MisuseCase) -> tuple[Decimal, Decimal]:
    found = selectors.recovery_of(MisuseCase.objects.get(pk=case.pk))
    return found.claimed, found.outstanding


class TestDecision:
    def test_benefits_stop_the_card_is_suspended_and_the_person_barred_for_two_years(self):
        person, paid = patient()
        case = decided(opened(person, {paid.number: paid.fund}))
        assert (case.status, case.decided_on, case.barred_until) == (Status.DECIDED, DECIDED, UNTIL)
        bar = Circumstance.objects.get(resident=person, kind="bar")
        assert (bar, bar.starts, bar.ends) == (case.bar, DECIDED, UNTIL)
        enrollment = Enrollment.objects.get(resident=person)
        assert (enrollment.ends, enrollment.end_reason) == (D(2009, 7, 9), "barred")
        assert [days.ends for days in live_benefit_periods(person)] == [D(2009, 7, 9)]
        assert InsuranceCard.objects.get(resident=person).status == "suspended"
        assert not entitlement(person, DECIDED, None).entitled
        assert entitlement(person, D(2009, 7, 9), None).entitled

    def test_the_decision_is_kept_in_writing_with_its_article(self):
        person, paid = patient()
        case = decided(opened(person, {paid.number: paid.fund}))
        said = str(of_object(case, DECISION).get().paper().data())
        assert "Art. 30" in said
        assert "The neighbour admitted it." in said
        assert paid.number in said
        assert person.id_number not in said
        assert AuditEntry.objects.get(verb="misuse.decide").changes["notice"] == of_object(case).get().sha256

    def test_days_of_a_stay_from_the_decision_on_are_not_covered(self):
        person, _paid = patient()
        hospital = claims.hospital()
        with clock.on_day(D(2009, 7, 12)):
            stay = claims.admitted(person, hospital, "2009-07-08")
            lines = [claims.line("500.00", "2009-07-09"), claims.line("500.00", "2009-07-10", line_number="2")]
            claims_services.add_lines(stay_number=stay.number, lines=lines, by=hospital)
        decided(opened(person))
        with clock.on_day(D(2009, 7, 12)):
            claims_services.discharge(stay_number=stay.number, discharged_on=D(2009, 7, 12), by=hospital)
            settled = claims_services.settle_stay(stay_number=stay.number, by=hospital)
        assert (settled.total, settled.in_scope) == (Decimal("1000.00"), Decimal("500.00"))

    def test_nobody_decides_on_their_own_case(self):
        person, _paid = patient()
        case = opened(person)
        both = make.actor(Role.AGENCY_REVIEWER, username=clerk().name)
        assert both.user_id == clerk().user_id
        for decide in (decided, dismissed):
            with pytest.raises(Refused, match="a colleague has to decide"):
                decide(case, by=both)
        assert MisuseCase.objects.get().status == Status.OPEN
        assert not Circumstance.objects.filter(kind="bar").exists()

    def test_who_changed_the_facts_does_not_decide_either_nor_who_wrote_them_first(self):
        person, _paid = patient()
        case = opened(person)
        other = make.actor(Role.AGENCY_CLERK)
        with clock.on_day(DECIDED):
            case = services.change_case(
                number=case.number,
                version=case.version,
                kind="lent",
                found_on=D(2009, 7, 1),
                facts="A cousin was treated on the card.",
                recover={},
                by=other,
            )
        for name in (clerk().name, other.name):
            both = make.actor(Role.AGENCY_REVIEWER, username=name)
            with pytest.raises(Refused, match="a colleague has to decide"):
                decided(case, by=both)
        assert decided(case, by=make.actor(Role.AGENCY_REVIEWER)).status == Status.DECIDED

    def test_dismissed_nothing_follows(self):
        person, paid = patient()
        case = dismissed(opened(person, {paid.number: paid.fund}))
        assert case.status == Status.DISMISSED
        assert claimed(case) == (0, 0)
        assert not Circumstance.objects.filter(kind="bar").exists()
        assert InsuranceCard.objects.get(resident=person).status == "handed_out"

    def test_what_was_decided_is_decided(self):
        person, _paid = patient()
        case = dismissed(opened(person))
        for decide in (decided, dismissed):
            with pytest.raises(Conflict):
                decide(case)
        with pytest.raises(Conflict):
            services.change_case(
                number=case.number,
                version=case.version,
                kind="lent",
                found_on=D(2009, 7, 1),
                facts="x",
                recover={},
                by=clerk(),
            )

    def test_the_bar_is_lifted_by_revoking_the_decision_alone(self):
        person, _paid = patient()
        case = decided(opened(person))
        with clock.on_day(D(2009, 8, 1)):
            for undo in (
                lambda: registration.void_circumstance(circumstance_id=case.bar_id, reason="x", by=clerk()),
                lambda: registration.end_circumstance(circumstance_id=case.bar_id, ends=D(2009, 8, 1), by=clerk()),
            ):
                with pytest.raises(Refused, match="when the decision is revoked"):
                    undo()
        assert Circumstance.objects.get(kind="bar").ends == UNTIL

    def test_refused_it_leaves_nothing_behind(self, monkeypatch):
        person, paid = patient()
        case = opened(person, {paid.number: paid.fund})

        def broken(*_args, **_values):
            raise RuntimeError

        monkeypatch.setattr("claims.misuse.papers.keep_decision", broken)
        with pytest.raises(RuntimeError):
            decided(case)
        assert MisuseCase.objects.get().status == Status.OPEN
        assert not Circumstance.objects.filter(kind="bar").exists()
        assert InsuranceCard.objects.get(resident=person).status == "handed_out"
        assert Enrollment.objects.get(resident=person).ends is None


class TestComingBack:
    def test_barred_until_the_last_day_and_then_with_the_waiting_period(self):
        person, _paid = patient()
        decided(opened(person))
        asked = contributions.at_agency(person, D(2011, 7, 10))
        with clock.on_day(D(2011, 7, 10)), pytest.raises(Refused) as told:
            contributions.services.take_into_records(
                registration_number=asked.number, version=asked.version, by=clerk()
            )
        from enrollment.registration.labels import label

        assert str(label(Ineligible.BARRED)) in str(told.value)
        with clock.on_day(D(2011, 7, 11)):
            notice = contributions.services.take_into_records(
                registration_number=asked.number, version=asked.version, by=clerk()
            )
        assert notice.kind == "lapsed"
        contributions.pay(notice, D(2011, 7, 11))
        period = BenefitPeriod.objects.get(notice=notice)
        assert period.starts == D(2012, 1, 12)
        made = cards.card(person, D(2011, 7, 20))
        assert made.status == "made"
        assert InsuranceCard.objects.filter(resident=person).count() == 2

    def test_also_where_the_enrollment_had_lapsed_before_the_decision(self):
        person, _paid = patient()
        contributions.lapse(D(2009, 12, 1))
        decided(opened(person, on=D(2010, 2, 1)), on=D(2010, 2, 10))
        assert Enrollment.objects.get(resident=person).end_reason == "lapsed"
        asked = contributions.at_agency(person, D(2012, 2, 11))
        with clock.on_day(D(2012, 2, 11)):
            notice = contributions.services.take_into_records(
                registration_number=asked.number, version=asked.version, by=clerk()
            )
        assert notice.kind == "lapsed"
        contributions.pay(notice, D(2012, 2, 11))
        assert BenefitPeriod.objects.get(notice=notice).starts == D(2012, 8, 12)


class TestRevocation:
    def test_all_is_as_it_was(self):
        person, paid = patient()
        case = decided(opened(person, {paid.number: paid.fund}))
        with clock.on_day(D(2009, 9, 1)):
            services.revoke_decision(
                number=case.number, version=case.version, reason="The court said so.", by=reviewer()
            )
        case.refresh_from_db()
        assert (case.status, case.revoked_on) == (Status.REVOKED, D(2009, 9, 1))
        assert Enrollment.objects.get(resident=person).ends is None
        assert InsuranceCard.objects.get(resident=person).status == "handed_out"
        assert [days.ends for days in live_benefit_periods(person)] == [D(2009, 12, 31)]
        assert claimed(case) == (0, 0)
        assert Circumstance.objects.get(kind="bar").voided

    def test_only_of_a_decision_and_with_a_reason(self):
        person, _paid = patient()
        case = opened(person)
        with pytest.raises(Conflict):
            services.revoke_decision(number=case.number, version=case.version, reason="x", by=reviewer())
        case = decided(case)
        with pytest.raises(Invalid):
            services.revoke_decision(number=case.number, version=case.version, reason=" ", by=reviewer())


class TestRecovery:
    def pay(self, case: MisuseCase, amount: str, on=CAME_BACK, reference: str = "BANK1", **values):
        case = MisuseCase.objects.get(pk=case.pk)
        with clock.on_day(D(2009, 7, 25)):
            return services.record_recovery(
                number=case.number,
                version=values.pop("version", case.version),
                amount=Decimal(amount),
                paid_on=on,
                bank_reference=reference,
                by=values.pop("by", None) or clerk(),
            )

    def test_in_parts_until_all_is_back_and_no_cap_with_it(self):
        person, paid = patient()
        before = cap_used(person, (D(2009, 1, 1), D(2009, 12, 31)))
        case = decided(opened(person, {paid.number: Decimal("600.00")}))
        assert claimed(case) == (Decimal("600.00"), Decimal("600.00"))
        self.pay(case, "250.50")
        assert claimed(case) == (Decimal("600.00"), Decimal("349.50"))
        self.pay(case, "349.50", reference="BANK2")
        assert claimed(case)[1] == 0
        assert cap_used(person, (D(2009, 1, 1), D(2009, 12, 31))) == before == paid.fund

    @pytest.mark.parametrize(
        ("amount", "on", "reference", "words"),
        [
            ("600.01", D(2009, 7, 20), "B", "are outstanding"),
            ("0", D(2009, 7, 20), "B", "are outstanding"),
            ("10", D(2009, 7, 9), "B", "before the decision"),
            ("10", D(2009, 7, 26), "B", "in the future"),
            ("10", D(2009, 7, 20), " ", "reference"),
        ],
    )
    def test_nothing_that_cannot_be(self, amount, on, reference, words):
        person, paid = patient()
        case = decided(opened(person, {paid.number: Decimal("600.00")}))
        with pytest.raises(Invalid, match=words):
            self.pay(case, amount, on, reference)
        assert not RecoveryPayment.objects.exists()

    def test_a_reference_is_taken_once_and_a_second_click_is_a_conflict(self):
        person, paid = patient()
        case = decided(opened(person, {paid.number: Decimal("600.00")}))
        self.pay(case, "10")
        with pytest.raises(Conflict, match="taken"):
            self.pay(case, "10")
        with pytest.raises(Conflict):
            self.pay(case, "10", reference="B2", version=case.version)
        assert RecoveryPayment.objects.count() == 1

    def test_at_most_what_the_fund_paid_and_of_this_person_s_settlements(self):
        person, paid = patient()
        for amount in (paid.fund + Decimal("0.01"), Decimal(0), Decimal(-5)):
            with pytest.raises(Invalid, match="at most"):
                opened(person, {paid.number: amount})
        with pytest.raises(Invalid, match="Nothing can be recovered"):
            opened(person, {"J2009-9999999": Decimal(5)})
        assert not MisuseCase.objects.exists()

    def test_what_is_reversed_is_claimed_no_more(self):
        person, paid = patient()
        case = decided(opened(person, {paid.number: Decimal("600.00")}))
        with clock.on_day(D(2009, 7, 20)):
            claims_services.reverse_settlement(number=paid.number, reason="wrong", by=reviewer())
        assert claimed(case) == (0, 0)

    def test_something_claimed_needs_a_debtor_and_a_day(self):
        person, paid = patient()
        case = opened(person, {paid.number: Decimal("600.00")})
        with pytest.raises(Invalid, match="who is to repay"):
            decided(case, debtor=" ")
        for due_on in (None, DECIDED):
            with pytest.raises(Invalid, match="a day after today"):
                decided(case, due_on=due_on)


class TestOpening:
    def test_the_same_form_twice_is_one_case(self):
        person, _paid = patient()
        submission = uuid.uuid4()
        assert opened(person, submission=submission) == opened(person, submission=submission)
        assert MisuseCase.objects.count() == 1

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"kind": "eaten"}, "Choose what was done"),
            ({"facts": "  "}, "what was found"),
            ({"found_on": D(2009, 7, 2)}, "future"),
            ({"card_number": "2110000000000"}, "no card of this person"),
        ],
    )
    def test_nothing_that_cannot_be(self, values, words):
        person, _paid = patient()
        with pytest.raises(Invalid, match=words):
            opened(person, **values)

    def test_one_open_case_a_person_and_none_of_who_is_barred(self):
        person, _paid = patient()
        case = opened(person)
        with pytest.raises(Refused, match="open case already"):
            opened(person)
        decided(case)
        with pytest.raises(Refused, match="barred already"):
            opened(person, on=D(2009, 7, 12))

    @pytest.mark.parametrize("role", [Role.COMMUNITY, Role.AGENCY_REVIEWER, Role.SUPERVISOR])
    def test_by_the_agency_s_clerk_alone(self, role):
        person, _paid = patient()
        with pytest.raises(NotAllowed):
            opened(person, by=make.actor(role))


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once():
    person, _paid = patient()
    case, by = opened(person), reviewer()
    done, refused = parted(at_once(*[lambda: decided(case, by=by)] * 2))
    assert (len(done), [type(error) for error in refused]) == (1, [Conflict])
    assert Circumstance.objects.filter(kind="bar").count() == 1
