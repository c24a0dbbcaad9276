"""An ordered queue in PostgreSQL: one lane in order, lanes in parallel, effects in the commit that finishes the row."""
