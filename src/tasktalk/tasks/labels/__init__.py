"""Labels: names that tasks carry, with a colour and an order for each person."""
