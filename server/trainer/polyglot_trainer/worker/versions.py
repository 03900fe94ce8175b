"""Versions of the libraries that made a number."""

import importlib.metadata
import importlib.util


def versions(*names: str) -> dict[str, str]:
    """Only of those that are installed."""
    return {name: importlib.metadata.version(name) for name in names if importlib.util.find_spec(name)}
