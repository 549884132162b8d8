"""How much of what is uploaded is kept while it comes in: nobody fills the disk before anything was looked at.

Of a file that is too large only so much is kept that whoever reads it sees that it is too large, and says so at its
field; the rest runs through. The same holds of many files in one form.
"""

import io
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MEGABYTE = 1024 * 1024
# The largest file that any page takes, scans and lists alike, in bytes.
FILE_AT_MOST = 10 * MEGABYTE
# All files of one form together.
FORM_AT_MOST = 100 * MEGABYTE
# What says of itself that it is larger is not read at all.
REQUEST_AT_MOST = 4 * FORM_AT_MOST


class LeftOut(UploadedFile):  # type: ignore[type-arg]  # no generic class at work
    """A file of a form whose files are too much together: its name and nothing of it."""


class CappedUpload(FileUploadHandler):
    """The first of the upload handlers: what it does not pass on no other handler keeps."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.kept = 0
        self.left_out = False

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *more: Any, **named: Any) -> None:  # noqa: N803
        if content_length > REQUEST_AT_MOST:
            raise RequestDataTooBig("The files of a form are larger than the portal takes.")

    def new_file(self, *values: Any, **named: Any) -> None:
        super().new_file(*values, **named)
        self.left_out = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """What of a chunk the other handlers get; `start` is how much of the file came before it."""
        part = raw_data[: max(0, FILE_AT_MOST + 1 - start)]
        if self.left_out or self.kept + len(part) > FORM_AT_MOST:
            self.left_out = True
            return None
        self.kept += len(part)
        return part or None

    def file_complete(self, file_size: int) -> LeftOut | None:
        if not self.left_out:
            return None
        return LeftOut(io.BytesIO(), self.file_name, self.content_type, file_size)
