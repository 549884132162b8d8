"""A list from upload to the rows that come back, and what stands against it on its way (U15)."""

import datetime
from decimal import Decimal

import pytest

from claims.models import Settlement
from enrollment.lists import exports, services
from enrollment.lists.layouts import AUTHORITIES, Source
from enrollment.lists.models import ListRow, UploadedList
from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData
from enrollment.registration.models import Circumstance
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.sheets.reading import read_table
from tests import factories as make

from . import makers
from .makers import (
    TODAY,
    apply,
    certificate,
    codes,
    covered,
    enrolled,
    held,
    police,
    states,
    upload,
    uploaded_and_applied,
)

pytestmark = pytest.mark.django_db
D = datetime.date
Kind = Circumstance.Kind


class TestLists:
    def test_good_rows_go_in_and_bad_ones_come_back_in_their_own_columns(self, clerk):
        good, bad = make.resident(), make.resident(name="李四")
        rows = [certificate(good), certificate(bad, id_number="211002194005060011", document="=1+1"), certificate(bad)]
        headings = [*makers.headings(Source.CIVIL_AFFAIRS)[:-1], "备注", makers.headings(Source.CIVIL_AFFAIRS)[-1]]
        shifted = [[*row[:-1], "机密", row[-1]] for row in rows]
        file = makers.workbook([["九月名册"], headings, *shifted], formulas=True)
        found = upload(Source.CIVIL_AFFAIRS, [], clerk, file=file)
        apply(found, clerk)
        assert states(found) == ["done", "refused", "done"]
        with exports.refused_rows(uploaded=found, by=clerk) as given_back:
            table = [row.cells for row in read_table(given_back)]
        assert len(table) == 2
        assert table[0][: len(headings)] == tuple(headings)
        given = dict(zip(table[0], table[1], strict=True))
        assert (given["身份证号"], given["备注"], given["证件号"]) == ("211002194005060011", "机密", "=1+1")
        assert "check digit" in str(given["Reason"])
        assert "formula" in str(given["Reason"])
        assert given["Row"] == "4"
        assert AuditEntry.objects.filter(verb="lists.export", object_number=found.number).count() == 1

    def test_the_same_row_twice(self, clerk):
        person = make.resident()
        found = uploaded_and_applied(Source.CIVIL_AFFAIRS, [certificate(person), certificate(person)], clerk)
        assert states(found) == ["done", "refused"]
        assert ListRow.objects.get(list=found, place=3).findings == [["twice", {"row": 2}]]

    def test_csv_in_gb18030(self, clerk):
        person = make.resident()
        file = makers.text([makers.headings(Source.CIVIL_AFFAIRS), certificate(person)], "gb18030")
        assert states(upload(Source.CIVIL_AFFAIRS, [], clerk, file=file)) == ["would"]

    def test_settlements_that_a_row_touches_are_told(self, clerk, monkeypatch):
        from enrollment.lists import selectors

        person = make.resident()
        enrolled(person)
        asked = []

        def count(days: list[tuple[int, D]]) -> dict[int, int]:
            asked.extend(days)
            return {person.pk: 2}

        monkeypatch.setattr(selectors, "settlements_since", count)
        found = upload(Source.POLICE, [police(person, "死亡", D(2009, 8, 3))], clerk)
        assert asked == [(person.pk, D(2009, 8, 3))]
        assert codes(found)[-1] == "settlements"
        assert Settlement.objects.count() == 0
        assert Run.objects.latest("id").counts["settlements"] == "2"

    def test_each_row_is_looked_at_again_when_it_is_applied(self, clerk):
        person = make.resident()
        found = upload(Source.CIVIL_AFFAIRS, [certificate(person)], clerk)
        with clock.on_day(TODAY):
            registration.add_circumstance(
                resident_number=person.number,
                circumstance=CircumstanceData("death", "died", D(2009, 8, 1)),
                by=clerk,
            )
        apply(found, clerk)
        assert (states(found), codes(found)) == (["refused"], ["died"])

    def test_a_verb_that_says_no_after_all_leaves_nothing_of_the_row(self, clerk, monkeypatch):
        from enrollment.lists.services import parts

        first, second = make.resident(), make.resident()
        found = upload(Source.CIVIL_AFFAIRS, [certificate(first), certificate(second)], clerk)
        real = parts.add_circumstance

        def refusing(**values: object) -> object:
            done = real(**values)
            if values["resident_number"] == first.number:
                raise Conflict("no", code="just_so")
            return done

        monkeypatch.setattr(parts, "add_circumstance", refusing)
        apply(found, clerk)
        assert states(found) == ["refused", "done"]
        assert held(first, Kind.LOW_INCOME) == []
        assert not AuditEntry.objects.filter(verb="circumstances.add", resident=first.number).exists()
        assert AuditEntry.objects.filter(verb="circumstances.add", resident=second.number).count() == 1

    def test_the_life_of_a_list(self, clerk):
        person = make.resident()
        with clock.on_day(TODAY):
            found = services.upload_list(
                source=Source.CIVIL_AFFAIRS,
                file=makers.workbook([makers.headings(Source.CIVIL_AFFAIRS), certificate(person)]),
                file_name="../../etc/九月.xlsx",
                by=clerk,
                calls=False,
            )
            assert found.file_name == "九月.xlsx"
            with pytest.raises(Conflict, match="checked"):
                services.apply_list(number=found.number, by=clerk)
            makers.work_off(found)
            run = services.apply_list(number=found.number, by=clerk, calls=False)
            assert services.apply_list(number=found.number, by=clerk) == run
            with pytest.raises(Conflict, match="being applied"):
                services.check_list(number=found.number, by=clerk)
            with pytest.raises(Conflict, match="applied"):
                services.discard_list(number=found.number, by=clerk)
            # Cancelled before a worker took it: nothing was done, and it can be applied again.
            runs.cancel_run(number=run.number, by=clerk)
            apply(found, clerk)
            for verb in (services.apply_list, services.check_list, services.discard_list):
                with pytest.raises(Conflict, match="already"):
                    verb(number=found.number, by=clerk)
        verbs = list(
            AuditEntry.objects.filter(object_number=found.number).order_by("id").values_list("verb", flat=True)
        )
        assert verbs == ["lists.upload", "lists.apply"]

    def test_what_was_done_before_a_cancellation_stays_done(self, clerk, monkeypatch):
        from enrollment.lists.services import uploading

        monkeypatch.setattr(uploading, "ROWS_A_PART", 1)
        people = [make.resident() for _ in range(3)]
        found = upload(Source.CIVIL_AFFAIRS, [certificate(person) for person in people], clerk)
        with clock.on_day(TODAY):
            run = services.apply_list(number=found.number, by=clerk, calls=False)
            runs.work_one(number=run.number)
            runs.cancel_run(number=run.number, by=clerk)
        assert states(found) == ["done", "would", "would"]
        apply(found, clerk)
        assert states(found) == ["done"] * 3

    def test_a_list_that_is_discarded_is_gone(self, clerk):
        found = upload(Source.CIVIL_AFFAIRS, [certificate(make.resident())], clerk)
        with clock.on_day(TODAY):
            services.discard_list(number=found.number, by=clerk)
        assert not UploadedList.objects.exists()
        assert not ListRow.objects.exists()

    @pytest.mark.parametrize("role", [Role.AGENCY_REVIEWER, Role.COMMUNITY, Role.SUPERVISOR, Role.SCHOOL])
    def test_others_do_not_bring_it(self, clerk, role):
        file = makers.workbook([makers.headings(Source.POLICE), police(make.resident(), "死亡", D(2009, 8, 1))])
        with pytest.raises(NotAllowed), clock.on_day(TODAY):
            services.upload_list(source=Source.POLICE, file=file, file_name="x", by=make.actor(role))

    @pytest.mark.parametrize("source", AUTHORITIES)
    def test_the_template_can_be_filled_in_and_read(self, clerk, source):
        with exports.template_of(source) as file:
            (head,) = read_table(file)
        assert list(head.cells) == makers.headings(source)
        with pytest.raises(Invalid, match="no row"), clock.on_day(TODAY), exports.template_of(source) as file:
            services.upload_list(source=source, file=file, file_name="x", by=clerk)

    def test_a_part_asks_as_much_for_many_as_for_few(self, clerk, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from enrollment.lists.services import parts

        def asked(count: int) -> int:
            rows = [covered(make.resident(), starts=D(2009, 9, 1)) for _ in range(count)]
            found = upload(Source.EMPLOYEE, rows, clerk)
            kept = list(ListRow.objects.filter(list=found).select_related("list__office"))
            with CaptureQueriesContext(connection) as captured, clock.on_day(TODAY):
                parts.look_at(kept, by=clerk)
            return len(captured)

        assert asked(2) == asked(12)
        assert Decimal(asked(2)) <= 12
