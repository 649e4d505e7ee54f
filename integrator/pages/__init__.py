"""The frame that every page stands in: navigation, template tags, rendering, errors. Knows no flow, case or task."""
