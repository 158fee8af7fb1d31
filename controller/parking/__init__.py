"""Rights to park: what they cost and what has become of them."""
