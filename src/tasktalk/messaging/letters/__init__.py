"""What leaves by other ways than WhatsApp: e-mail, and whatever Apprise can reach."""
