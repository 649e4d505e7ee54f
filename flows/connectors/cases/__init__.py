"""The connector to our own cases and tasks: local steps that land with their run."""
