"""Which row of a seal it is."""

from __future__ import annotations

import pytest

from integrator.events.faults import name_difference
from integrator.events.leaves import ManifestEntry, pack_manifest, unpack_manifest


def entries(text: str) -> list[ManifestEntry]:
    """``"1a 2b"``: ids with the marks of their contents."""
    return [ManifestEntry(int(part[:-1]), part[-1].encode() * 8) for part in text.split()]


class TestNameDifference:
    @pytest.mark.parametrize(
        ("found", "code", "event_id"),
        [
            ("1a 3c", "deleted", 2),
            ("", "deleted", 1),
            ("1a 2b 3c 4d", "inserted", 4),
            ("1a 2b 2b 3c", "inserted", 2),
            ("1a 2x 3c", "edited", 2),
            ("1b 2a 3c", "reordered", 1),
            ("2b 1a 3c", "reordered", 2),
            ("1a 9b 3c", "reordered", 2),
        ],
    )
    def test_names_the_first_one(self, found: str, code: str, event_id: int) -> None:
        fault = name_difference(7, entries("1a 2b 3c"), entries(found)).fault
        assert (fault.code, fault.event_id, fault.seal) == (code, event_id, 7)


class TestManifest:
    def test_reads_back_as_written(self) -> None:
        listed = entries("1a 20b 3000c")
        assert list(unpack_manifest(pack_manifest(listed))) == listed
