"""What went through the numbers: messages and conversations, figures hour by hour, and what they cost."""
