"""Projects: their boards, who is in them, and teams."""
