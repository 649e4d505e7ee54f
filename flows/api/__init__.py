"""Flows, runs and incidents over HTTP. Thin: read the call, ask an operation or query, answer."""
