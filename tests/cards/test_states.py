"""A card from the agency to its holder, and what ends it: allowed, refused, and nothing half done (W7)."""

import pytest

from enrollment.cards import services
from enrollment.cards.models import InsuranceCard
from enrollment.registration.services.relationships import settle_ends
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.at_once import at_once, parted

from .makers import TODAY, D, card, clerk, community, handed_out, insured, with_community

pytestmark = pytest.mark.django_db
Status = InsuranceCard.Status
Taken = services.Taken
LATER = D(2009, 3, 25)


def fresh(row: InsuranceCard) -> InsuranceCard:
    return InsuranceCard.objects.get(pk=row.pk)


def ended(row: InsuranceCard) -> InsuranceCard:
    """The holder of the card died two days ago."""
    make.circumstance(row.resident, "death", "died", starts=D(2009, 3, 18))
    settle_ends(row.resident, by=clerk())
    return fresh(row)


def lost(row: InsuranceCard) -> InsuranceCard:
    return services.report_loss(number=row.number, version=row.version, reported_by="self", by=community())


def replaced(row: InsuranceCard, cause: str = "damaged") -> InsuranceCard:
    return services.replace_card(number=row.number, version=row.version, cause=cause, reason="broken", by=clerk())


STEPS = {
    "hand_over": lambda row: services.hand_over(numbers=[row.number], by=clerk()),
    "hand_out": lambda row: services.hand_out(taken=[Taken(row.number)], on=TODAY, by=clerk()),
    "report_loss": lost,
    "find_again": lambda row: services.find_again(number=row.number, version=row.version, by=clerk()),
    "replace_card": replaced,
    "take_in": lambda row: services.take_in(number=row.number, version=row.version, reason="ended", by=clerk()),
    "undo_hand_out": lambda row: services.undo_hand_out(number=row.number, version=row.version, by=community()),
}
# What can be done with a card in each state.
ABLE = {
    Status.MADE: {"hand_over", "hand_out", "report_loss", "replace_card"},
    Status.WITH_COMMUNITY: {"hand_out", "report_loss", "replace_card"},
    Status.HANDED_OUT: {"report_loss", "replace_card", "undo_hand_out"},
    Status.LOST: {"find_again", "replace_card"},
    Status.SUSPENDED: set(),
    Status.REPLACED: set(),
    Status.ENDED: set(),
}


def in_state(status: str) -> InsuranceCard:
    """A card in a state, brought there by the verbs."""
    if status == Status.MADE:
        return card()
    if status == Status.WITH_COMMUNITY:
        return with_community()
    row = handed_out()
    if status == Status.LOST:
        lost(row)
    elif status == Status.SUSPENDED:
        services.suspend_cards(row.resident, on=TODAY, case="M", by=clerk())
    elif status == Status.REPLACED:
        replaced(row)
    elif status == Status.ENDED:
        ended(row)
        services.take_in(number=row.number, version=row.version, reason="died", by=clerk())
    return fresh(row)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("step", STEPS)
def test_what_can_be_done_in_a_state_and_what_cannot(status, step):
    row = in_state(status)
    assert row.status == status
    before, acts = InsuranceCard.objects.count(), AuditEntry.objects.count()
    if step in ABLE[status]:
        STEPS[step](row)
        assert fresh(row).version == row.version + 1
        return
    with pytest.raises(DomainError):
        STEPS[step](row)
    # Refused is untouched: the row, the others, the record of acts.
    assert fresh(row).version == row.version
    assert (InsuranceCard.objects.count(), AuditEntry.objects.count()) == (before, acts)


class TestHandingOut:
    def test_to_the_community_in_which_the_holder_lives(self):
        row = with_community()
        assert (row.status, row.office, row.since) == (Status.WITH_COMMUNITY, row.resident.community, TODAY)

    def test_to_the_holder_or_to_somebody_who_is_named(self):
        mine, theirs = with_community(), with_community()
        taken = [Taken(mine.number), Taken(theirs.number, "parent", " 王 芳 ")]
        services.hand_out(taken=taken, on=TODAY, by=community())
        assert (fresh(mine).taken_by, fresh(mine).taken_by_name) == ("self", mine.resident.name)
        assert (fresh(theirs).taken_by, fresh(theirs).taken_by_name) == ("parent", "王 芳")

    def test_all_who_came_or_nobody(self):
        first, second = with_community(), with_community()
        with pytest.raises(Invalid, match="Enter the name of who took the card"):
            services.hand_out(taken=[Taken(first.number), Taken(second.number, "child")], on=TODAY, by=community())
        assert {fresh(first).status, fresh(second).status} == {Status.WITH_COMMUNITY}
        assert not AuditEntry.objects.filter(verb="cards.hand_out").exists()

    def test_on_a_day_when_the_card_was_there(self):
        row = with_community(on=LATER)
        with clock.on_day(D(2009, 3, 28)):
            with pytest.raises(Invalid, match="since 2009-03-25 only"):
                services.hand_out(taken=[Taken(row.number)], on=TODAY, by=community())
            with pytest.raises(Invalid, match="in the future"):
                services.hand_out(taken=[Taken(row.number)], on=D(2009, 3, 29), by=community())
            assert services.hand_out(taken=[Taken(row.number)], on=D(2009, 3, 27), by=community())

    def test_not_by_another_community_nor_before_it_is_there(self):
        row, here = with_community(), community()
        other = make.actor(Role.COMMUNITY, make.community("211002001002"))
        with pytest.raises(NotAllowed):
            services.hand_out(taken=[Taken(row.number)], on=TODAY, by=other)
        with pytest.raises(NotAllowed, match="still at the agency"):
            services.hand_out(taken=[Taken(card().number)], on=TODAY, by=here)

    def test_not_when_the_enrollment_has_ended(self):
        row = ended(with_community())
        with pytest.raises(Refused, match="covers nobody any more"):
            services.hand_out(taken=[Taken(row.number)], on=TODAY, by=community())

    def test_who_saw_an_older_card_is_told_who_changed_it(self):
        row = with_community()
        with pytest.raises(Conflict) as told:
            services.hand_out(taken=[Taken(row.number, version=row.version - 1)], on=TODAY, by=community())
        assert "Handed the card to the community" in str(told.value)


class TestUndo:
    def test_one_s_own_mark_of_today(self):
        row = handed_out()
        services.undo_hand_out(number=row.number, version=row.version, by=community())
        assert (fresh(row).status, fresh(row).handed_out_on, fresh(row).taken_by) == (Status.WITH_COMMUNITY, None, "")

    def test_not_somebody_else_s_nor_yesterday_s_nor_after_something_was_done(self):
        row = handed_out()
        colleague = make.actor(Role.COMMUNITY)
        with pytest.raises(Refused, match="Only your own mark of today"):
            services.undo_hand_out(number=row.number, version=row.version, by=colleague)
        with clock.on_day(LATER), pytest.raises(Refused, match="Only your own mark of today"):
            services.undo_hand_out(number=row.number, version=row.version, by=community())
        row = lost(row)
        row = services.find_again(number=row.number, version=row.version, by=community())
        with pytest.raises(Refused, match="Something was done"):
            services.undo_hand_out(number=row.number, version=row.version, by=community())
        assert fresh(row).status == Status.HANDED_OUT


class TestLossAndReplacement:
    def test_the_old_number_is_dead_and_the_new_one_is_its_own(self):
        row = lost(handed_out())
        assert (row.status, row.since) == (Status.LOST, TODAY)
        made = replaced(row, "lost")
        assert (fresh(row).status, fresh(row).reason) == (Status.REPLACED, "broken")
        assert (made.replaces_id, made.cause, made.status) == (row.pk, "lost", Status.MADE)
        assert made.number != row.number
        assert made.enrollment == row.enrollment

    def test_for_a_loss_it_must_be_on_record(self):
        row = handed_out()
        with pytest.raises(Refused, match="No loss is on record"):
            replaced(row, "lost")
        assert fresh(row).status == Status.HANDED_OUT

    @pytest.mark.parametrize("cause", ["first", "", "mood"])
    def test_for_no_other_cause(self, cause):
        with pytest.raises(Invalid, match="Choose why"):
            replaced(handed_out(), cause)

    def test_who_reports_for_the_holder_is_named(self):
        row = handed_out()
        with pytest.raises(Invalid, match="Enter the name"):
            services.report_loss(number=row.number, version=row.version, reported_by="child", by=community())

    def test_found_again_it_holds_again(self):
        row = lost(handed_out())
        again = services.find_again(number=row.number, version=row.version, by=community())
        assert again.status == Status.HANDED_OUT
        never = lost(with_community())
        with pytest.raises(Refused, match="Only a card that its holder had"):
            services.find_again(number=never.number, version=never.version, by=community())

    def test_not_for_an_enrollment_that_has_ended(self):
        row = ended(handed_out())
        with pytest.raises(Refused, match="covers nobody any more"):
            replaced(row)
        done = services.take_in(number=row.number, version=row.version, reason="died", by=community())
        assert done.status == Status.ENDED

    def test_a_card_of_a_running_enrollment_is_not_taken_in(self):
        row = handed_out()
        with pytest.raises(Refused, match="The enrollment goes on"):
            services.take_in(number=row.number, version=row.version, reason="x", by=clerk())


class TestSuspension:
    def test_lifted_it_is_where_it_was(self):
        for make_one, state in ((card, "made"), (with_community, "with_community"), (handed_out, "handed_out")):
            row = make_one(insured())
            services.suspend_cards(row.resident, on=TODAY, case="M", by=clerk())
            assert fresh(row).status == Status.SUSPENDED
            services.lift_suspension(row.resident, on=TODAY, reason="revoked", by=clerk())
            assert fresh(row).status == state

    def test_what_is_lost_stays_lost(self):
        row = lost(handed_out())
        assert services.suspend_cards(row.resident, on=TODAY, case="M", by=clerk()) == []
        assert fresh(row).status == Status.LOST


@pytest.mark.django_db(transaction=True)
def test_two_who_replace_one_card_at_once_make_one():
    row, by = handed_out(), clerk()

    def work() -> InsuranceCard:
        with clock.on_day(TODAY):
            return services.replace_card(number=row.number, version=row.version, cause="damaged", reason="x", by=by)

    made, refused = parted(at_once(work, work))
    assert (len(made), [type(error) for error in refused]) == (1, [Conflict])
    assert InsuranceCard.objects.filter(replaces=row).count() == 1
