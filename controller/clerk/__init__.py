"""The clerk at the machine: the one-time code, the session, taking documents back, looking into every compartment."""
