"""Frames of bought lock boards: pure, bytes on one side, what they say on the other. Nothing here keeps anything."""
