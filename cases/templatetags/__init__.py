"""Template tags about people's work."""
