"""The HTTP connector: requests to any address, as effects."""
