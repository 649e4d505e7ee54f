"""How much is taken in at once. Reads the settings when asked, so that a test can change them."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from integrator.files.errors import UploadRefused


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Caps of one request: bytes of a file, of all of it, of one text field, and how many files."""

    file_bytes: int
    upload_bytes: int
    field_bytes: int
    files: int


def get_limits() -> Limits:
    """This will give the caps in force."""
    return Limits(
        file_bytes=settings.FILE_MAX_BYTES,
        upload_bytes=settings.UPLOAD_MAX_BYTES,
        field_bytes=settings.UPLOAD_FIELD_MAX_BYTES,
        files=settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    )


def refuse_file(name: str, limits: Limits) -> UploadRefused:
    """The refusal of a file over the limit."""
    message = f"The file “{name}” is larger than {limits.file_bytes:,} bytes. Send a smaller one, or a link to it."
    return UploadRefused("file.too_large", message, {"name": name, "max_bytes": limits.file_bytes})


def refuse_upload(limits: Limits) -> UploadRefused:
    """The refusal of a request over the limit."""
    message = f"Together the files are larger than {limits.upload_bytes:,} bytes. Send them in several requests."
    return UploadRefused("file.upload_too_large", message, {"max_bytes": limits.upload_bytes})


def refuse_count(limits: Limits) -> UploadRefused:
    """The refusal of too many files."""
    return UploadRefused("file.too_many", f"At most {limits.files} files are taken at once. Send fewer.")
