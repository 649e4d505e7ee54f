"""Photographs every page of a product that holds a good mix of work. Its world serves the browser tests too."""
