"""Every write to SLA policies and clocks. ``…_in`` joins the caller's transaction, the others open their own.

Here is what other operations of cases call; all else is imported from its module, for it needs those operations.
"""

from cases.sla.operations.pausing import pause_clocks_in, resume_clocks_in

__all__ = ["pause_clocks_in", "resume_clocks_in"]
