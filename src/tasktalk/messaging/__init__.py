"""A message's way: webhook, inbox, turn, outbox, sender, statuses (see docs/explain/message-path.md)."""
