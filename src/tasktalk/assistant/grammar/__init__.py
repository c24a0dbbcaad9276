"""The engine that reads a message: one set of rules, one lexicon a language."""
