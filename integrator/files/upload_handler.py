"""How multipart bodies become spooled uploads, for pages, API and inbound calls alike. Keeps nothing.

Django's parser calls ``SpoolingUploadHandler``. The rest of the product takes no files: a view says that it does by
``takes_files``; anywhere else, and from people who are not signed in, files are read past.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from integrator.files.errors import FilesError, UploadRefused
from integrator.files.limits import get_limits, refuse_upload
from integrator.files.names import clean_name
from integrator.files.spool import CHUNK_BYTES, SpoolWriter, Upload

V = TypeVar("V", bound=Callable[..., Any])


class SpooledFile(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs only
    """An upload as ``request.FILES`` holds it. Closing it, as the request's end does, discards what was not kept."""

    def __init__(self, upload: Upload, field: str) -> None:
        super().__init__(file=None, name=upload.name, content_type=upload.declared_type, size=upload.size_bytes)
        self.upload, self.field = upload, field

    def read(self, num_bytes: int = -1) -> bytes:
        """The content from its beginning, or that many bytes of it; for small files that are text to us."""
        with self.upload.path.open("rb") as file:
            return file.read(num_bytes)

    def close(self) -> None:
        """Discard it; what was kept lies elsewhere by now."""
        self.upload.discard()


class SpoolingUploadHandler(FileUploadHandler):
    """Writes each file to the spool while hashing it. A refused one is read past, and the refusal is in ``fault``."""

    chunk_size = CHUNK_BYTES

    def __init__(self, request: HttpRequest | None = None, *, is_open: bool = False) -> None:
        super().__init__(request)
        self._is_open, self._writer = is_open, cast(SpoolWriter | None, None)
        self.fault: FilesError | None = None
        self.total_bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with a file, or skip it."""
        super().new_file(*args, **kwargs)
        if self.fault is not None or not (self._is_open or may_upload(self.request)):
            raise SkipFile
        self._writer = SpoolWriter(self.file_name or "", self.content_type or "")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take a piece; over a limit the file is skipped."""
        writer = self._writer
        if writer is None:
            raise SkipFile
        self.total_bytes += len(raw_data)
        try:
            if self.total_bytes > get_limits().upload_bytes:
                raise refuse_upload(get_limits())
            writer.write(raw_data)
        except FilesError as error:
            self._refuse(error)
            raise SkipFile from error
        return None

    def file_complete(self, file_size: int) -> SpooledFile | None:
        """The file is whole."""
        if self._writer is None:
            return None
        writer, self._writer = self._writer, None
        return SpooledFile(writer.finish(), self.field_name or "")

    def upload_interrupted(self) -> None:
        """The body ended in the middle of a file."""
        if self._writer is not None:
            self._writer.abort()
            self._writer = None

    def _refuse(self, error: FilesError) -> None:
        self.fault = error
        if self._writer is not None:
            self._writer.abort()
        self._writer = None
        if self.request is not None:
            self.request.upload_fault = error  # type: ignore[attr-defined]  # read by read_uploads


def takes_files(view: V) -> V:
    """This will mark a view whose forms may hold files."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def may_upload(request: HttpRequest | None) -> bool:
    """Whether this request goes to a view that takes files, from somebody signed in. One query at most."""
    match = request.resolver_match if request is not None else None
    if request is None or match is None:
        return False
    is_taken = getattr(match.func, "takes_files", False) or getattr(
        getattr(match.func, "cls", None), "takes_files", False
    )
    return bool(is_taken) and bool(request.user.is_authenticated)


def read_uploads(request: HttpRequest, field: str | None = None) -> list[SpooledFile]:
    """This will give the uploads of a request, of one field or of all. Raises UploadRefused for what was refused."""
    files = request.FILES
    fault = getattr(request, "upload_fault", None)
    if fault is not None:
        raise fault
    names = [field] if field is not None else list(files)
    return [file for name in names for file in files.getlist(name) if isinstance(file, SpooledFile)]


def read_one_upload(request: HttpRequest, field: str) -> SpooledFile:
    """This will give the upload of a field. Raises UploadRefused also where there is not just one."""
    found = read_uploads(request, field)
    if len(found) != 1:
        message = "Choose a file first." if not found else "Send one file at a time."
        raise UploadRefused("file.missing", message, {"field": clean_name(field)})
    return found[0]


class UploadLimitMiddleware(MiddlewareMixin):
    """Refuses a multipart body that says it is larger than all files together may be, before a byte of it is read."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """413, or None to go on."""
        is_multipart = str(request.META.get("CONTENT_TYPE", "")).lower().startswith("multipart/")
        length = str(request.META.get("CONTENT_LENGTH") or "")
        limits = get_limits()
        if not is_multipart or not length.isascii() or not length.isdigit():
            return None
        if int(length) <= limits.upload_bytes + 2 * limits.field_bytes:
            return None
        text = f"{refuse_upload(limits).message}\n"
        return HttpResponse(text, status=413, content_type="text/plain; charset=utf-8", headers={"Connection": "close"})
