"""Keeping what is ours: backups, restoring them, the keys that open them."""
