"""Named troubles of devices, raised and cleared."""
