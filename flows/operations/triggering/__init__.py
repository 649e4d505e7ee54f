"""What triggers do by themselves: being armed, due times and events becoming occasions, occasions becoming runs.

A due time or an event first becomes a row (``TriggerFiring``), in the transaction that takes it off the clock or moves
the reading of the log on. A worker claims the row, asks the trigger what to start with no transaction open, and starts
it in one transaction with the row's end. So nothing is lost or started twice, whoever dies when.
"""

from flows.operations.triggering.arming import follow_in
from flows.operations.triggering.asking import ask_now
from flows.operations.triggering.by_hand import StartedByHand, read_start_form, start_by_hand
from flows.operations.triggering.firing import fire_next
from flows.operations.triggering.hearing import hear_events

__all__ = ["StartedByHand", "ask_now", "fire_next", "follow_in", "hear_events", "read_start_form", "start_by_hand"]
