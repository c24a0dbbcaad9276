"""Whether a connected number works, and what to do where it does not."""
