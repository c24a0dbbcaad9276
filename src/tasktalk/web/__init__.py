"""What every HTTP route shares: errors as JSON, and a hub that hears of changes."""
