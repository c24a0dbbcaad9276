"""Who is in a project: its members, and those who are invited."""
