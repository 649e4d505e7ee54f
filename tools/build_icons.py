"""Write ``static/icons/sprite.svg`` from the names in ``names.txt`` and the outline icons of npm's ``@tabler/icons``.

Usage: ``python tools/build_icons.py PATH_OF_UNPACKED_PACKAGE``. The result is committed, so running needs no Node.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ICONS_DIR = Path(__file__).resolve().parent.parent / "static" / "icons"
SVG = "{http://www.w3.org/2000/svg}"
LOOK = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"'


def read_names(path: Path) -> list[str]:
    """The names, one a line; empty lines are dropped."""
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def draw_symbol(name: str, source: Path) -> str:
    """One ``<symbol>``: the icon's strokes without the package's invisible frame."""
    root = ET.parse(source).getroot()  # noqa: S314 - see the import
    shapes = []
    for shape in root:
        if shape.get("stroke") == "none" and shape.get("d", "").startswith("M0 0h24v24"):
            continue
        attributes = " ".join(f'{key}="{value}"' for key, value in shape.attrib.items())
        shapes.append(f"<{shape.tag.removeprefix(SVG)} {attributes}/>")
    return f'<symbol id="{name}" {LOOK} stroke-linejoin="round">{"".join(shapes)}</symbol>'


def main(package: Path) -> int:
    """Build the sprite; 1 when a name is not in the package."""
    names = read_names(ICONS_DIR / "names.txt")
    sources = {name: package / "icons" / "outline" / f"{name}.svg" for name in names}
    missing = [name for name, source in sources.items() if not source.is_file()]
    if missing:
        sys.stderr.write(f"Not in {package}: {', '.join(missing)}\n")
        return 1
    symbols = "\n".join(draw_symbol(name, source) for name, source in sources.items())
    text = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    (ICONS_DIR / "sprite.svg").write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(names)} icons\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
