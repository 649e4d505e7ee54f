"""The platform under every app, and the wiring above them."""
