"""Message templates: what may be sent to somebody whose window is closed, and what Meta made of it."""
