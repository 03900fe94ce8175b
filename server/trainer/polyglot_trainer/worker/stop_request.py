"""Whether the run was asked to stop: by a signal, or by a flag file where signals do not arrive (trainer.md §3)."""

import signal

from polyglot_trainer.run_folder import RunFolder


class StopRequest:
    def __init__(self, folder: RunFolder):
        self._folder = folder
        self._signalled = False

    def listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)

    def _note(self, *_) -> None:
        self._signalled = True

    def is_made(self) -> bool:
        return self._signalled or self._folder.cancel.exists()
