"""The web console: pages that work as plain forms, made lively by one small module of our own."""
