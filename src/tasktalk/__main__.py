"""`python -m tasktalk` is `tasktalk`."""

import gc

from tasktalk.cli import main

gc.set_threshold(50_000, 20, 50)  # what a command imports stays: looking there for garbage took a tenth of its start
main()
