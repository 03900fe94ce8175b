"""Starts one worker, outlives it and records how it ended, so that a service started later can know.

Run as `python -m polyglot_trainer.launcher ATTEMPT_FOLDER COMMAND…`. Only the standard library: it must start fast.
"""

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

from polyglot_trainer.clock import timestamp
from polyglot_trainer.oom_counter import oom_kills
from polyglot_trainer.process import identity
from polyglot_trainer.run_folder import AttemptFolder, write_json

SUPERSEDED = 75


def main(argv: list[str]) -> int:
    attempt = AttemptFolder(Path(argv[0]))
    # Whoever holds the lock is the attempt's one launcher: a start repeated after a crash changes nothing.
    lock = os.open(attempt.lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return SUPERSEDED
    if attempt.exit.exists() or attempt.launcher.exists():
        return SUPERSEDED
    # A handler, not SIG_IGN: the group gets the signal, the worker acts on it, the launcher waits for the end.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR2):
        signal.signal(number, lambda *_: None)
    before = oom_kills()
    write_json(attempt.launcher, {**identity(os.getpid()), "host": os.uname().nodename})
    code, number = _run(argv[1:])
    record = {"code": code, "signal": number, "oomKills": _more(before, oom_kills()), "endedAt": timestamp()}
    write_json(attempt.exit, record)
    return 128 + number if number else code


def _run(command: list[str]) -> tuple[int | None, int | None]:
    """Exit code and signal of the command, one of them None."""
    try:
        worker = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except OSError as cause:
        print(f"The worker could not be started: {cause}", file=sys.stderr, flush=True)
        return 127, None
    code = worker.wait()
    return (None, -code) if code < 0 else (code, None)


def _more(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
