"""Lists of the authorities: certificates that go on for longer than was said before (E1)."""

import datetime

import pytest

from enrollment.life.services.merging import approve_merge, propose_merge
from enrollment.lists.labels import finding_text
from enrollment.lists.layouts import Source
from enrollment.lists.stated import Finding
from enrollment.registration.models import Circumstance, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

from .makers import (
    TODAY,
    again,
    apply,
    certificate,
    codes,
    covered,
    held,
    states,
    upload,
    uploaded_and_applied,
    withdrawn,
)

pytestmark = pytest.mark.django_db
D = datetime.date
Kind = Circumstance.Kind


class TestRenewals:
    """A row that only brings a later last day for what is on record already."""

    def renewed(self, person: Resident, clerk: Actor, until: D, **values: object) -> tuple[list[str], list[str]]:
        found = uploaded_and_applied(Source.CIVIL_AFFAIRS, [certificate(person, ends=until, **values)], clerk)
        return states(found), codes(found)

    def test_a_later_last_day_extends_the_certificate(self, clerk):
        person = make.resident()
        first = [certificate(person, starts=D(2008, 9, 1), ends=D(2009, 8, 31), document="A1")]
        uploaded_and_applied(Source.CIVIL_AFFAIRS, first, clerk)
        second = [certificate(person, starts=D(2008, 9, 1), ends=D(2010, 8, 31), document="A1")]
        found = upload(Source.CIVIL_AFFAIRS, second, clerk)
        assert (states(found), codes(found)) == (["would"], ["goes_on"])
        assert finding_text(Finding.of(found.rows.get().findings[0])).endswith("goes on until 2010-08-31.")
        apply(found, clerk)
        assert held(person, Kind.LOW_INCOME) == [("low_income", D(2008, 9, 1), D(2010, 8, 31))]
        # Neither the new list again nor the older one changes anything now.
        again(Source.CIVIL_AFFAIRS, second, clerk)
        assert codes(again(Source.CIVIL_AFFAIRS, first, clerk)) == ["on_record"]

    def test_also_from_a_day_on_which_it_holds_still(self, clerk):
        """The new paper begins before the old one ends."""
        person = make.resident()
        make.circumstance(person, Kind.LOW_INCOME, "low_income", starts=D(2008, 9, 1), ends=D(2009, 12, 31))
        assert self.renewed(person, clerk, D(2010, 8, 31)) == (["done"], ["goes_on"])
        assert held(person, Kind.LOW_INCOME) == [("low_income", D(2008, 9, 1), D(2010, 8, 31))]
        again(Source.CIVIL_AFFAIRS, [certificate(person, ends=D(2010, 8, 31))], clerk)
        again(Source.CIVIL_AFFAIRS, [certificate(person, ends=D(2010, 6, 30))], clerk)

    def test_a_certificate_of_another_number_that_overlaps_is_another_one(self, clerk):
        person = make.resident()
        make.circumstance(
            person, Kind.LOW_INCOME, "low_income", starts=D(2008, 9, 1), ends=D(2009, 12, 31), document_number="A1"
        )
        assert self.renewed(person, clerk, D(2010, 8, 31), document="B2") == (["refused"], ["overlap"])

    def test_a_last_day_that_was_not_known_so_far_is_put_down_and_can_be_extended(self, clerk):
        person = make.resident()
        make.circumstance(person, Kind.LOW_INCOME, "low_income", starts=D(2009, 9, 1))
        assert self.renewed(person, clerk, D(2010, 8, 31)) == (["done"], ["ends"])
        assert self.renewed(person, clerk, D(2011, 8, 31)) == (["done"], ["goes_on"])
        assert held(person, Kind.LOW_INCOME) == [("low_income", D(2009, 9, 1), D(2011, 8, 31))]

    def test_what_was_withdrawn_is_not_put_back_by_the_list_before(self, clerk):
        for ends in (D(2010, 8, 31), None):
            person = make.resident()
            first = [certificate(person, starts=D(2009, 1, 1), ends=ends)]
            uploaded_and_applied(Source.CIVIL_AFFAIRS, first, clerk)
            uploaded_and_applied(Source.CIVIL_AFFAIRS, [withdrawn(person, D(2009, 6, 30))], clerk)
            later = [certificate(person, starts=D(2009, 1, 1), ends=D(2010, 8, 31))]
            assert codes(again(Source.CIVIL_AFFAIRS, later, clerk)) == ["ended_already"]

    def test_nor_where_the_record_became_another_one_since(self, clerk):
        goes, stays = make.resident(), make.resident()
        rows = [certificate(goes, starts=D(2009, 1, 1), ends=D(2010, 8, 31)), withdrawn(goes, D(2009, 6, 30))]
        uploaded_and_applied(Source.CIVIL_AFFAIRS, rows, clerk)
        with clock.on_day(TODAY):
            merge = propose_merge(survivor=stays.number, duplicate=goes.number, reason="same person", by=clerk)
            approve_merge(pk=merge.pk, version=merge.version, by=make.actor(Role.AGENCY_REVIEWER))
        first, second = (again(Source.CIVIL_AFFAIRS, [row], clerk) for row in rows)
        assert codes(first) == codes(second) == ["ended_already"]

    def test_withdrawn_and_granted_in_one_list(self, clerk):
        person = make.resident()
        rows = [
            certificate(person, starts=D(2009, 1, 1), ends=D(2009, 12, 31)),
            withdrawn(person, D(2009, 6, 30)),
            certificate(person, starts=D(2009, 1, 1), ends=D(2010, 12, 31)),
        ]
        found = upload(Source.CIVIL_AFFAIRS, rows, clerk)
        assert states(found) == ["would", "would", "nothing"]
        apply(found, clerk)
        assert states(found) == ["done", "done", "nothing"]
        assert held(person, Kind.LOW_INCOME) == [("low_income", D(2009, 1, 1), D(2009, 6, 30))]

    def test_what_stands_against_it(self, clerk):
        dead, other = make.resident(), make.resident()
        for person in (dead, other):
            make.circumstance(person, Kind.LOW_INCOME, "low_income", starts=D(2008, 9, 1), ends=D(2009, 8, 31))
        make.circumstance(dead, Kind.DEATH, "died", starts=D(2009, 8, 1))
        make.circumstance(other, Kind.LOW_INCOME, "low_income_edge", starts=D(2009, 9, 1))
        for person, code in ((dead, "died"), (other, "overlap")):
            assert self.renewed(person, clerk, D(2010, 8, 31), starts=D(2008, 9, 1)) == (["refused"], [code])

    def test_cover_by_another_scheme_goes_on_too(self, clerk):
        person = make.resident()
        make.circumstance(person, Kind.SCHEME, "employee", starts=D(2009, 1, 1), ends=D(2009, 6, 30))
        rows = [covered(person, "续保", starts=D(2009, 1, 1), ends=D(2009, 12, 31))]
        assert codes(uploaded_and_applied(Source.EMPLOYEE, rows, clerk)) == ["goes_on"]
        assert held(person, Kind.SCHEME) == [("employee", D(2009, 1, 1), D(2009, 12, 31))]
