"""Papers as answers to requests: the page to print, the PDF to take along."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .paper import Paper
from .pdf import to_pdf


def show(request: HttpRequest, paper: Paper, *, back_url: str, template: str = "web/paper.html") -> HttpResponse:
    """The paper as a page for the printer; with `as=pdf` in the address as PDF, named by its number.

    A paper with a layout of its own has a `template` of its own beside it.
    """
    if request.GET.get("as") == "pdf":
        return show_all([paper], paper.number)
    return render(request, template, {"paper": paper, "number": paper.number, "back_url": back_url})


def show_all(papers: Sequence[Paper], name: str) -> HttpResponse:
    """Many papers as one PDF; `name` is the file's, of letters, digits and - only, and never an ID number.

    It is kept as a file by the browser: shown inside the page, the content security policy would refuse it.
    """
    return HttpResponse(
        to_pdf(papers),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "private, no-store"},
    )
