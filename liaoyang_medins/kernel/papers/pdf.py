"""PDF from papers, by typst. The only font is Noto Sans SC of a package: a paper looks the same on every machine."""

import json
import subprocess
import sys
from collections.abc import Sequence

from . import typesetting
from .paper import Paper

# Up to how many papers a PDF is tagged for readers that speak: tags make a large one nine times as large.
TAGGED = 50
# A page takes about 6 ms and a megabyte, which typst keeps: larger ones are made by a process of their own.
SECONDS_AT_MOST = 300


def to_pdf(papers: Sequence[Paper]) -> bytes:
    """One PDF of the papers in their order, each from a new page on and with its own page x / y.

    The same papers give the same bytes. Raises ValueError for no papers, and for papers of several layouts;
    RuntimeError where the process that makes a large one fails.
    """
    layouts = {paper.layout for paper in papers}
    if len(layouts) != 1:
        raise ValueError("Papers of one layout make one PDF.")
    layout, data = layouts.pop(), json.dumps([paper.data() for paper in papers])
    if len(papers) <= TAGGED:
        return typesetting.typeset(layout, data, tagged=True)
    # Isolated: it finds the packages of this Python and nothing of ours.
    made = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-I", str(typesetting.__file__)],
        input=json.dumps({"layout": layout, "papers": data}).encode(),
        capture_output=True,
        timeout=SECONDS_AT_MOST,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"No PDF was made: {made.stderr.decode(errors='replace')[-2000:]}")
    return made.stdout
