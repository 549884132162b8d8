"""Faults in lists and classes."""

from enrollment.lists.models import ClassMembership, ListRow

from .planting import change, copy, fault


@fault("list.applied")
def a_row_left_over() -> str:
    row = ListRow.objects.filter(list__applied_on__isnull=False)[0]
    change(row, state="would")
    return row.list.number


@fault("list.applied")
def refused_without_saying_why() -> str:
    row = ListRow.objects.filter(list__applied_on__isnull=False)[0]
    change(row, state="refused", findings=[])
    return row.list.number


@fault("class.overlap")
def in_two_classes() -> str:
    row = ClassMembership.objects.filter(ends=None)[0]
    copy(row, class_name="9班")
    return row.resident.number
