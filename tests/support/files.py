"""Files for tests: small contents of each sort, uploads made of them, and multipart bodies as a partner sends them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils import timezone

from integrator.events.actors import SYSTEM
from integrator.files.models import File
from integrator.files.operations import Bringer, Subject, keep_upload
from integrator.files.spool import Upload, get_spool_dir, spool_chunks

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG_BYTES = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)
SVG_BYTES = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML_BYTES = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
BOUNDARY = "----integrator-test"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def make_upload(data: bytes = PDF_BYTES, name: str = "contract.pdf", declared_type: str = "application/pdf") -> Upload:
    """A spooled upload of this content."""
    return spool_chunks([data], name=name, declared_type=declared_type)


def make_file(data: bytes = PDF_BYTES, name: str = "contract.pdf", *, on: Sequence[Subject] = ()) -> File:
    """A kept file that hangs on these subjects."""
    return keep_upload(make_upload(data, name), by=Bringer(actor=SYSTEM), now=timezone.now(), on=on)


def make_body(
    fields: Sequence[tuple[str, str]] = (), files: Sequence[tuple[str, str, bytes]] = (), *, media_type: str = ""
) -> bytes:
    """A ``multipart/form-data`` body (RFC 7578): ``fields`` are (name, text), ``files`` (name, file name, content)."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields
    ]
    for name, file_name, data in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        head += f"Content-Type: {media_type or 'application/octet-stream'}\r\n\r\n"
        parts.append(head.encode() + data + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def count_spooled() -> int:
    """How many uploads wait to be kept."""
    return sum(1 for _ in get_spool_dir().iterdir())


def any_id() -> uuid.UUID:
    """An id that nothing has."""
    return uuid.uuid4()
