"""What was sold, settled and given back, and where two of those who should know say different things."""
