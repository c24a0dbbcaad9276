"""`python -m tasktalk` is `tasktalk`."""

from tasktalk.cli import main

main()
