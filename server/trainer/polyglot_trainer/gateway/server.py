"""Listens, greets and says goodbye: the websocket server around the service (§1)."""

import asyncio
import contextlib
import logging
import ssl

from websockets.asyncio.server import ServerConnection, serve

from polyglot_trainer import limits as protocol
from polyglot_trainer.config import Config, ConfigError
from polyglot_trainer.gateway.connection import Connection
from polyglot_trainer.gateway.rates import Window
from polyglot_trainer.gateway.upgrade import Upgrade, choose_subprotocol
from polyglot_trainer.service import Service

_NOTICE_EVERY_S = 1
_REVOKED_EVERY_S = 1
_NOTICED_RUNS = 1000

_log = logging.getLogger("polyglot_trainer")


class Gateway:
    def __init__(self, service: Service):
        self._service = service
        limits = service.config.limits
        self._upgrade = Upgrade(service.tokens, limits.connections)
        self._connections: dict[ServerConnection, Connection] = {}
        # Launches are counted per token, whichever connection they come by.
        self._launches: dict[str, Window] = {}
        self._changed: set[str] = set()
        self._notices: set[asyncio.Task] = set()
        service.changes.listeners.append(self._changed.add)
        service.deleted_listeners.append(self._deleted)

    async def run(self, stop: asyncio.Event, *, insecure: bool = False, ready=None) -> None:
        """Serves until `stop`. Raises ConfigError where listening would not be safe. `ready` is told the port."""
        config = self._service.config
        context = _tls(config, insecure)
        options = {
            "process_request": self._upgrade,
            "select_subprotocol": choose_subprotocol,
            "subprotocols": [protocol.SUBPROTOCOL],
            "compression": None,
            "max_size": config.limits.inboundMessageBytes,
            "max_queue": config.limits.inboundQueue,
            "ping_interval": protocol.PING_EVERY_S,
            "ping_timeout": protocol.PING_EVERY_S,
            "close_timeout": 5,
            "server_header": None,
            "ssl": context,
        }
        async with serve(self._handle, config.host, config.port, **options) as server:
            port = server.sockets[0].getsockname()[1]
            if ready:
                ready(port, context is not None)
            tasks = [asyncio.create_task(work()) for work in (self._tell_changes, self._drop_revoked)]
            try:
                await stop.wait()
            finally:
                for task in tasks:
                    task.cancel()
                await self._say_goodbye()

    async def _handle(self, socket: ServerConnection) -> None:
        launches = self._launches.setdefault(socket.token_name, Window(60))
        connection = Connection(self._service, socket, launches)
        self._connections[socket] = connection
        try:
            await connection.serve()
        finally:
            del self._connections[socket]
            self._upgrade.left(socket)

    async def _tell_changes(self) -> None:
        while True:
            await asyncio.sleep(_NOTICE_EVERY_S)
            if not self._changed:
                continue
            run_ids = sorted(self._changed)
            self._changed.clear()
            for start in range(0, len(run_ids), _NOTICED_RUNS):
                self._notify({"kind": "runsChanged", "runIds": run_ids[start : start + _NOTICED_RUNS]})

    def _deleted(self, run_id: str) -> None:
        for connection in self._connections.values():
            connection.unsubscribe(run_id)
        self._notify({"kind": "runDeleted", "runId": run_id})

    def _notify(self, notice: dict) -> None:
        """To every initialised client that is not waited for by an earlier notice already."""
        for connection in self._connections.values():
            if connection.initialized and not connection.has_waiting_notice:
                task = asyncio.create_task(self._notify_one(connection, notice))
                self._notices.add(task)
                task.add_done_callback(self._notices.discard)

    async def _notify_one(self, connection: Connection, notice: dict) -> None:
        connection.has_waiting_notice = True
        try:
            with contextlib.suppress(Exception):
                await connection.notify("notice", notice)
        finally:
            connection.has_waiting_notice = False

    async def _drop_revoked(self) -> None:
        """Tokens are revoked by another process; the database tells when it wrote."""
        version = self._service.db.version()
        while True:
            await asyncio.sleep(_REVOKED_EVERY_S)
            now = self._service.db.version()
            if now == version:
                continue
            version = now
            names = {name for name, _ in self._service.tokens.names()}
            for socket in [one for one in self._connections if one.token_name not in names]:
                task = asyncio.create_task(socket.close(protocol.CLOSE_REVOKED, "token revoked"))
                self._notices.add(task)
                task.add_done_callback(self._notices.discard)

    async def _say_goodbye(self) -> None:
        self._upgrade.shutting_down = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await asyncio.gather(
                    *(self._notify_one(one, {"kind": "shutdown", "inS": 0}) for one in self._connections.values())
                )
                await asyncio.gather(
                    *(socket.close(protocol.CLOSE_SHUTTING_DOWN, "shutting down") for socket in self._connections)
                )


def _tls(config: Config, insecure: bool) -> ssl.SSLContext | None:
    if config.certificate and config.key:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(config.certificate, config.key)
        return context
    if config.certificate or config.key:
        raise ConfigError("server: give certificate and key, or neither.")
    if not config.is_loopback and not insecure:
        raise ConfigError(
            f"server.bind: {config.host} is not loopback and there is no certificate. Give server.certificate and "
            "server.key, or listen on 127.0.0.1 and use an ssh tunnel."
        )
    return None
