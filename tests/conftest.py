"""Hypothesis without a stopwatch and without a database: the same examples everywhere, and no test is timed."""

from hypothesis import settings

settings.register_profile("kiosk", deadline=None, derandomize=True, database=None)
settings.load_profile("kiosk")
