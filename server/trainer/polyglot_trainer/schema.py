"""A small validator: a check takes a value and its path and yields what is wrong with it."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True)
class Issue:
    code: str
    message: str
    param: str

    def encode(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "param": self.param}


Check = Callable[[object, str], Iterator[Issue]]


def pointer(path: str, name: str) -> str:
    """A JSON Pointer one step below `path`."""
    return f"{path}/{name.replace('~', '~0').replace('/', '~1')}"


def text(shortest: int = 0, longest: int | None = None, pattern: str | None = None) -> Check:
    compiled = re.compile(pattern) if pattern else None

    def check(value, path):
        if not isinstance(value, str):
            yield Issue("invalid_value", "must be a text.", path)
        elif len(value) < shortest or (longest is not None and len(value) > longest):
            yield Issue("out_of_range", f"must have {shortest} to {longest} characters.", path)
        elif compiled and not compiled.fullmatch(value):
            yield Issue("invalid_value", "is not written as it must be.", path)

    return check


def whole(least: int = 0, most: int = SAFE_INTEGER) -> Check:
    def check(value, path):
        if not isinstance(value, int) or isinstance(value, bool):
            yield Issue("invalid_value", "must be a whole number.", path)
        elif not least <= value <= most:
            yield Issue("out_of_range", f"must be between {least} and {most}, got {value}.", path)

    return check


def number(*, above: float | None = None, least: float = -math.inf, most: float = math.inf) -> Check:
    def check(value, path):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            yield Issue("invalid_value", "must be a finite number.", path)
        elif above is not None and value <= above:
            yield Issue("out_of_range", f"must be above {above}, got {value}.", path)
        elif not least <= value <= most:
            yield Issue("out_of_range", f"must be between {least} and {most}, got {value}.", path)

    return check


def flag(value, path):
    if not isinstance(value, bool):
        yield Issue("invalid_value", "must be true or false.", path)


def one_of(*choices) -> Check:
    def check(value, path):
        # bool is an int to Python: true must not pass as 1.
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            yield Issue("invalid_value", f"must be one of {', '.join(map(str, choices))}.", path)

    return check


def nullable(inner: Check) -> Check:
    def check(value, path):
        if value is not None:
            yield from inner(value, path)

    return check


def either(*options: Check) -> Check:
    """At least one option holds; else the complaints of the last one."""

    def check(value, path):
        complaints = [list(option(value, path)) for option in options]
        if all(complaints):
            yield from complaints[-1]

    return check


def listing(inner: Check, least: int = 0, most: int | None = None) -> Check:
    def check(value, path):
        if not isinstance(value, list):
            yield Issue("invalid_value", "must be a list.", path)
            return
        if len(value) < least or (most is not None and len(value) > most):
            yield Issue("out_of_range", f"must have {least} to {most} entries, has {len(value)}.", path)
            return
        for index, child in enumerate(value):
            yield from inner(child, f"{path}/{index}")

    return check


def record(inner: Check) -> Check:
    def check(value, path):
        if not isinstance(value, dict):
            yield Issue("invalid_value", "must be an object.", path)
            return
        for name, child in value.items():
            yield from inner(child, pointer(path, name))

    return check


def anything(_value, _path):
    yield from ()


def table(required: dict[str, Check], optional: dict[str, Check] | None = None, *, strict: bool = False) -> Check:
    """An object. Unknown fields are ignored, or refused when `strict` (protocol §11)."""
    fields = {**required, **(optional or {})}

    def check(value, path):
        if not isinstance(value, dict):
            yield Issue("invalid_value", "must be an object.", path)
            return
        for name in required:
            if name not in value:
                yield Issue("missing_field", f"{name} is missing.", pointer(path, name))
        for name, child in value.items():
            if name in fields:
                yield from fields[name](child, pointer(path, name))
            elif strict:
                yield Issue("unknown_field", f"There is no field {name[:80]!r}.", pointer(path, name))

    return check


def first_issue(check: Check, value) -> Issue | None:
    return next(check(value, ""), None)
