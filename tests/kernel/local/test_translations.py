"""A catalogue that is not complete fails the check."""

from collections.abc import Callable
from pathlib import Path

import polib
import pytest

from liaoyang_medins.kernel.local import translations


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose code has two strings, and its catalogue with both."""
    path = tmp_path / translations.CATALOGUE
    path.parent.mkdir(parents=True)

    def fresh(root: Path) -> polib.POFile:
        found = polib.pofile(str(path)) if path.exists() else polib.POFile()
        for old in [entry for entry in found if entry.msgid not in {"Save", "Resident"}]:
            found.remove(old)
        found.extend(polib.POEntry(msgid=text) for text in ("Save", "Resident") if not found.find(text))
        return found

    monkeypatch.setattr(translations, "fresh", fresh)
    translations.update(tmp_path)
    kept = polib.pofile(str(path))
    kept.find("Save").msgstr = "保存"
    kept.find("Resident").msgstr = "居民"
    kept.save()
    translations.update(tmp_path)
    assert translations.check(tmp_path) == []
    return path


def changed(path: Path, change: Callable[[polib.POFile], object]) -> list[str]:
    kept = polib.pofile(str(path))
    change(kept)
    kept.save()
    return translations.check(path.parents[3])


def test_an_update_that_changes_nothing_writes_nothing_new(catalogue: Path) -> None:
    before = catalogue.read_bytes()
    translations.update(catalogue.parents[3])
    assert catalogue.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda kept: setattr(kept.find("Save"), "msgstr", ""), "not translated: 'Save'"),
        (lambda kept: kept.find("Save").flags.append("fuzzy"), "fuzzy: 'Save'"),
        (lambda kept: kept.remove(kept.find("Save")), "not in the catalogue: 'Save'"),
        (lambda kept: kept.append(polib.POEntry(msgid="Old", msgstr="旧")), "no longer used: 'Old'"),
        (lambda kept: kept.append(polib.POEntry(msgid="Old", msgstr="旧", obsolete=True)), "obsolete: 'Old'"),
        (lambda kept: setattr(kept.find("Save"), "msgstr", "存"), "is not compiled from the catalogue"),
    ],
)
def test_a_catalogue_that_is_not_complete_is_told(
    catalogue: Path, change: Callable[[polib.POFile], object], said: str
) -> None:
    assert any(said in line for line in changed(catalogue, change))


@pytest.mark.parametrize(
    ("line", "is_wrong"),
    [
        ("from django.utils.translation import gettext as _", False),
        ("from django.utils.translation import gettext_lazy as _, gettext", False),
        ("from django.utils.translation import gettext as _now", True),
        ("from django.utils.translation import gettext, gettext_lazy as later", True),
    ],
)
def test_a_function_under_a_name_that_nothing_collects_is_told(catalogue: Path, line: str, is_wrong: bool) -> None:
    root = catalogue.parents[3]
    (root / "app").mkdir()
    (root / "app" / "words.py").write_text(f"{line}\n", encoding="utf-8")
    told = [found for found in translations.check(root) if "app/words.py" in found]
    assert bool(told) is is_wrong
