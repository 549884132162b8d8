"""Faults in kept papers and scans."""

from enrollment.registration.models import Registration
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.papers.models import KeptPaper

from .planting import TOGETHER, change, fault, remove

# Who is made refused behind the services' back has no notice either.
TOGETHER["registration.reasons"] = {"registration.reasons", "paper.refusal"}


@fault("paper.hash")
def a_word_changed() -> str:
    kept = KeptPaper.objects.filter(content__contains="2009")[0]
    change(kept, content=kept.content.replace("2009", "2010"))
    return f"{kept.object_number} {kept.kind} {kept.round}"


@fault("paper.refusal")
def a_notice_lost() -> str:
    kept = KeptPaper.objects.filter(kind="refusal_notice")[0]
    remove(kept)
    return kept.object_number


@fault("paper.refusal")
def a_notice_without_refusal() -> str:
    kept = KeptPaper.objects.filter(kind="refusal_notice")[0]
    row = Registration.objects.filter(status="accepted")[0]
    twin = KeptPaper.objects.get(pk=kept.pk)
    twin.pk, twin._state.adding, twin.object_number = None, True, row.number
    twin.save(force_insert=True)
    return row.number


@fault("scan.lost")
def a_scan_of_nothing() -> str:
    scan = Attachment.objects.all()[0]
    change(scan, object_number="R2009-9999999")
    return str(scan.key)


@fault("scan.lost")
def a_slip_of_no_document() -> str:
    scan = Attachment.objects.filter(object_type="funds.entereddocument")[0]
    change(scan, object_number="FD2009-9999999")
    return str(scan.key)
