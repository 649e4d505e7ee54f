"""Evidence packs: events with their proof, as a zip that anybody can check without this installation.

``proofs``     events of the log with salt, payload, and the path to the root that a signed seal holds
``packing``    the zip: files, a manifest of their SHA-256, its signature by the key of the event log
``document``   the same for people, as PDF
``checking``   checks a pack with nothing but the pack and, if given, a public key

What a pack is about is gathered by the apps above.
"""
