"""Text in tables for spreadsheets, which take a cell that begins in a certain way for a formula and run it."""

# What begins a formula, or lets one begin; the wide forms count too where East Asian text is written.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def guard(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before what looks like one."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULAS) else text


def unguard(text: str) -> str:
    """What `guard` was given."""
    return text[1:] if text.startswith("'") and guard(text[1:]) == text else text
