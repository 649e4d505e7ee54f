"""The tests. Paths mirror the modules; ``unit`` has neither database nor network."""
