"""Filters that a person keeps under a name."""
