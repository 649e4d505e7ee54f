"""``python -m tools.screenshots [NAME …]``: photographs pages into ``var/screenshots/``; names choose by their part.

Exit code 0 only if every page came without a complaint.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.support.browser import launch_chromium
from tools.demo.product import ROOT
from tools.demo.telling import StageFailed, Teller
from tools.screenshots.camera import Photo, photograph
from tools.screenshots.index import render_index
from tools.screenshots.shots import list_shots
from tools.screenshots.work import fill_work
from tools.screenshots.world import built_world

FOLDER = ROOT / "var" / "screenshots"


def main(names: Sequence[str]) -> int:
    """Make the photos; 1 if the world could not be built or a page complained."""
    teller = Teller()
    teller.say("\nScreenshots of a product with demo data\n")
    try:
        with tempfile.TemporaryDirectory(prefix="integrator-screenshots-") as folder:
            photos = make_photos(Path(folder), names, teller)
    except StageFailed as failure:
        teller.tell_failure(failure)
        return 1
    (FOLDER / "index.html").write_text(render_index(photos), encoding="utf-8")
    teller.say(f"\n{len(photos)} photos in {FOLDER}, index.html shows them all.")
    return 1 if any(photo.complaints for photo in photos) else 0


def make_photos(data_dir: Path, names: Sequence[str], teller: Teller) -> list[Photo]:
    """Build the world and photograph it; a line a page."""
    if not names:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    photos: list[Photo] = []
    with built_world(data_dir) as world, launch_chromium() as browser:
        fill_work(world)
        teller.tell("World is built", world.url)
        shots = [shot for shot in list_shots(world.places) if not names or any(name in shot.name for name in names)]
        for photo in photograph(browser, world, shots=shots, folder=FOLDER):
            photos.append(photo)
            if photo.complaints:
                teller.tell(photo.path.stem, f"complains: {'; '.join(photo.complaints)}")
        for person, rows in groupby(shots, key=lambda shot: shot.person):
            teller.tell(person or "Nobody signed in", ", ".join(shot.name.partition("-")[2] for shot in rows))
    return photos


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
