"""`python -m bench`: what Tasktalk does in a second, beside a peer. It speaks to 127.0.0.1 alone."""
