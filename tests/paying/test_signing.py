"""Who confirms, examines, checks and approves a declaration, what is frozen, the run that draws them all (U14)."""

import pytest
from django.db import IntegrityError, transaction

from claims import services as claims_services
from funds.paying import selectors, services
from funds.paying.models import Declaration, DeclarationItem
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.selectors import counts_of
from tests import factories
from tests.claims import makers as claims

from . import makers
from .makers import JULY, D

pytestmark = pytest.mark.django_db


# --- who does what ---------------------------------------------------------------------------------------------------


def test_from_the_draft_to_the_approval_by_four_people():
    makers.settled()
    made = makers.approved(makers.drawn())
    people = {made.submitted_by_id, made.examined_by_id, made.checked_by_id, made.approved_by_id}
    assert (made.status, len(people)) == ("approved", 4)
    verbs = AuditEntry.objects.filter(object_number=made.number).order_by("id").values_list("verb", flat=True)
    assert [verb.partition(".")[2] for verb in verbs] == ["draw", "confirm", "examine", "check", "approve"]


def test_nobody_signs_twice():
    makers.settled()
    made = makers.confirmed(makers.drawn())
    made = services.examine_declaration(number=made.number, version=made.version, by=makers.clerk())
    made = services.check_declaration(number=made.number, version=made.version, by=makers.reviewer())
    with pytest.raises(Refused) as error:
        services.approve_declaration(number=made.number, version=made.version, by=makers.reviewer())
    assert error.value.code == "own_entry"
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=made.pk).update(approved_by=made.checked_by)


@pytest.mark.parametrize(
    ("verb", "role"),
    [
        ("confirm_declaration", Role.AGENCY_REVIEWER),
        ("examine_declaration", Role.AGENCY_REVIEWER),
        ("check_declaration", Role.AGENCY_CLERK),
        ("approve_declaration", Role.AGENCY_CLERK),
        ("redraw_declaration", Role.AGENCY_REVIEWER),
        ("discard_declaration", Role.HOSPITAL),
    ],
)
def test_who_may_not(verb, role):
    makers.settled()
    made = makers.drawn()
    by = makers.hospital() if role is Role.HOSPITAL else factories.actor(role)
    with pytest.raises(NotAllowed):
        getattr(services, verb)(number=made.number, version=made.version, by=by)


def test_another_institution_does_not_find_it_and_the_agency_does_not_confirm_for_it():
    makers.settled()
    made = makers.drawn()
    for by in (makers.hospital("H2"), makers.clerk()):
        with pytest.raises(NotAllowed):
            services.confirm_declaration(number=made.number, version=made.version, by=by)
    assert not selectors.declarations_visible_to(makers.hospital("H2")).exists()
    assert selectors.declarations_visible_to(makers.hospital()).get() == made


def test_for_an_institution_without_a_user_the_clerk_confirms_and_has_examined():
    with clock.on_day(D(2009, 7, 20)):
        claims.institution("H2")
        stay = claims.discharged(
            claims.insured(),
            makers.clerk(),
            ("5000.00",),
            institution="H2",
            on="2009-07-01",
            until="2009-07-09",
        )
        claims_services.settle_stay(stay_number=stay.number, by=claims.clerk())
    made = makers.drawn("H2")
    assert made in selectors.waiting_for(makers.clerk())
    made = services.confirm_declaration(number=made.number, version=made.version, by=makers.clerk())
    assert (made.status, made.examined_by_id) == ("examined", makers.clerk().user_id)


def test_steps_out_of_order_and_old_versions_are_conflicts():
    makers.settled()
    made = makers.drawn()
    for verb, by in (
        (services.examine_declaration, makers.clerk()),
        (services.check_declaration, makers.reviewer()),
        (services.approve_declaration, makers.approver()),
    ):
        with pytest.raises(Conflict):
            verb(number=made.number, version=made.version, by=by)
    confirmed = makers.confirmed(made)
    with pytest.raises(Conflict) as error:
        services.examine_declaration(number=made.number, version=made.version, by=makers.clerk())
    assert error.value.code == "changed_meanwhile"
    with pytest.raises(Conflict):
        services.redraw_declaration(number=made.number, version=confirmed.version, by=makers.hospital())
    with pytest.raises(Invalid):
        services.send_back_declaration(number=made.number, version=confirmed.version, reason=" ", by=makers.clerk())


def test_what_was_confirmed_is_frozen_by_the_database():
    makers.settled()
    made = makers.confirmed(makers.drawn())
    item = made.items.get()
    for harm in (
        lambda: Declaration.objects.filter(pk=made.pk).update(payable=1, settled=1),
        lambda: DeclarationItem.objects.filter(pk=item.pk).update(amount=1),
        lambda: DeclarationItem.objects.filter(pk=item.pk).delete(),
        lambda: made.delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            harm()


def test_the_queue_shows_each_step_to_who_may_take_it():
    makers.settled()
    made = makers.drawn()
    assert list(selectors.waiting_for(makers.hospital())) == [made]
    assert not selectors.waiting_for(makers.clerk()).exists()
    made = makers.confirmed(made)
    assert list(selectors.waiting_for(makers.clerk())) == [made]
    made = services.examine_declaration(number=made.number, version=made.version, by=makers.clerk())
    services.check_declaration(number=made.number, version=made.version, by=makers.reviewer())
    assert not selectors.waiting_for(makers.reviewer()).exists()
    assert list(selectors.waiting_for(makers.approver())) == [made]


# --- the run for all -------------------------------------------------------------------------------------------------


def test_the_run_draws_for_all_and_looks_before():
    makers.settled("H1")
    makers.settled("H2")
    makers.settled("H3", on=D(2009, 8, 3))
    looked = services.start_drawing(month=JULY, by=makers.clerk(), dry_run=True, calls=False)
    runs.work_off(number=looked.number)
    assert not Declaration.objects.exists()
    made = services.start_drawing(month=JULY, by=makers.clerk(), calls=False)
    runs.work_off(number=made.number)
    assert set(Declaration.objects.values_list("institution__code", flat=True)) == {"H1", "H2"}
    made.refresh_from_db()
    assert (made.status, counts_of(made)["declarations"]) == ("finished", "2")
    with pytest.raises(Refused):
        services.start_drawing(month=JULY, by=makers.clerk(), calls=False)
