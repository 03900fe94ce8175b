"""Times as the protocol writes them: RFC 3339, UTC, milliseconds."""

from datetime import UTC, datetime


def timestamp(seconds: float | None = None) -> str:
    """The given Unix time, or now."""
    moment = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def unix_time(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
