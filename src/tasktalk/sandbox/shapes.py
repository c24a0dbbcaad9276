"""Getting values of a known kind out of JSON, with Meta's errors where they are not."""

from typing import Any

from tasktalk.sandbox.errors import MetaError

Json = dict[str, Any]


def need(path: str) -> MetaError:
    """Something is missing."""
    return MetaError(131008, f"The parameter {path} is required.")


def refuse(details: str) -> MetaError:
    """A value is not allowed."""
    return MetaError(131009, details)


def get_object(parent: Json, name: str, path: str) -> Json:
    """`parent[name]`, an object."""
    value = parent.get(name)
    if value is None:
        raise need(f"{path}{name}")
    if not isinstance(value, dict):
        raise MetaError(100, f"Param {path}{name} must be a JSON object.")
    return value


def get_list(parent: Json, name: str, path: str) -> list[Any]:
    """`parent[name]`, a list."""
    value = parent.get(name)
    if value is None:
        raise need(f"{path}{name}")
    if not isinstance(value, list):
        raise MetaError(100, f"Param {path}{name} must be an array.")
    return value


def get_objects(parent: Json, name: str, path: str, *, least: int, most: int) -> list[Json]:
    """`parent[name]`, a list of so many objects."""
    values = get_list(parent, name, path)
    if not least <= len(values) <= most:
        raise refuse(f"{path}{name} has to hold {least} to {most} elements, not {len(values)}.")
    if not all(isinstance(value, dict) for value in values):
        raise MetaError(100, f"Param {path}{name} must be an array of JSON objects.")
    return values


def get_text(parent: Json, name: str, path: str, *, most: int = 0, empty: bool = False) -> str:
    """`parent[name]`, a string of `most` characters at most (0: any) that is not blank unless `empty`."""
    value = parent.get(name)
    if value is None:
        raise need(f"{path}{name}")
    if not isinstance(value, str):
        raise MetaError(100, f"Param {path}{name} must be a string.")
    if not empty and not value:
        raise need(f"{path}{name}")
    if most and len(value) > most:
        raise refuse(f"{path}{name} length invalid: at most {most} characters, not {len(value)}.")
    return value
