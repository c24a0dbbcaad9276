"""Connected WhatsApp Business numbers and their credentials."""
