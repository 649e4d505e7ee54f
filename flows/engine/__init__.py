"""The engine: planner (pure), bursts, journal (sole writer of a run), effects, recovery (ADRs 0001 to 0003)."""
