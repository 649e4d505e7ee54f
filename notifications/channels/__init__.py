"""The ways by which alerts leave, a closed folder each."""
