"""The page that shows all photos side by side."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from tools.screenshots.camera import Photo

HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>
body { font: 14px/20px sans-serif; margin: 24px; background: #f4f5f8; color: #16191f }
section { margin-block: 32px } div { display: flex; gap: 16px; align-items: flex-start; overflow-x: auto }
img { border: 1px solid #c8ccd4; background: #fff } .wide { width: 560px } .narrow { width: 190px }
p.bad { color: #a3161a }
</style>
<h1>Screenshots</h1>
"""


def render_index(photos: Sequence[Photo]) -> str:
    """A section a page, with its photos and complaints."""
    groups = groupby(photos_by_name(photos), key=lambda photo: photo.shot)
    return HEAD + "".join(_render(list(group)) for _, group in groups)


def photos_by_name(photos: Sequence[Photo]) -> list[Photo]:
    """The photos of a page together, in the order in which pages were first photographed."""
    order = {shot: place for place, shot in enumerate(dict.fromkeys(photo.shot for photo in photos))}
    return sorted(photos, key=lambda photo: order[photo.shot])


def _render(photos: Sequence[Photo]) -> str:
    shot = photos[0].shot
    said = dict.fromkeys(said for photo in photos for said in photo.complaints)
    complaints = "".join(f'<p class="bad">{escape(each)}</p>' for each in said)
    pictures = "".join(
        f'<a href="{photo.path.name}"><img class="{"wide" if photo.width_px > 600 else "narrow"}" loading="lazy"'
        f' src="{photo.path.name}" alt="{photo.theme}, {photo.width_px} px"></a>'
        for photo in photos
    )
    return (
        f"<section><h2>{escape(shot.name)}</h2><p>{escape(shot.path)}</p>{complaints}<div>{pictures}</div></section>\n"
    )
