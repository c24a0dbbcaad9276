"""Files that are sent to people: exports, and what lies with their tasks."""
