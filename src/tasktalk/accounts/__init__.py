"""People, and the doors they come in by."""
