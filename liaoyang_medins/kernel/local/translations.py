"""The catalogue of translations against the strings in the code: `… translations check` and `… translations update`.

English is the language of the message ids and needs no catalogue; zh_Hans must be complete. The `.po` and
the `.mo` are both kept in the repository.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from .browser import apt_install
from .place import ROOT
from .problem import SetupError

LANGUAGE = "zh_Hans"
CATALOGUE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
# Nothing in these is shown to people, or it is not ours.
LEFT_OUT = (
    ".*",
    "__pycache__",
    "tests",
    "docs",
    "static",
    "staticfiles",
    "fixtures",
    "benchmarks",
    "requirements",
    "*.mo",
)
# `_` is known to GNU gettext, any other name is not.
RENAMED = re.compile(r"\b[np]*gettext(?:_lazy|_noop)? as (?!_\b)\w+")

Key = tuple[str, str]


def check(root: Path = ROOT) -> list[str]:
    """What is wrong with the catalogue, one line each; nothing when it is complete and its `.mo` is fresh."""
    path = root / CATALOGUE
    if not path.exists():
        return [f"{CATALOGUE} is missing: run 'make messages'."]
    kept = polib.pofile(str(path))
    used = _keys(fresh(root))
    known = _keys(kept)
    wrong = [f"not in the catalogue: {_shown(key)}" for key in used if key not in known]
    wrong += unseen(root)
    wrong += [f"no longer used: {_shown(key)}" for key in known if key not in used]
    wrong += [f"obsolete: {entry.msgid!r}" for entry in kept.obsolete_entries()]
    wrong += [f"fuzzy: {entry.msgid!r}" for entry in kept.fuzzy_entries()]
    wrong += [f"not translated: {entry.msgid!r}" for entry in kept.untranslated_entries()]
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or polib.mofile(str(compiled)).__unicode__() != _as_compiled(kept).__unicode__():
        wrong.append(f"{CATALOGUE.with_suffix('.mo')} is not compiled from the catalogue: run 'make messages'.")
    return wrong


def unseen(root: Path) -> list[str]:
    """Imports that give a translating function a name of their own: its strings would be found by nobody."""
    left_out = {name for name in LEFT_OUT if "*" not in name}
    files = (
        path
        for path in sorted(root.rglob("*.py"))
        if not any(_hidden(part, left_out) for part in path.relative_to(root).parts)
    )
    return [
        f"a name that the collector does not know: {found[0]} ({path.relative_to(root)})"
        for path in files
        for found in RENAMED.finditer(path.read_text(encoding="utf-8"))
    ]


def _hidden(part: str, left_out: set[str]) -> bool:
    return part.startswith(".") or part in left_out


def update(root: Path = ROOT) -> None:
    """Bring the catalogue up to date: new strings untranslated, unused ones gone, the `.mo` compiled.

    Nothing that depends on the day or on line numbers is written, so that a change shows only what it is about.
    """
    path = root / CATALOGUE
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue = fresh(root)
    for entry in catalogue.fuzzy_entries():
        # A guess from a similar string is worse than none: it looks translated.
        entry.flags.remove("fuzzy")
        entry.msgstr = ""
        entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")
        entry.previous_msgid = entry.previous_msgctxt = entry.previous_msgid_plural = None
    catalogue.metadata = {
        "Project-Id-Version": "liaoyang-medins",
        "Language": LANGUAGE,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    catalogue.metadata_is_fuzzy = False
    catalogue.header = ""
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    catalogue.save(str(path))
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))


def fresh(root: Path) -> polib.POFile:
    """The catalogue with the strings that the code has now; `root` itself is not touched. Raises SetupError."""
    if not shutil.which("xgettext"):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise SetupError("The translations need GNU gettext (Debian: apt install gettext).")
        apt_install(["gettext"])
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        (copy / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [
                *(sys.executable, "manage.py", "makemessages", "--locale", LANGUAGE, "--no-location", "--no-wrap"),
                "--no-obsolete",
            ],
            cwd=copy,
            env=os.environ | {"DEBUG": "true", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0 or not (copy / CATALOGUE).exists():
            raise SetupError(f"manage.py makemessages failed:\n{done.stdout}")
        return polib.pofile(str(copy / CATALOGUE), wrapwidth=0)


def _as_compiled(catalogue: polib.POFile) -> polib.MOFile:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "django.mo"
        catalogue.save_as_mofile(str(path))
        return polib.mofile(str(path))


def _keys(catalogue: polib.POFile) -> dict[Key, None]:
    return {(entry.msgctxt or "", entry.msgid): None for entry in catalogue if not entry.obsolete}


def _shown(key: Key) -> str:
    context, text = key
    return f"{text!r} (context {context!r})" if context else repr(text)


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["update"]:
                update()
                print(f"{CATALOGUE} is up to date with the code.")
                return 0
            case ["check"]:
                wrong = check()
                print("\n".join(wrong) if wrong else f"{CATALOGUE} is complete.")
                return 1 if wrong else 0
            case _:
                print("Say 'check' or 'update'.", file=sys.stderr)
                return 2
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
