"""What starts flows: a closed file or folder a trigger, named in ``flows.registry.TRIGGERS``. Nothing here writes."""
