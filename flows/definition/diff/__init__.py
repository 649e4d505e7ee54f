"""What differs between two states of a flow, in sentences for people and as marks for the canvas. Pure."""

from flows.definition.diff.changes import Change, FlowDiff, StepDiff
from flows.definition.diff.flows import diff_flows

__all__ = ["Change", "FlowDiff", "StepDiff", "diff_flows"]
