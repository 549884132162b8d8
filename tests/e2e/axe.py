"""Accessibility of a page as axe-core sees it: WCAG 2.2, levels A and AA."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """What breaks WCAG 2.2 AA on the page as it stands, a line for each rule with the elements at fault."""
    # Evaluated from outside the page, so that the page's Content-Security-Policy stays as it is.
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: " + "; ".join(node["html"][:200] for node in rule["nodes"])
        for rule in result["violations"]
    ]


def pixels_over(page: Page) -> int:
    """How many pixels the page is wider than its window, or 0. It hears of a new width with the next frame."""
    return page.evaluate("""() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
        done(Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)))))""")


# A4 within its margins, at 96 pixels an inch: across its short side, and its long one.
PAPER = {"portrait": 643, "landscape": 971}


def pixels_over_paper(page: Page) -> int:
    """How many pixels of the page would be cut off at the right of an A4 sheet, or 0. The page stays as it was."""
    before = page.viewport_size
    page.emulate_media(media="print")
    wide = page.evaluate(
        "[...document.querySelectorAll('body, .sheet-a4')].some((sheet) => getComputedStyle(sheet).page === 'wide')"
    )
    page.set_viewport_size({"width": PAPER["landscape" if wide else "portrait"], "height": 900})
    over = pixels_over(page)
    page.emulate_media(media="null")
    if before is not None:
        page.set_viewport_size(before)
    return over
