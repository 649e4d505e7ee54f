"""Reports on cases and human work: pure figures, and spans of time read from the event log. Writes nothing."""
