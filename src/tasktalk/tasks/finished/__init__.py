"""What a person finished, and when: read from the journal, for a repeating task is finished many times."""
