"""Text in, Reply out: what a person said, what it changes, and what to answer."""
