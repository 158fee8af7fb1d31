"""Paying: one attempt at a time, from the intent to its end."""
