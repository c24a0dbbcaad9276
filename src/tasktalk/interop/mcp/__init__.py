"""The assistant's intents as tools for AI clients (Model Context Protocol), over the HTTP API of a running Tasktalk."""
