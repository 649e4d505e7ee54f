"""Writes a pack: a zip of files, and a manifest of their SHA-256 signed by the key of the event log.

``manifest.json`` is ``{"body": {format, kind, title, made_at, files: {name: sha256}, key_id, public_key},
"signature"}``.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, cast

from integrator.events.evidence.proofs import FORMAT
from integrator.events.keys import load_signing_key
from integrator.lib.clock import to_rfc3339

MANIFEST = "manifest.json"
PURPOSE = "evidence"
_CHUNK = 65_536


@dataclass(frozen=True, kw_only=True)
class About:
    """What a pack is about: ``kind`` (approval, task, case, event, sample), a title for people, when it was made."""

    kind: str
    title: str
    made_at: datetime
    more: Mapping[str, Any] = field(default_factory=dict)


class PackWriter:
    """Puts files into a zip as they come, and the signed manifest at its end. Holds one file at a time."""

    def __init__(self, out: IO[bytes] | io.RawIOBase, about: About) -> None:
        self._zip = zipfile.ZipFile(cast("IO[bytes]", out), "w", zipfile.ZIP_DEFLATED)
        self._about = about
        self._hashes: dict[str, str] = {}

    def add(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """This will put one file in. A name that is there already is left as it is."""
        if name in self._hashes:
            return
        pieces = [content] if isinstance(content, bytes) else content
        hasher = hashlib.sha256()
        with self._zip.open(self._entry(name), "w") as file:
            for piece in pieces:
                hasher.update(piece)
                file.write(piece)
        self._hashes[name] = hasher.hexdigest()

    @property
    def names(self) -> frozenset[str]:
        """The files that are in already."""
        return frozenset(self._hashes)

    def close(self) -> None:
        """This will sign the manifest and end the zip."""
        key = load_signing_key()
        body = {
            "format": FORMAT,
            "kind": self._about.kind,
            "title": self._about.title,
            "made_at": to_rfc3339(self._about.made_at),
            "files": self._hashes,
            "key_id": key.public.id,
            "public_key": key.public.to_pem(),
            **self._about.more,
        }
        signed = {"body": body, "signature": key.sign(PURPOSE, body)}
        self._zip.writestr(self._entry(MANIFEST), write_json(signed))
        self._zip.close()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, date_time=self._about.made_at.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        return entry


def make_pack(files: Mapping[str, bytes], about: About) -> bytes:
    """The zip with these files and its manifest."""
    out = io.BytesIO()
    writer = PackWriter(out, about)
    for name, content in files.items():
        writer.add(name, content)
    writer.close()
    return out.getvalue()


def write_json(value: Any) -> bytes:
    """JSON with sorted keys and two spaces, in UTF-8: the same bytes for the same value."""
    return json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
