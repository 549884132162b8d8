"""Places on the disk for the servers of a test."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaoyang_medins.kernel.local import (
    place,
    postgres,
    process,
)
from liaoyang_medins.kernel.local.place import Place


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' account can enter, as pytest's own cannot where root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="liaoyang-medins-", dir="/tmp") as name:
        path = Path(name)
        path.chmod(0o711)
        yield path
        process.clear_strays(path / "run")


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A place whose database was made and ended, to be copied: making one takes longer than any test of it."""
    with (
        tempfile.TemporaryDirectory(prefix="liaoyang-medins-", dir="/tmp") as name,
        pytest.MonkeyPatch.context() as patch,
    ):
        Path(name).chmod(0o711)
        patch.setenv("LOCAL_DIR", name)
        first = place.find("run")
        postgres.start(first, durable=False).stop()
        yield first.folder


@pytest.fixture
def empty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place of its own with nothing in it; no server is given."""
    monkeypatch.setenv("LOCAL_DIR", str(folder))
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    return place.find("run")


@pytest.fixture
def here(empty: Place, made: Path) -> Place:
    """A place of its own after a first start."""
    for name in ("postgres", "secrets.json"):
        subprocess.run(["cp", "-a", made / name, empty.folder / name], check=True)
    return empty
