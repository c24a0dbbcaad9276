"""Test messages: one message to one phone, at once, and what WhatsApp says of it."""
