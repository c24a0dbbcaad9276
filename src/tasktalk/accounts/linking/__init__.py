"""Whose phone it is: one-time codes that prove it, and mapping by hand."""
