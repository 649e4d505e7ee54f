"""Addresses of stored files for people: the download, a page with a preview, and what that page's frame shows."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integrator.events.actors import Actor
from integrator.files.errors import FileNotFound
from integrator.files.models import File
from integrator.files.queries import get_file_for
from integrator.files.reading import read_file
from integrator.files.serving import may_preview
from integrator.files.sniffing import IMAGES, PDF
from integrator.pages.rendering import let_frames_in
from integrator.people.access import get_reader, signed_in
from integrator.people.models import Person


@signed_in
@require_safe
def download_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponseBase:
    """The content as an attachment; that it was taken is an event."""
    person = get_reader(request)
    return read_file(request, find_file(person, file_id), actor=Actor.person(person), how="download")


@signed_in
@require_safe
def show_inline(request: HttpRequest, file_id: uuid.UUID) -> HttpResponseBase:
    """The content for a frame or picture; 404 for what must not be shown in a browser."""
    person = get_reader(request)
    file = find_file(person, file_id)
    if not may_preview(file):
        raise Http404
    return read_file(request, file, actor=Actor.person(person), how="preview")


@signed_in
@require_safe
def preview_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponseBase:
    """A page about the file, with a frame that shows it where that is safe."""
    file = find_file(get_reader(request), file_id)
    media_type = file.content.type
    context = {
        "file": file,
        "may_preview": may_preview(file),
        "is_image": media_type in IMAGES,
        "is_pdf": media_type == PDF,
    }
    return let_frames_in(render(request, "files/preview.html", context))


def find_file(person: Person, file_id: uuid.UUID) -> File:
    """The file. Raises Http404 for a stranger as for a missing one."""
    try:
        return get_file_for(person, file_id)
    except FileNotFound as error:
        raise Http404 from error
