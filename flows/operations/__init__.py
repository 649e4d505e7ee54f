"""Every write to flows, triggers, connections and requests, and every order to the engine."""
