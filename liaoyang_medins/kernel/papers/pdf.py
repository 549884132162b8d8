"""PDF from papers, by typst. The only font is Noto Sans SC of a package: a paper looks the same on every machine."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

from .paper import Paper

LAYOUTS = Path(__file__).parent / "layouts"
FONTS = Path(str(files("justmytype_intl_cjk"))) / "fonts" / "ofl" / "notosanssc"

# Up to how many papers a PDF is tagged for readers that speak: tags make a large one nine times as large.
TAGGED = 50


def to_pdf(papers: Sequence[Paper]) -> bytes:
    """One PDF of the papers in their order, each from a new page on and with its own page x / y.

    The same papers give the same bytes. Raises ValueError for no papers, and for papers of several layouts.
    """
    layouts = {paper.layout for paper in papers}
    if len(layouts) != 1:
        raise ValueError("Papers of one layout make one PDF.")
    compiler = typst.Compiler(
        str(LAYOUTS / f"{layouts.pop()}.typ"),
        root=str(LAYOUTS),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"papers": json.dumps([paper.data() for paper in papers])},
    )
    made = compiler.compile(format="pdf", pdf_tags=len(papers) <= TAGGED)
    if not isinstance(made, bytes):
        raise TypeError("typst gives a PDF as bytes.")
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
