"""`python -m bench`: what Tasktalk does in a second, beside its peers. All load goes to 127.0.0.1."""
