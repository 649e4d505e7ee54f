"""Timers: rows with a due time, and firing them in batches. Knows nothing of who waits."""
