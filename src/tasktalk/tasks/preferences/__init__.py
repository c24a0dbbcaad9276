"""How a person wants to be reminded and told, and what follows when that changes."""
