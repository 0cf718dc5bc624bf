"""The reuse of a model DPIA: what is printed of it, what was decided, and what follows."""
