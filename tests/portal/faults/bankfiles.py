"""Faults in bank files."""

from enrollment.bankfiles.models import BankFile, BankFileLine, BankFilePart

from .planting import FEN, change, fault, remove


def imported() -> BankFile:
    return BankFile.objects.filter(imported_on__isnull=False)[0]


@fault("bankfile.content")
def a_byte_more() -> str:
    part = BankFilePart.objects.filter(file=imported(), lines__gt=0)[0]
    change(part, content=bytes(part.content) + b" ")
    return part.file.number


@fault("bankfile.sums")
def a_line_lost() -> str:
    line = BankFileLine.objects.filter(file=imported())[0]
    remove(line)
    return line.file.number


@fault("bankfile.line")
def another_day() -> str:
    line = BankFileLine.objects.filter(file=imported(), returned=False).order_by("place")[0]
    change(line, day=line.file.file_day.replace(year=2008, month=7, day=1))
    return f"{line.file.number} / {line.place}"


@fault("bankfile.sums")
def a_fen_less() -> str:
    file = imported()
    return change(file, payments_sum=file.payments_sum - FEN)
