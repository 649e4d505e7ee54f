"""The connector to our own alerts: local steps that land with their run."""
