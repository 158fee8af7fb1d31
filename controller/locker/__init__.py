"""Documents in compartments: PIN, loading, collection."""
