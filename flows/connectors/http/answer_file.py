"""An answer kept as a file: streamed to storage while it comes, hung on the run, named after what the target says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from django.utils import timezone

from flows.definition.effect import EffectCall
from flows.definition.model import JSON
from integrator.events.actors import Actor
from integrator.files.facts import describe_file
from integrator.files.names import clean_name
from integrator.files.operations import Bringer, Subject, keep_upload
from integrator.files.spool import SpoolWriter

_NAMED = re.compile(r"filename\*=(?:UTF-8'[^']*')?([^;]+)", re.IGNORECASE)  # RFC 6266, section 4.1
_PLAIN = re.compile(r'filename="?([^";]+)"?', re.IGNORECASE)


def keep_answer(writer: SpoolWriter, headers: Mapping[str, str], url: str, call: EffectCall) -> JSON:
    """This will keep what was written as a file of the call's run and give its facts. Raises StorageFailed."""
    upload = writer.finish()
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()[:127]
    named = replace(upload, name=find_name(headers, url), declared_type=declared)
    by = Bringer(actor=Actor("system", "engine"), team_id=call.team_id, correlation=str(call.run_id))
    return describe_file(keep_upload(named, by=by, now=timezone.now(), on=[Subject("run", str(call.run_id))]))


def find_name(headers: Mapping[str, str], url: str) -> str:
    """The name in ``Content-Disposition``, else the last part of the address; cleaned."""
    disposition = headers.get("content-disposition", "")
    if found := _NAMED.search(disposition):
        return clean_name(unquote(found[1].strip(' "')))
    if found := _PLAIN.search(disposition):
        return clean_name(found[1])
    return clean_name(unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]))
