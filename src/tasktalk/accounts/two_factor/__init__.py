"""A second proof at sign-in: codes by time (RFC 6238), and recovery codes for who lost what makes them."""
