"""The pages for operators and clerks, rendered on the server."""
