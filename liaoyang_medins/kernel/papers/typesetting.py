"""Typst on plain data: layout and papers as JSON give a PDF. Run as a program it reads them and writes it, so that
what a large one takes in memory is given back with the process. It imports nothing of ours, and no Django.
"""

import json
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

LAYOUTS = Path(__file__).parent / "layouts"
FONTS = Path(str(files("justmytype_intl_cjk"))) / "fonts" / "ofl" / "notosanssc"


def typeset(layout: str, papers: str, *, tagged: bool) -> bytes:
    """The PDF of `papers`, a list as JSON, in a layout; `tagged` for readers that speak."""
    compiler = typst.Compiler(
        str(LAYOUTS / f"{layout}.typ"),
        root=str(LAYOUTS),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"papers": papers},
    )
    made = compiler.compile(format="pdf", pdf_tags=tagged)
    if not isinstance(made, bytes):
        raise TypeError("typst gives a PDF as bytes.")
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def main() -> None:
    asked = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(typeset(asked["layout"], asked["papers"], tagged=False))


if __name__ == "__main__":
    main()
