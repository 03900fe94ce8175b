"""Reads a piece of a log by raw bytes that begins and ends at whole characters (`logs.read`, §5)."""

from pathlib import Path

from polyglot_trainer.errors import TrainerError
from polyglot_trainer.redact import redact


def read_slice(path: Path, offset: int, limit: int) -> dict:
    """Raises `range_invalid` beyond the end. A log that was not written yet is empty."""
    size = path.stat().st_size if path.exists() else 0
    start = offset if offset >= 0 else max(0, size + offset)
    if start > size:
        raise TrainerError("range_invalid", f"The log has {size} bytes.", size=size)
    raw = b""
    if size:
        with open(path, "rb") as file:
            file.seek(start)
            raw = file.read(limit)
    skipped = _continuation(raw) if start else 0
    raw = raw[skipped:]
    raw = raw[: len(raw) - _unfinished(raw)]
    start += skipped
    end = start + len(raw)
    text = redact(raw.decode(errors="replace"))
    return {"offset": start, "nextOffset": end, "size": size, "text": text, "eof": end >= size}


def _continuation(raw: bytes) -> int:
    """Bytes at the beginning that belong to a character before it; at most 3 do."""
    count = 0
    while count < min(3, len(raw)) and raw[count] & 0xC0 == 0x80:
        count += 1
    return count


def _unfinished(raw: bytes) -> int:
    """Bytes at the end that begin a character without ending it."""
    for back in range(1, min(3, len(raw)) + 1):
        byte = raw[-back]
        if byte & 0xC0 == 0x80:
            continue
        length = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
        # A log may end inside a character for good; it is then handed out as U+FFFD by the read that has nothing else.
        return back if length > back and len(raw) > back else 0
    return 0
