"""The Graph API as far as WhatsApp needs it (facts sheet 11.3)."""
