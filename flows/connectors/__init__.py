"""Connectors: a closed folder per kind of system. They never know each other."""
