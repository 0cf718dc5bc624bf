"""The bench: how fast and how large the portal is, beside something plain that does the same work on this machine."""
