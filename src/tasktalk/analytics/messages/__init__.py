"""The log of messages, and conversations."""
