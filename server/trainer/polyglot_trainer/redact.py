"""Takes tokens and home folders out of text that leaves the machine (trainer.md §9)."""

import re
from pathlib import Path

_SECRET = re.compile(r"plt_[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{20,}|(?<=Bearer )[A-Za-z0-9._~+/=-]{16,}")
_HOME = str(Path.home())


def redact(text: str) -> str:
    text = _SECRET.sub("[secret]", text)
    return text.replace(_HOME, "~") if len(_HOME) > 1 else text
