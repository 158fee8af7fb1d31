"""Text messages: their texts, their alphabet, when they go out and through whom."""
