"""Reads policy files: an area is a folder, a version a file, an amendment only the figures that it changes.

A file is checked against the classes of `model`: whatever is unknown, missing or of the wrong kind is refused with
file and line, and so are versions with a gap or an overlap between them.
"""

import hashlib
import json
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from liaoyang_medins.kernel.policy.consistency import contradictions
from liaoyang_medins.kernel.policy.errors import BeforeTheLaw, PolicyError
from liaoyang_medins.kernel.policy.model import (
    Approval,
    DayOfYear,
    Divisor,
    Figure,
    IcdRange,
    Policy,
    Share,
    Yuan,
)

HEADER = ("area", "version", "holds_from", "holds_until", "approval")
RELEASED = "released.yaml"


@dataclass(frozen=True, slots=True)
class Source:
    """A figure as it stands in a file."""

    value: yaml.Node
    article: str
    holds_from: date
    where: str


@dataclass(frozen=True, slots=True)
class File:
    """One version as written: its header and its figures by path, such as `ratio.fund.grade1`."""

    path: Path
    area: str
    version: int
    holds_from: date
    holds_until: date | None
    approval: Approval
    figures: Mapping[str, Source]
    where: str


@dataclass(frozen=True, slots=True)
class AreaPolicies:
    """All versions of one pooling area in the order of their dates."""

    area: str
    versions: tuple[Policy, ...]

    @property
    def first_day(self) -> date:
        return self.versions[0].holds_from

    def on(self, day: date) -> Policy:
        """The version that holds on `day`. Raises BeforeTheLaw, or PolicyError where the last version has run out."""
        if day < self.first_day:
            raise BeforeTheLaw(self.area, day, self.first_day)
        policy = next(policy for policy in reversed(self.versions) if policy.holds_from <= day)
        if policy.holds_until is not None and day > policy.holds_until:
            raise PolicyError(f"The measures of {self.area} ended on {policy.holds_until}: none holds on {day}.")
        return policy

    def version(self, number: int) -> Policy:
        """Version `number`. Raises PolicyError where there is none."""
        if not 1 <= number <= len(self.versions):
            raise PolicyError(f"{self.area} has no policy version {number}.")
        return self.versions[number - 1]


def load_area(folder: Path) -> AreaPolicies:
    """All versions in the folder of one area. Raises PolicyError with file and line for whatever is wrong in it."""
    paths = sorted(path for path in folder.glob("*.yaml") if path.name != RELEASED)
    if not paths:
        raise PolicyError(f"{folder}: no policy file.")
    check_released(folder, paths)
    files = sorted((read_file(path) for path in paths), key=lambda file: (file.version, file.holds_from))
    check_sequence(files)
    figures: dict[str, Source] = {}
    versions = []
    for number, file in enumerate(files):
        figures = figures | {path: carried(figures.get(path), source) for path, source in file.figures.items()}
        until = file.holds_until or (
            files[number + 1].holds_from - timedelta(days=1) if file is not files[-1] else None
        )
        policy = build_policy(file, figures, first_day=files[0].holds_from, holds_until=until)
        for name, problem in contradictions(policy):
            raise PolicyError(f"{figures[name].where}: `{name}`: {problem}")
        versions.append(policy)
    return AreaPolicies(files[0].area, tuple(versions))


def carried(before: Source | None, now: Source) -> Source:
    """A figure repeated without change keeps the day from which it has held."""
    if before is not None and before.article == now.article and plain(before.value) == plain(now.value):
        return Source(now.value, now.article, before.holds_from, now.where)
    return now


def released(folder: Path) -> dict[str, str]:
    """The released files of an area with the SHA-256 of their text; empty where the folder keeps no such list."""
    listing = folder / RELEASED
    if not listing.exists():
        return {}
    return {str(name): str(digest) for name, digest in yaml.safe_load(listing.read_text("utf-8")).items()}


def file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_text("utf-8").encode()).hexdigest()


def check_released(folder: Path, paths: list[Path]) -> None:
    """A released file is never edited: a change is a new version. A file that is not released is not used."""
    listed = released(folder)
    if not listed:
        return
    for path in paths:
        if path.name not in listed:
            raise PolicyError(f"{path}: not in {RELEASED}; add it with its digest to release it.")
        if file_digest(path) != listed[path.name]:
            raise PolicyError(f"{path}: edited after its release; write a new version instead.")
    for name in listed:
        if folder / name not in paths:
            raise PolicyError(f"{folder / name}: released, but the file is gone.")


def check_sequence(files: list[File]) -> None:
    """Versions count 1, 2, 3 … and follow each other without a gap or an overlap."""
    for number, file in enumerate(files, start=1):
        if file.version != number:
            raise PolicyError(f"{file.where}: version {file.version} where version {number} is expected.")
        if file.area != files[0].area:
            raise PolicyError(f"{file.where}: area {file.area} in the folder of {files[0].area}.")
        if number == 1:
            continue
        before = files[number - 2]
        if file.holds_from <= before.holds_from or (before.holds_until and file.holds_from <= before.holds_until):
            raise PolicyError(f"{file.where}: overlap: version {before.version} still holds on {file.holds_from}.")
        if before.holds_until and file.holds_from > before.holds_until + timedelta(days=1):
            raise PolicyError(
                f"{file.where}: gap: no version holds from {before.holds_until + timedelta(days=1)} "
                f"to {file.holds_from - timedelta(days=1)}."
            )


def read_file(path: Path) -> File:
    """The header and figures of one file. Raises PolicyError."""
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise PolicyError(f"{path}{line}: not readable: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(root, yaml.MappingNode):
        raise PolicyError(f"{path}:1: a policy file is a mapping of keys.")
    top = entries(root, path)
    for key in ("area", "version", "holds_from", "approval"):
        if key not in top:
            raise PolicyError(f"{path}:1: `{key}` is missing.")
    holds_from = convert(top["holds_from"], date, at(path, top["holds_from"]))
    until = top.get("holds_until")
    return File(
        path=path,
        area=scalar(top["area"], at(path, top["area"])),
        version=convert(top["version"], int, at(path, top["version"])),
        holds_from=holds_from,
        holds_until=convert(until, date, at(path, until)) if until is not None else None,
        approval=read_approval(top["approval"], path),
        figures=dict(read_figures({k: n for k, n in top.items() if k not in HEADER}, path, holds_from, Policy)),
        where=at(path, top["holds_from"]),
    )


def read_approval(node: yaml.Node, path: Path) -> Approval:
    """W10: a version needs the number and the date of the approval behind it."""
    found = entries(node, path)
    for key in ("number", "date"):
        if key not in found or not scalar(found[key], at(path, node)).strip():
            raise PolicyError(
                f"{at(path, node)}: `approval.{key}` is missing: a version needs the approval behind it."
            )
    for key, child in found.items():
        if key not in ("number", "date"):
            raise PolicyError(f"{at(path, child)}: unknown key `approval.{key}`.")
    return Approval(scalar(found["number"], at(path, node)), convert(found["date"], date, at(path, found["date"])))


def read_figures(
    nodes: Mapping[str, yaml.Node], path: Path, holds_from: date, kind: Any, prefix: str = ""
) -> Iterator[tuple[str, Source]]:
    """Walks the file along the schema `kind` and yields every figure with its path."""
    known = dict(children(kind))
    for key, node in nodes.items():
        where, name = at(path, node), prefix + key
        if key not in known:
            raise PolicyError(f"{where}: unknown key `{name}`.")
        inner = known[key]
        found = entries(node, path)
        if not is_figure(inner):
            yield from read_figures(found, path, holds_from, inner, f"{name}.")
            continue
        for part in ("value", "article"):
            if part not in found:
                raise PolicyError(f"{where}: `{name}` has no {part}.")
        for part, child in found.items():
            if part not in ("value", "article"):
                raise PolicyError(f"{at(path, child)}: unknown key `{name}.{part}`.")
        source = Source(found["value"], scalar(found["article"], where), holds_from, where)
        convert(source.value, typing.get_args(inner)[0], where)
        yield name, source


def build_policy(file: File, figures: Mapping[str, Source], *, first_day: date, holds_until: date | None) -> Policy:
    """The frozen policy of a version from all figures that hold in it. Raises PolicyError for a missing one."""
    content = {
        "area": file.area,
        "version": file.version,
        "holds_from": str(file.holds_from),
        "approval": [file.approval.number, str(file.approval.date)],
        "figures": {path: [plain(s.value), s.article, str(s.holds_from)] for path, s in sorted(figures.items())},
    }
    header: dict[str, Any] = {
        "area": file.area,
        "version": file.version,
        "holds_from": file.holds_from,
        "holds_until": holds_until,
        "first_day": first_day,
        "approval": file.approval,
        "content_hash": hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest(),
    }
    sections: dict[str, Any] = {
        name: build(kind, f"{name}.", figures, file.path)
        for name, kind in children(Policy)
        if needed(Policy, name) or any(path.startswith(f"{name}.") for path in figures)
    }
    return Policy(**header, **sections)


def build(kind: Any, prefix: str, figures: Mapping[str, Source], path: Path) -> Any:
    """An object of the schema class `kind` out of the figures below `prefix`."""
    built = {}
    for name, inner in children(kind):
        key = prefix + name
        if not is_figure(inner):
            built[name] = build(inner, f"{key}.", figures, path)
        elif key not in figures:
            raise PolicyError(f"{path}:1: the figure `{key}` is missing.")
        else:
            source = figures[key]
            value = convert(source.value, typing.get_args(inner)[0], source.where)
            built[name] = Figure(value, source.article, source.holds_from)
    if is_dataclass(kind):
        return typing.cast(Any, kind)(**built)
    code = typing.get_args(kind)[0]
    return MappingProxyType({code(name): value for name, value in built.items()})


def children(kind: Any) -> Iterator[tuple[str, Any]]:
    """The keys that the schema has at this place: fields of a class, or the codes of a mapping."""
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        for field in fields(kind):
            hint = hints[field.name]
            if isinstance(hint, types.UnionType):
                hint = next(arg for arg in typing.get_args(hint) if arg is not types.NoneType)
            if is_figure(hint) or (is_dataclass(hint) and hint is not Approval) or typing.get_origin(hint) is Mapping:
                yield field.name, hint
        return
    code, inner = typing.get_args(kind)
    for member in code:
        yield member.value, inner


def needed(kind: Any, name: str) -> bool:
    return next(field.default is MISSING for field in fields(kind) if field.name == name)


def is_figure(kind: Any) -> bool:
    return typing.get_origin(kind) is Figure


def at(path: Path, node: yaml.Node) -> str:
    return f"{path}:{node.start_mark.line + 1}"


def entries(node: yaml.Node, path: Path) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise PolicyError(f"{at(path, node)}: a mapping of keys is expected here.")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = scalar(key, at(path, key))
        if name in found:
            raise PolicyError(f"{at(path, key)}: the key `{name}` stands here twice.")
        found[name] = value
    return found


def scalar(node: yaml.Node, where: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise PolicyError(f"{where}: a single value is expected here.")
    return str(node.value)


def plain(node: yaml.Node) -> Any:
    return [plain(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else str(node.value)


def convert(node: yaml.Node, kind: Any, where: str) -> Any:
    """The value of a figure in its unit. Numbers are read from their digits, never through a float."""
    if typing.get_origin(kind) is tuple:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise PolicyError(f"{where}: a list is expected here.")
        return tuple(convert(item, typing.get_args(kind)[0], where) for item in node.value)
    text = scalar(node, where)
    try:
        return CONVERTERS[kind](text) if kind in CONVERTERS else kind(text)
    except (ValueError, InvalidOperation) as error:
        raise PolicyError(f"{where}: {text!r} is not {UNITS.get(kind) or choices(kind)}.") from error


def choices(kind: type[StrEnum]) -> str:
    return "one of " + ", ".join(member.value for member in kind)


def checked_decimal(text: str, low: str, high: str | None, places: int) -> Decimal:
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or value < Decimal(low) or (high is not None and value > Decimal(high)):
        raise ValueError(text)
    if exponent < -places:
        raise ValueError(text)
    return value


def whole(text: str, least: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise ValueError(text)
    return int(text)


def day_of_year(text: str) -> DayOfYear:
    month, day = (int(part) for part in text.split("-"))
    # Checked in a common year: 29 February is no day of every year.
    date(2001, month, day)
    return DayOfYear(month, day)


def icd_range(text: str) -> IcdRange:
    first, _, last = text.partition("-")
    for code in (first, last or first):
        if not (len(code) >= 3 and code[0].isalpha() and code[0].isupper() and code[1:].replace(".", "").isdigit()):
            raise ValueError(text)
    return IcdRange(first, last or first)


CONVERTERS: dict[Any, Any] = {
    Yuan: lambda text: Yuan(checked_decimal(text, "0", None, 2)),
    Share: lambda text: Share(checked_decimal(text, "0", "1", 4)),
    Divisor: lambda text: Divisor(whole(text, 1)),
    int: lambda text: whole(text, 0),
    date: date.fromisoformat,
    DayOfYear: day_of_year,
    IcdRange: icd_range,
}
UNITS: dict[Any, str] = {
    Yuan: "an amount in yuan with at most two decimals",
    Share: "a share from 0 to 1",
    Divisor: "a whole number from 1",
    int: "a whole number",
    date: "a date (YYYY-MM-DD)",
    DayOfYear: "a day of the year (MM-DD)",
    IcdRange: "an ICD-10 code or a range of them",
}
