"""The demo: a partner system and a round trip between it and the product, which never imports this."""
