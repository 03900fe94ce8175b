"""Starts, kills and starts again a real `polyglot-trainer serve` for tests."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from client import Client

STUB = Path(__file__).with_name("stub_worker.py")
SOURCE = str(Path(__file__).parent.parent)


class TrainerProcess:
    """One data folder, one service at a time. `toml` is added to a basic trainer.toml."""

    def __init__(
        self,
        folder: Path,
        toml: str = "",
        command: list[str] | None = None,
        env: dict[str, str] | None = None,
        server: str = "",
    ):
        self.folder = folder
        self._env = env or {}
        self.config = folder / "trainer.toml"
        worker = command or [sys.executable, str(STUB)]
        more = f", {server}" if server else ""
        self.config.write_text(
            f'server = {{ bind = "127.0.0.1:0", data = "data"{more} }}\n'
            f"worker = {{ command = {json.dumps(worker)} }}\n"
            f'{toml}\n[[model]]\nid = "tiny"\nfolder = "models/tiny"\nparameters = 7\n'
        )
        self.process: subprocess.Popen | None = None
        self.token = self.cli("token", "add", "test").stdout.strip()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def cli(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "polyglot_trainer", *arguments, "--config", str(self.config)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment())

    def start(self) -> "TrainerProcess":
        command = [sys.executable, "-m", "polyglot_trainer", "serve", "--config", str(self.config)]
        with open(self.folder / "service.log", "ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**environment(), **self._env},
                start_new_session=True,
            )
        line = _first_line(self.process)
        if not line.startswith("listening "):
            raise AssertionError(f"The service did not start: {(self.folder / 'service.log').read_text()[-3000:]}")
        self.url = line.split()[1] + "/v1/rpc"
        return self

    def connect(self, **options) -> Client:
        return Client(self.url, self.token, **options)

    def kill(self) -> None:
        """SIGKILL of the service alone; its workers live on."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(30)

    def end(self) -> None:
        """Ends the service and whatever a run has left, by the identity in the run folders."""
        if self.process and self.process.poll() is None:
            self.stop()
        for path in self.data.glob("runs/*/attempt-*/launcher.json"):
            pid = json.loads(path.read_text())["pid"]
            if f"{path.parent}".encode() in _command_line(pid):
                os.killpg(pid, signal.SIGKILL)


def environment() -> dict:
    return {**os.environ, "PYTHONPATH": SOURCE, "PYTHONUNBUFFERED": "1"}


def _first_line(process: subprocess.Popen, timeout: float = 30) -> str:
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(process.stdout.readline()), daemon=True)
    reader.start()
    reader.join(timeout)
    return found[0] if found else ""


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
