"""STUB: models of a DPIA."""
