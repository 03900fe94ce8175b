"""The numbers of the trainer protocol: limits, deadlines and close codes (§1, §2, §8)."""

from dataclasses import asdict, dataclass

PROTOCOL_VERSION = "1.0"
SUBPROTOCOL = "polyglot-trainer.v1+json"
RPC_PATH = "/v1/rpc"
DEFAULT_PORT = 8917

FRAME_HEADER_BYTES = 24
PROGRESS_EVERY = 8
PING_EVERY_S = 20
UPLOAD_KEPT_S = 24 * 3600
TOMBSTONE_S = 300
FULL_PREFLIGHT_S = 240
PAGE_EVENTS = 200

CLOSE_SHUTTING_DOWN = 1001
CLOSE_PROTOCOL = 1002
CLOSE_BAD_BINARY = 1003
CLOSE_FAULT = 1011
CLOSE_NOT_INITIALIZED = 4400
CLOSE_REVOKED = 4401
CLOSE_VERSION = 4406
CLOSE_SLOW = 4408
CLOSE_FLOODING = 4429


@dataclass(frozen=True)
class Deadlines:
    """How long the server waits for a client; the protocol's numbers, shorter in tests."""

    initializeS: float = 10
    sendS: float = 60


@dataclass(frozen=True)
class Limits:
    """Published as `capabilities.limits` under these names."""

    inboundMessageBytes: int = 1_048_576
    outboundMessageBytes: int = 1_048_576
    eventBytes: int = 65_536
    frameBytes: int = 262_144
    connections: int = 8
    subscriptions: int = 32
    inFlight: int = 32
    requestsPerS: int = 20
    burst: int = 100
    launchesPerMinute: int = 30
    inboundQueue: int = 16
    jsonDepth: int = 32
    jsonValues: int = 20_000
    uploads: int = 4
    datasetBytes: int = 2 * 1024**3
    rowBytes: int = 1_048_576
    storeBytes: int = 20 * 1024**3

    def published(self) -> dict[str, int]:
        return asdict(self)
