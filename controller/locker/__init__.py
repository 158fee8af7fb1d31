"""Documents in compartments: PIN, loading, collection, and their screens."""
