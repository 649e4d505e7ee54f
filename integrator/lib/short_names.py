"""Short names out of names, for whoever types none. Knows nothing of what is taken already."""

from __future__ import annotations

import re
import unicodedata

NO_SHORT_NAME = "No short name can be made of this name. Write one of letters, digits and hyphens."
_OTHER = re.compile(r"[^a-z0-9]+")


def make_short_name(name: str, *, most: int) -> str:
    """``Überfällige Rechnungen`` is ``uberfallige-rechnungen``, at most ``most`` characters; "" where none is in it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-")[:most].strip("-")
