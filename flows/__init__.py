"""Designing and running flows: definitions, versions, engine, kinds, triggers and their pages."""
