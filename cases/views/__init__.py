"""Pages about people's work that need nothing of flows, an area a module."""
