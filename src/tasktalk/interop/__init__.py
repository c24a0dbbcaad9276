"""Other programs: outgoing webhooks, calendar feeds, import and export, the assistant's tools."""
