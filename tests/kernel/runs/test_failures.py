"""What a run refuses, counts only, or does not manage: dry runs, refusals, failures and what goes on after them."""

import datetime

import pytest
from django.db import InternalError

from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.runs import kinds, selectors, services
from liaoyang_medins.kernel.runs.models import Chunk

from . import kind
from .kind import written
from .verbs import again, start

pytestmark = pytest.mark.django_db
D = datetime.date


def test_a_dry_run_counts_and_writes_nothing(clerk):
    kind.BARRED.add("n001")
    run = start(clerk, 50, size=10, dry_run=True)
    services.work_off(number=run.number)
    run = again(run)
    assert (run.status, run.counts, run.result) == ("finished", {"persons": "49", "yuan": "245"}, "")
    assert selectors.examples_of(run) == [[f"n{place:03d}"] for place in range(21) if place != 1]
    assert [each.name for each in selectors.refusals_of(run)] == ["n001"]
    assert User.objects.count() == 1
    assert kind.finished == []
    assert start(clerk, 50) != run


def test_postgresql_refuses_a_dry_run_to_write(clerk):
    kind.meanwhile.append(lambda _parameters: User.objects.create(username="leak"))
    run = start(clerk, 1, dry_run=True)
    with pytest.raises(services.RunFailed) as caught:
        services.work_off(number=run.number)
    assert isinstance(caught.value.__cause__, InternalError)
    assert not User.objects.filter(username="leak").exists()
    assert again(run).status == "failed"


def test_refusals_are_kept_with_their_reason(clerk):
    kind.BARRED.update({"n001", "n004"})
    run = start(clerk, size=3)
    services.work_off(number=run.number)
    assert again(run).counts["persons"] == "4"
    assert [(each.name, each.code, each.parameters) for each in selectors.refusals_of(run)] == [
        ("n001", "barred", {"letter": "n"}),
        ("n004", "barred", {"letter": "n"}),
    ]
    assert selectors.reasons_of(run) == [("barred", 2)]


def test_a_poisoned_chunk_fails_the_run_and_mended_it_goes_on(clerk):
    kind.POISON.add("n002")
    run = start(clerk)
    with pytest.raises(services.RunFailed, match="ValueError: poisoned"):
        services.work_off(number=run.number)
    run = again(run)
    assert run.status == "failed"
    # What stands below the first line may quote a row.
    assert run.error == "ValueError: poisoned"
    assert selectors.last_errors(run) == [(3, "ValueError: poisoned")]
    assert run.chunks.get(position=3).attempts == services.ATTEMPTS
    # The others were done before it was given up.
    assert len(written()) == 5
    assert AuditEntry.objects.filter(verb="runs.fail").count() == 1
    assert start(clerk) == run
    services.work_off(number=run.number)
    assert again(run).status == "failed"
    kind.POISON.clear()
    services.resume_run(number=run.number, by=clerk, calls=False)
    services.work_off(number=run.number)
    run = again(run)
    assert (run.status, run.error, run.counts["persons"]) == ("finished", "", "6")
    assert selectors.last_errors(run) == []


def test_what_fails_once_is_tried_again(clerk):
    kind.POISON.add("n002")
    kind.meanwhile.append(lambda found: kind.POISON.clear() if found["names"] == ["n005"] else None)
    run = start(clerk)
    services.work_off(number=run.number)
    assert again(run).status == "finished"
    assert run.chunks.get(position=3).attempts == 1


def test_an_end_that_fails_fails_the_run_and_is_made_up_for(clerk):
    kind.POISON.add("finish")
    run = start(clerk)
    with pytest.raises(services.RunFailed, match="not closed"):
        services.work_off(number=run.number)
    assert again(run).status == "failed"
    kind.POISON.clear()
    services.resume_run(number=run.number, by=clerk, calls=False)
    services.work_off(number=run.number)
    assert again(run).status == "finished"
    assert len(kind.done) == 6


def test_a_chunk_is_written_whole_or_not_at_all(clerk, monkeypatch):
    run = start(clerk, 2)
    monkeypatch.setattr(services, "_keep", lambda *_args: 1 / 0)
    with pytest.raises(services.RunFailed):
        services.work_off(number=run.number)
    assert written() == []
    assert not Chunk.objects.filter(status="done").exists()


def test_a_name_belongs_to_one_kind():
    from dataclasses import replace

    kinds.register(kind.KIND)
    with pytest.raises(ValueError, match="two kinds"):
        kinds.register(replace(kind.KIND, label="another"))
