"""Evidence packs of approvals, tasks and cases: what was asked, seen and answered, with the proof of every event.

``gathering``   which events and files belong to it
``telling``     the same as JSON and for people
``building``    the zip
"""

from cases.evidence.building import build_pack, write_pack
from cases.evidence.gathering import Subject

__all__ = ["Subject", "build_pack", "write_pack"]
