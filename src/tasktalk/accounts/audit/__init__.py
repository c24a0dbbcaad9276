"""What administrators and the system did, kept for good."""
