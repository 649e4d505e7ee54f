"""Example data for a flow under design: made from schemas and kinds, never taken from anybody. Pure."""

from .outputs import sample_trigger, sample_visits
from .samples import PREVIEW_ROOTS, Sample, Samples, Source
from .schema import make_sample

__all__ = [
    "PREVIEW_ROOTS",
    "Sample",
    "Samples",
    "Source",
    "make_sample",
    "sample_trigger",
    "sample_visits",
]
