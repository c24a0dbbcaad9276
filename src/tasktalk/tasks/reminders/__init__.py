"""Reminders: what a person wants to hear of a task, and when that is."""
