"""`tasktalk up`: everything on one machine, under one supervisor."""
