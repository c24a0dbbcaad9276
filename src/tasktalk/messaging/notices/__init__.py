"""What people are told without having asked: heard from the journal and from clocks, told as one message a moment."""
