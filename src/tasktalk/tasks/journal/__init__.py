"""The journal: what became of everything, taking it back, and the trash."""
