"""Live pages: server-sent events that tell open pages what changed, by names and ids only. Pages fetch the rest.

``tail`` reads the event log, ``topics`` says who may hear of what, ``viewer`` who listens, ``hub`` brings them
together, ``app`` speaks HTTP, ``bell`` wakes it all after a commit. Nothing here changes anything.
"""
