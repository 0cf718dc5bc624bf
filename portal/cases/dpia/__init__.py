"""The reuse of a model DPIA: what the portal knows around an assessment, and what it refuses."""
