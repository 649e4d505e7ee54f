"""Cases and tasks over HTTP. Thin: read the call, ask an operation or query, answer."""
