"""Teams: people who get projects together."""
