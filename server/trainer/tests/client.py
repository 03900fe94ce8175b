"""A client of the trainer protocol for tests: one socket, answers by id, notifications kept in order."""

import contextlib
import hashlib
import json
import time
import uuid

from websockets.sync.client import connect

SUBPROTOCOL = "polyglot-trainer.v1+json"


class RpcFailure(Exception):
    def __init__(self, error: dict):
        super().__init__(f"{error['data']['code']}: {error['message']}")
        self.code = error["data"]["code"]
        self.data = error["data"]


class Client:
    def __init__(self, url: str, token: str, *, initialize=True, resume=(), log_epoch=None, **options):
        headers = {"Authorization": f"Bearer {token}"}
        options = {"subprotocols": [SUBPROTOCOL], "compression": None, "max_size": 4 * 1024**2, **options}
        self._stack = contextlib.ExitStack()
        self.socket = self._stack.enter_context(connect(url, additional_headers=headers, proxy=None, **options))
        self.notifications: list[dict] = []
        self.frames: list[bytes] = []
        self._id = 0
        if initialize:
            self.hello = self.call(
                "initialize",
                client={"name": "tests", "version": "1"},
                protocol="1.0",
                logEpoch=log_epoch,
                resume=list(resume),
            )

    def call(self, method: str, /, **params) -> dict:
        return self.wait(self.send(method, **params))

    def send(self, method: str, /, **params) -> int:
        self._id += 1
        self.socket.send(json.dumps({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params}))
        return self._id

    def wait(self, id: int | None, timeout: float = 30) -> dict:
        while True:
            message = self.receive(timeout)
            if message is not None and message.get("id") == id and "method" not in message:
                if "error" in message:
                    raise RpcFailure(message["error"])
                return message["result"]

    def receive(self, timeout: float = 30) -> dict | None:
        raw = self.socket.recv(timeout=timeout)
        if isinstance(raw, bytes):
            self.frames.append(raw)
            return None
        message = json.loads(raw)
        if "method" in message:
            self.notifications.append(message)
        return message

    def events(self, run_id: str) -> list[dict]:
        """What has arrived so far, in order."""
        return [
            one["params"] for one in self.notifications if one["method"] == "event" and one["params"]["runId"] == run_id
        ]

    def until(self, condition, timeout: float = 30):
        """Receives until `condition()` gives something."""
        end = time.monotonic() + timeout
        while not (found := condition()):
            self.receive(end - time.monotonic())
        return found

    def until_state(self, run_id: str, *wanted: str, timeout: float = 30) -> dict:
        def look():
            said = [one["data"] for one in self.events(run_id) if one["type"] == "run.state"]
            return said[-1] if said and said[-1]["state"] in wanted else None

        return self.until(look, timeout)

    def upload(self, content: bytes, kind: str = "sft-jsonl", frame: int = 262_144) -> str:
        digest = hashlib.sha256(content).hexdigest()
        begun = self.call("datasets.begin", sha256=digest, bytes=len(content), kind=kind, name="test")
        if not begun["exists"]:
            for offset in range(begun["offset"], len(content), frame):
                self.frame(begun["uploadId"], offset, content[offset : offset + frame])
            self.call("datasets.commit", uploadId=begun["uploadId"])
        return digest

    def frame(self, upload_id: str, offset: int, payload: bytes) -> None:
        self.socket.send(bytes.fromhex(upload_id) + offset.to_bytes(8, "big") + payload)

    def launch(self, orders: dict | None = None, *, key: str | None = None, spec: dict | None = None, **more) -> dict:
        """A run of the stub worker that follows `orders`."""
        digest = self.upload(stub_rows(orders or {}))
        full = {**basic_spec(digest), **(spec or {})}
        return self.call("runs.launch", idempotencyKey=key or str(uuid.uuid4()), spec=full, **more)["run"]

    def run_to_end(self, orders: dict | None = None, **more) -> tuple[dict, list[dict]]:
        """The last state and every event of a run."""
        run = self.launch(orders, **more)
        self.call("runs.subscribe", runId=run["runId"], afterSeq=0)
        ends = ("succeeded", "failed", "cancelled", "interrupted", "lost")
        return self.until_state(run["runId"], *ends), self.events(run["runId"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()


def stub_rows(orders: dict) -> bytes:
    rows = [{"prompt": "Hallo", "response": "Guten Tag", "stub": orders}, {"prompt": "Und?", "response": "Nichts."}]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def basic_spec(sha256: str) -> dict:
    return {"specVersion": 1, "model": {"id": "tiny"}, "template": "llama3-chat", "data": {"sha256": sha256}}


def key() -> str:
    return str(uuid.uuid4())
