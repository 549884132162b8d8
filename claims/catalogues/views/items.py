"""An item's history, and workbooks of the catalogue."""

import datetime

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import exports, labels, selectors
from ..rules import meanings


@allowed("catalogue.see")
@require_GET
def item(request: ActorRequest, code: str) -> HttpResponse:
    """All entries of an item, the newest first, and what each changed. Http404 where there is none."""
    entries = selectors.history_of(code)
    if not entries:
        raise Http404
    rows = []
    for place, found in enumerate(entries):
        earlier = entries[place + 1] if place + 1 < len(entries) else None
        # Where there is a gap, the entry before it ended for good.
        follows = earlier is not None and earlier.item.ends == found.item.starts - datetime.timedelta(days=1)
        before = earlier.entry if earlier is not None and follows else None
        moves = list(labels.moves(before, found.entry)) if before else []
        said = [labels.meaning_text(each) for each in meanings(before, found.entry)]
        rows.append((found, moves, said))
    today = clock.today()
    holds = next((each for each in entries if each.item.starts <= today <= (each.item.ends or today)), None)
    context = {"newest": entries[0].item, "holds": holds, "rows": rows, "code": code}
    return render(request, "catalogues/item.html", context)


@allowed("catalogue.see")
@require_GET
def export(request: ActorRequest) -> FileResponse:
    """The catalogue of a day (?on=, else today) as a workbook that can be uploaded again."""
    try:
        day = datetime.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        day = clock.today()
    found = exports.catalogue_of(day=day, by=request.actor)
    return FileResponse(found, as_attachment=True, filename=f"catalogue-{day.isoformat()}.xlsx")


@allowed("catalogue.upload")
@require_GET
def template(request: ActorRequest) -> FileResponse:
    """The empty workbook."""
    return FileResponse(exports.template(), as_attachment=True, filename="catalogue.xlsx")
