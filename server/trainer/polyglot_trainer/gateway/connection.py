"""One client: its messages in the order they arrive, its subscriptions, its limits (§2, §8)."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from polyglot_trainer import limits as protocol
from polyglot_trainer.errors import TrainerError
from polyglot_trainer.gateway.handlers import Handlers, greeting
from polyglot_trainer.gateway.rates import TokenBucket, Window
from polyglot_trainer.gateway.subscriptions import follow
from polyglot_trainer.methods import Request, check_params, read_request
from polyglot_trainer.service import Service
from polyglot_trainer.states import FINAL
from polyglot_trainer.strict_json import encode

# These read or hash much; the others are answered before the next message is taken up.
_SLOW = {"datasets.commit", "artifacts.read", "logs.read", "server.preflight"}
_UNPARSABLE = 3
_REFUSALS, _REFUSAL_WINDOW_S = 1000, 60

_log = logging.getLogger("polyglot_trainer")


class Connection:
    def __init__(self, service: Service, socket: ServerConnection, launches: Window):
        self._service, self._socket, self._launches = service, socket, launches
        self._limits, self._deadlines = service.config.limits, service.config.deadlines
        self._handlers = Handlers(service)
        self._bucket = TokenBucket(self._limits.requestsPerS, self._limits.burst)
        self._refusals = Window(_REFUSAL_WINDOW_S)
        self._subscriptions: dict[str, asyncio.Task] = {}
        self._starts: list[Callable[[], None]] = []
        self._slow: set[asyncio.Task] = set()
        self._unparsable = 0
        self.initialized = False
        # A notice that this client has not taken yet; further ones are left out for it.
        self.has_waiting_notice = False

    async def serve(self) -> None:
        deadline = asyncio.create_task(self._expect_initialize())
        try:
            async for message in self._socket:
                await (self._text(message) if isinstance(message, str) else self._binary(message))
        except ConnectionClosed:
            pass
        except Exception:
            _log.exception("A connection was ended by a fault of the server.")
            await self._socket.close(protocol.CLOSE_FAULT, "server fault")
        finally:
            for task in (deadline, *self._slow, *self._subscriptions.values()):
                task.cancel()
            self._service.uploads.left(self)

    async def _expect_initialize(self) -> None:
        await asyncio.sleep(self._deadlines.initializeS)
        if not self.initialized:
            await self._socket.close(protocol.CLOSE_NOT_INITIALIZED, "no initialize")

    # Out

    async def send(self, message: str | bytes) -> None:
        """Waits until the socket takes it; a peer that takes nothing for a minute is dropped."""
        try:
            async with asyncio.timeout(self._deadlines.sendS):
                await self._socket.send(message)
        except TimeoutError:
            # Closing in good manners would wait for the same peer: the TCP connection is cut.
            self._socket.transport.abort()
            raise

    async def notify(self, method: str, params: dict) -> None:
        await self.send(encode({"jsonrpc": "2.0", "method": method, "params": params}))

    async def _reply(self, id: int | None, part: dict) -> None:
        await self.send(encode({"jsonrpc": "2.0", "id": id, **part}))

    # In

    async def _text(self, message: str) -> None:
        try:
            request = read_request(message, self._limits)
        except TrainerError as error:
            await self._reply(None, {"error": error.encode()})
            self._unparsable += error.code == "parse_error"
            if self._unparsable >= _UNPARSABLE:
                await self._socket.close(protocol.CLOSE_PROTOCOL, "unparsable messages")
            return
        try:
            await self._admit(request)
        except TrainerError as error:
            await self._reply(request.id, {"error": error.encode()})
            if error.code == "rate_limited" and self._refusals.add() >= _REFUSALS:
                await self._socket.close(protocol.CLOSE_FLOODING, "flooding")
            return
        if request.method in _SLOW:
            task = asyncio.create_task(self._answer(request))
            self._slow.add(task)
            task.add_done_callback(self._slow.discard)
        else:
            await self._answer(request)

    async def _admit(self, request: Request) -> None:
        """Order of checks: initialised, known method, params, then how often and how many."""
        wait = self._bucket.take()
        if wait is not None:
            raise TrainerError("rate_limited", "Too many requests.", retryAfterS=wait)
        if not self.initialized and request.method != "initialize":
            raise TrainerError("not_initialized", "Send initialize first.")
        if self.initialized and request.method == "initialize":
            raise TrainerError("already_initialized", "This connection is initialised.")
        check_params(request.method, request.params)
        if len(self._slow) >= self._limits.inFlight:
            raise TrainerError("rate_limited", "Too many requests at the same time.", retryAfterS=1)

    async def _answer(self, request: Request) -> None:
        self._starts = [] if request.method not in _SLOW else self._starts
        try:
            if request.method == "initialize":
                result = await self._initialize(request.params)
            else:
                result = await self._handlers.table[request.method](self, request.params)
        except TrainerError as error:
            await self._reply(request.id, {"error": error.encode()})
            if error.code == "protocol_unsupported":
                await self._socket.close(protocol.CLOSE_VERSION, "protocol version")
            return
        except ConnectionClosed:
            return
        except Exception:
            _log.exception("%s failed.", request.method)
            fault = TrainerError("internal", "The server failed; its log has the reason. Try again.")
            await self._reply(request.id, {"error": fault.encode()})
            return
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            await self._reply(request.id, {"result": result})
            # Events of a subscription follow the answer that opened it.
            if request.method not in _SLOW:
                for start in self._starts:
                    start()

    async def _binary(self, frame: bytes) -> None:
        size = len(frame) - protocol.FRAME_HEADER_BYTES
        if not self.initialized or not 1 <= size <= self._limits.frameBytes:
            await self._socket.close(protocol.CLOSE_BAD_BINARY, "bad binary message")
            return
        upload_id, offset = frame[:16].hex(), int.from_bytes(frame[16:24], "big")
        try:
            progress = self._service.uploads.frame(self, upload_id, offset, frame[protocol.FRAME_HEADER_BYTES :])
        except OSError:
            _log.exception("A frame could not be stored.")
            await self._socket.close(protocol.CLOSE_FAULT, "disk full")
            return
        if progress:
            await self.notify("datasets.progress", progress)

    # What handlers ask of a connection

    def may_launch(self) -> None:
        """Raises `rate_limited` when this token launches too often."""
        most = self._limits.launchesPerMinute
        wait = self._launches.wait_s(most)
        if wait > 0:
            raise TrainerError("rate_limited", f"{most} launches a minute are allowed.", retryAfterS=wait)
        self._launches.add()

    def subscribe(self, run_id: str, after: int) -> None:
        """Takes effect when the answer has been sent."""
        if run_id not in self._subscriptions and len(self._subscriptions) >= self._limits.subscriptions:
            message = f"{self._limits.subscriptions} subscriptions are allowed on a connection."
            raise TrainerError("too_many_subscriptions", message)
        self.unsubscribe(run_id)
        # A place is taken at once: many may be opened by one request.
        started = asyncio.Event()
        task = asyncio.create_task(self._follow(run_id, after, started))
        self._subscriptions[run_id] = task
        self._starts.append(started.set)

    def unsubscribe(self, run_id: str) -> None:
        task = self._subscriptions.pop(run_id, None)
        if task:
            task.cancel()

    async def _follow(self, run_id: str, after: int, started: asyncio.Event) -> None:
        try:
            await started.wait()
            await follow(self._service.runs, self._service.changes, run_id, after, self.send)
        except (ConnectionClosed, TimeoutError):
            pass
        finally:
            if self._subscriptions.get(run_id) is asyncio.current_task():
                del self._subscriptions[run_id]

    async def _initialize(self, params: dict) -> dict:
        major, _, minor = params["protocol"].partition(".")
        own_major, _, own_minor = protocol.PROTOCOL_VERSION.partition(".")
        if major != own_major:
            message = f"This trainer speaks {protocol.PROTOCOL_VERSION}."
            raise TrainerError("protocol_unsupported", message, supported=[protocol.PROTOCOL_VERSION])
        self.initialized = True
        answer = greeting(self._service)
        knows_log = params["logEpoch"] in (None, answer["logEpoch"])
        resumed = [self._resume(entry) for entry in params["resume"]] if knows_log else []
        return {**answer, "protocol": f"{own_major}.{min(int(minor), int(own_minor))}", "resumed": resumed}

    def _resume(self, entry: dict) -> dict:
        run_id = entry["runId"]
        try:
            row = self._service.runs.row(run_id)
        except KeyError:
            return {"runId": run_id, "lastSeq": 0, "final": False, "error": "not_found"}
        known = {"runId": run_id, "lastSeq": row["last_seq"], "final": row["state"] in FINAL}
        if entry["afterSeq"] > row["last_seq"]:
            return {**known, "error": "cursor_ahead"}
        try:
            self.subscribe(run_id, entry["afterSeq"])
        except TrainerError as error:
            return {**known, "error": error.code}
        return known
