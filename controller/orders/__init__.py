"""Orders that arrived, and the one answer each of them has."""
