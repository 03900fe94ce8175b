"""The life of the service process: one per data folder, until it is told to stop."""

import asyncio
import fcntl
import logging
import os
from pathlib import Path

from polyglot_trainer.config import Config, ConfigError
from polyglot_trainer.gateway.server import Gateway
from polyglot_trainer.gpus import list_gpus
from polyglot_trainer.service import Service

_log = logging.getLogger("polyglot_trainer")


async def serve_forever(config: Config, stop: asyncio.Event, *, insecure: bool = False) -> None:
    """Runs go on when this returns or is killed; the next service finds them."""
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = _lock(config.data / "service.lock")
    service = Service(config, list_gpus())
    gateway = Gateway(service)

    def ready(port: int, is_tls: bool) -> None:
        scheme = "wss" if is_tls else "ws"
        # Said on stdout once, for whoever starts the service and asked for port 0.
        print(f"listening {scheme}://{config.host}:{port}", flush=True)

    work = asyncio.create_task(service.run())
    serving = asyncio.create_task(gateway.run(stop, insecure=insecure, ready=ready))
    try:
        done, _ = await asyncio.wait({work, serving}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (work, serving):
            task.cancel()
        await asyncio.gather(work, serving, return_exceptions=True)
        service.close()
        os.close(lock)


def _lock(path: Path) -> int:
    """Two services on one data folder would start runs twice."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as cause:
        os.close(descriptor)
        raise ConfigError(f"{path.parent}: another service is using this data folder.") from cause
    return descriptor
