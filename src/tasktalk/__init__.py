"""Tasktalk: a task manager that people use by talking to it on WhatsApp."""

__version__ = "0.1.0"
