"""Outgoing webhooks: what happens here, told to other programs, signed as Standard Webhooks says."""
