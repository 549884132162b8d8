"""The folder that holds the servers: who may enter it, who holds it."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from liaoyang_medins.kernel.local import (
    account,
    binaries,
    place,
)
from liaoyang_medins.kernel.local.place import Place
from liaoyang_medins.kernel.local.problem import SetupError


def test_secrets_are_drawn_once_and_private(empty: Place) -> None:
    drawn = empty.secrets()
    assert empty.secrets() == drawn
    assert len(set(drawn.values())) == len(place.PASSWORDS)
    assert stat.S_IMODE((empty.folder / "secrets.json").stat().st_mode) == 0o600


def test_a_place_is_held_once(here: Place) -> None:
    with here.hold() as note:
        note("process 7, http://127.0.0.1:8000")
        with pytest.raises(SetupError, match=r"already \(process 7, http://127\.0\.0\.1:8000\)"), here.hold():
            pass
    with here.hold():
        pass


def test_data_lie_in_the_checkout_unless_the_servers_cannot_enter_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCAL_DIR", raising=False)
    closed, elsewhere = folder / "closed", folder / "elsewhere"
    (closed / "checkout").mkdir(parents=True)
    elsewhere.mkdir()
    closed.chmod(0o700)
    found = place.find("run", root=closed / "checkout", elsewhere=elsewhere)
    # Only root's servers run as somebody else.
    expected = elsewhere if os.geteuid() == 0 else closed
    assert found.folder.is_relative_to(expected)
    assert found.account.reaches(found.folder)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_folder_for_the_data_that_cannot_be_used_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("LOCAL_DIR", str(folder / "file" / "inside"))
    with pytest.raises(SetupError, match="Set LOCAL_DIR"):
        place.find("run")


def test_binaries_are_copied_to_where_the_servers_reach_them(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stranger(account.Account):
        is_us = False

        def runs(self, binary: Path) -> bool:
            return False

        def switch(self) -> dict[str, object]:
            return here.account.switch()

    strange = Place(here.folder, Stranger(here.account.uid, here.account.gid))
    programs = binaries.postgres(strange)
    assert programs.is_relative_to(here.folder.parent)
    assert binaries.postgres(strange) == programs
    assert binaries.valkey(strange).is_relative_to(here.folder.parent)
    env = {"LD_LIBRARY_PATH": str(programs.parent / "lib")}
    for program in ("postgres", "initdb"):
        said = subprocess.run(
            [programs / program, "--version"],
            env=env,
            capture_output=True,
            text=True,
            check=True,
            **strange.account.switch(),
        )
        assert "18." in said.stdout


def test_a_temporary_place_is_gone_afterwards_with_what_was_abandoned(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_DIR", str(folder))
    abandoned = folder / "test-0123"
    abandoned.mkdir()
    (abandoned / "lock").write_text("process 1")
    with place.temporary("test") as first:
        assert not abandoned.exists()
        with place.temporary("test") as second:
            assert first.folder.exists()
            assert second.folder != first.folder
    assert not first.folder.exists()
