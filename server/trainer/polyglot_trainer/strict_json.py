"""JSON as the protocol means it: no NaN, no doubled keys, no lone surrogates, bounded depth (§2)."""

import json
import math
from collections.abc import Iterator

from polyglot_trainer.schema import SAFE_INTEGER


class DoubledKey(ValueError):
    pass


def decode(text: str):
    """Raises ValueError for anything that is not JSON, DoubledKey for a key given twice. `1.0` is read as 1."""
    return json.loads(text, parse_constant=_no_constant, parse_float=_number, object_pairs_hook=_unique)


def encode(value) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def canonical(value) -> str:
    """Equal values give equal texts: keys in order, `1` as `1.0`."""
    return json.dumps(_plain(value), ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))


def size_complaint(root, depth: int, values: int) -> str | None:
    """What is too large about a decoded value; without recursion, so that a hostile message costs no stack."""
    stack = [(root, 0)]
    seen = 0
    while stack:
        value, level = stack.pop()
        seen += 1
        if seen > values:
            return f"More than {values} values."
        if isinstance(value, dict | list):
            if level >= depth:
                return f"Nested deeper than {depth}."
            stack.extend((child, level + 1) for child in _children(value))
    return None


def is_well_formed(root) -> bool:
    """No string holds a lone surrogate, keys included."""
    stack = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, str) and not _encodable(value):
            return False
        if isinstance(value, dict):
            stack.extend(value.keys())
        if isinstance(value, dict | list):
            stack.extend(_children(value))
    return True


def _children(value) -> Iterator:
    return iter(value.values() if isinstance(value, dict) else value)


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(value):
    if isinstance(value, dict):
        return {name: _plain(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    return _number(value) if isinstance(value, float) else value


def _number(text: str | float):
    value = float(text)
    return int(value) if math.isfinite(value) and value.is_integer() and abs(value) <= SAFE_INTEGER else value


def _no_constant(name: str):
    raise ValueError(f"{name} is not JSON.")


def _unique(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise DoubledKey("A key is given twice.")
    return value
