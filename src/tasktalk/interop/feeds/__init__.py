"""Calendars to subscribe to: tasks as iCalendar (RFC 5545), behind an address that is a secret."""
