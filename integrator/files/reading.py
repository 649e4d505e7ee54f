"""Somebody takes the content of a file, or a part of it: noted as an event, then sent. Who may is asked before."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from integrator.events.actors import Actor
from integrator.files.models import File
from integrator.files.operations import record_read
from integrator.files.ranges import RangeUnsatisfiable
from integrator.files.serving import find_part, send_download, send_inline


def read_file(request: HttpRequest, file: File, *, actor: Actor, how: str) -> HttpResponseBase:
    """This will send the content, ``how`` being ``download`` or ``preview``: 206 for a part, 416 for one that is not
    there. Parts that one actor takes within an hour are noted once.
    """
    try:
        part = find_part(request, file)
    except RangeUnsatisfiable:
        return HttpResponse(
            "The file ends before the part that is asked for.\n",
            status=416,
            content_type="text/plain; charset=utf-8",
            headers={"Content-Range": f"bytes */{file.content.bytes}", "Accept-Ranges": "bytes"},
        )
    if request.method == "GET":
        record_read(file, actor=actor, how=how, is_part=part is not None)
    send = send_inline if how == "preview" else send_download
    return send(request, file, part)
