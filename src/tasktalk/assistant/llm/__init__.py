"""What the grammar does not take, a model may: it hands over intents as tools, and every one of them is checked."""
