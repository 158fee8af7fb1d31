"""Doors and locks: what was seen, what is due, what is in doubt."""
