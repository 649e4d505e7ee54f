"""The interface of alerts for programs."""
