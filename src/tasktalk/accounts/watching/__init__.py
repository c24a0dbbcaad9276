"""What looks like somebody trying doors: counted by where it comes from, and kept in the audit, never without bound."""
