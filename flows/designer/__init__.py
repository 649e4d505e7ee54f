"""The designer: pages and calls in which an analyst edits a draft. Writes go through operations."""
