"""What the centre keeps, and nothing that decides: one file a subject, each a few statements over a connection."""
