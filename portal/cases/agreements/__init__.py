"""Agreements as they live: what is in force with whom, new sub-processors, what was signed elsewhere, and the end."""
