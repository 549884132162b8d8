"""Drawing declarations: for one institution on demand, or by the run for all (A4, S1)."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Institution
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor

from .. import rules, selectors
from ..models import Declaration, DeclarationDeduction, DeclarationItem
from ..selectors import Content
from .common import Status, lock_institutions, locked, move, record, save


@transaction.atomic
def draw_declaration(*, institution: str, month: datetime.date, by: Actor) -> Declaration:
    """Draw the declaration of an institution (its code) for the month that begins on `month`; the one that is there is
    given back.

    Invalid for an unknown institution, or a month that is not over; Refused where there is nothing to declare;
    NotAllowed.
    """
    by.require("declarations.draw")
    require_over(month)
    found = Institution.objects.select_related("office").filter(code=institution).first()
    if found is None:
        raise Invalid(_("There is no institution with this code."), code="institution_unknown", field="institution")
    made = drawn(found, month, by)
    if made is None:
        raise Refused(
            _("%(name)s has nothing to declare for this month.") % {"name": found.label}, code="nothing_to_declare"
        )
    return made


def require_over(month: datetime.date) -> None:
    """Invalid unless `month` is the first day of a month that is over."""
    if month.day != 1 or rules.last_day(month) >= clock.today():
        raise Invalid(_("Choose a month that is over."), field="month", code="month")


def drawn(institution: Institution, month: datetime.date, by: Actor) -> Declaration | None:
    """The institution's declaration of a month, drawn where there is none; None where there is nothing to declare."""
    lock_institutions([institution.pk])
    before = Declaration.objects.filter(institution=institution, month=month).first()
    if before is not None:
        return before
    content = selectors.content_of(institution, month)
    if content.empty:
        return None
    today = clock.today()
    declaration = Declaration(
        number=next_number("declaration", today), institution=institution, month=month, drawn_on=today
    )
    fill(declaration, content)
    declaration.save(force_insert=True)
    write_lines(declaration, content)
    record(declaration, "declarations.draw", by, items=len(content.claimed), payable=declaration.payable)
    return declaration


@transaction.atomic
def redraw_declaration(*, number: str, version: int, by: Actor) -> Declaration:
    """Draw a draft anew, as what is on record says by now.

    Refused where there is nothing to declare any more; Conflict where it is no draft or was changed; NotAllowed.
    """
    by.require("declarations.confirm")
    declaration = locked(number, by, version)
    require_draft(declaration)
    content = selectors.content_of(declaration.institution, declaration.month, declaration.pk)
    if content.empty:
        raise Refused(
            _("There is nothing to declare any more. The agency discards the draft."), code="nothing_to_declare"
        )
    take_out(declaration)
    fill(declaration, content)
    declaration.drawn_on = clock.today()
    save(declaration)
    write_lines(declaration, content)
    record(declaration, "declarations.redraw", by, items=len(content.claimed), payable=declaration.payable)
    return declaration


@transaction.atomic
def discard_declaration(*, number: str, version: int, by: Actor) -> None:
    """Take a draft away; what it held is declared again. Conflict where it is no draft or was changed; NotAllowed."""
    by.require("declarations.draw")
    declaration = locked(number, by, version)
    require_draft(declaration)
    take_out(declaration)
    record(declaration, "declarations.discard", by, institution=declaration.institution.code)
    declaration.delete()


def require_draft(declaration: Declaration) -> None:
    """Conflict unless the declaration is a draft."""
    if declaration.status != Status.DRAFT:
        raise Conflict(
            _("This is not possible any more: the record is now “%(state)s”. Look at it again.")
            % {"state": declaration.get_status_display()},
            code="wrong_state",
        )
    move(declaration, Status.DRAFT)


def fill(declaration: Declaration, content: Content) -> None:
    """The sums of what it holds."""
    sums = content.sums
    declaration.total, declaration.settled = content.total, sums.settled
    declaration.taken_back, declaration.carried_in = sums.taken_back, sums.carried_in
    declaration.deducted, declaration.payable = sums.deducted, sums.payable
    declaration.carried_out = sums.carried_out


def take_out(declaration: Declaration) -> None:
    """Everything that a draft holds is out of it again."""
    declaration.items.all().delete()
    declaration.deductions.all().delete()
    Declaration.objects.filter(carried_into=declaration).update(carried_into=None)


def write_lines(declaration: Declaration, content: Content) -> None:
    """The items and deductions of a draft; what it takes over from earlier ones is marked there."""
    DeclarationItem.objects.bulk_create(
        [
            DeclarationItem(declaration=declaration, settlement=row, sign=sign, amount=sign * row.fund)
            for sign, rows in ((1, content.claimed), (-1, content.reversed))
            for row in rows
        ]
    )
    DeclarationDeduction.objects.bulk_create(
        [
            DeclarationDeduction(
                declaration=declaration, inspection_id=content.inspections[each.number], amount=each.amount
            )
            for each in content.sums.deductions
        ]
    )
    keys = [row.pk for row in content.carries]
    Declaration.objects.filter(pk__in=keys).update(carried_into=declaration)
