"""How often a client may ask (§1)."""

import time
from collections import deque


class TokenBucket:
    def __init__(self, per_s: float, burst: float, clock=time.monotonic):
        self._per_s, self._burst, self._clock = per_s, burst, clock
        self._left, self._at = float(burst), clock()

    def take(self) -> float | None:
        """None if there was one to take, else the seconds until there is."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return max(0.001, round((1 - self._left) / self._per_s, 3))
        self._left -= 1
        return None


class Window:
    """Counts what happened within the last seconds."""

    def __init__(self, span_s: float, clock=time.monotonic):
        self._span_s, self._clock = span_s, clock
        self._times: deque[float] = deque()

    def add(self) -> int:
        """How many there are now, this one included."""
        self._times.append(self._clock())
        return self.count()

    def count(self) -> int:
        oldest = self._clock() - self._span_s
        while self._times and self._times[0] < oldest:
            self._times.popleft()
        return len(self._times)

    def wait_s(self, most: int) -> float:
        """Seconds until fewer than `most` are left in the window."""
        if self.count() < most:
            return 0
        return round(self._times[-most] + self._span_s - self._clock(), 3)
