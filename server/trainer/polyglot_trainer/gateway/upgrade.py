"""Decides about an upgrade request, in the protocol's order: path, Origin, token, room, subprotocol (§1)."""

import asyncio
import http

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from polyglot_trainer.gateway.rates import Window
from polyglot_trainer.limits import RPC_PATH, SUBPROTOCOL
from polyglot_trainer.store.tokens import Tokens

_FREE_FAILURES = 5
_FAILURE_WINDOW_S = 60
_FAILURE_DELAY_S = 1
# Addresses whose failures are remembered at the same time; the oldest are forgotten.
_ADDRESSES = 10_000
_RETRY_AFTER_S = 5


class Upgrade:
    """The `process_request` hook. A good connection gets the name of its token as `token_name`."""

    def __init__(self, tokens: Tokens, most_connections: int):
        self._tokens = tokens
        self._most = most_connections
        self._failures: dict[str, Window] = {}
        self._connections: set[ServerConnection] = set()
        self.shutting_down = False

    async def __call__(self, connection: ServerConnection, request: Request) -> Response | None:
        path = request.path.partition("?")[0]
        if path == "/healthz":
            return connection.respond(http.HTTPStatus.OK, "ok\n")
        if path != RPC_PATH:
            return connection.respond(http.HTTPStatus.NOT_FOUND, f"The trainer answers at {RPC_PATH}.\n")
        if request.headers.get_all("Origin"):
            return connection.respond(http.HTTPStatus.FORBIDDEN, "Browsers are not served.\n")
        name = self._name_of(request)
        if name is None:
            await self._punish(connection)
            response = connection.respond(http.HTTPStatus.UNAUTHORIZED, "Send a valid token.\n")
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        if self.shutting_down or self._live() >= self._most:
            response = connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "No room for another connection now.\n")
            response.headers["Retry-After"] = str(_RETRY_AFTER_S)
            return response
        if SUBPROTOCOL not in _offered(request):
            return connection.respond(http.HTTPStatus.BAD_REQUEST, f"This trainer speaks {SUBPROTOCOL}.\n")
        connection.token_name = name
        self._connections.add(connection)
        return None

    def _name_of(self, request: Request) -> str | None:
        values = request.headers.get_all("Authorization")
        scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
        return self._tokens.name_of(token.strip()) if scheme.lower() == "bearer" else None

    async def _punish(self, connection: ServerConnection) -> None:
        """From the 5th failure within a minute on, an address waits for its 401; a good token never does."""
        address = str((connection.remote_address or ("",))[0])
        window = self._failures.pop(address, None) or Window(_FAILURE_WINDOW_S)
        self._failures[address] = window
        while len(self._failures) > _ADDRESSES:
            del self._failures[next(iter(self._failures))]
        if window.add() >= _FREE_FAILURES:
            await asyncio.sleep(_FAILURE_DELAY_S)

    def _live(self) -> int:
        """Connections that are open or about to be; handshakes that failed after this hook are dropped here."""
        self._connections = {one for one in self._connections if not one.transport.is_closing()}
        return len(self._connections)

    def left(self, connection: ServerConnection) -> None:
        self._connections.discard(connection)


def _offered(request: Request) -> list[str]:
    lines = request.headers.get_all("Sec-WebSocket-Protocol")
    return [name.strip() for line in lines for name in line.split(",")]


def choose_subprotocol(_connection, _offered_names) -> str:
    """The hook above has seen that it was offered."""
    return SUBPROTOCOL
