"""What tasks are to each other."""
