"""Alerts to people and their delivery. Knows nothing of flows."""
