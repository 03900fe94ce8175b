"""Sends a piece of an artifact as binary frames, then the answer (`artifacts.read`, §6)."""

import asyncio

from polyglot_trainer.errors import TrainerError
from polyglot_trainer.limits import FRAME_HEADER_BYTES
from polyglot_trainer.service import Service


async def read_artifact(service: Service, connection, params: dict) -> dict:
    found = service.artifact_path(params["sha256"])
    if found is None:
        raise TrainerError("artifact_missing", "No run of this trainer has this file.")
    path, size = found
    offset = params["offset"]
    if offset >= size:
        raise TrainerError("range_invalid", f"The file has {size} bytes.")
    end = min(offset + params["length"], size)
    transfer, frame = bytes.fromhex(params["transferId"]), service.config.limits.frameBytes
    with open(path, "rb") as file:
        file.seek(offset)
        for at in range(offset, end, frame):
            payload = await asyncio.to_thread(file.read, min(frame, end - at))
            if not payload:
                raise TrainerError("artifact_missing", "The file has become shorter.")
            header = transfer + at.to_bytes(FRAME_HEADER_BYTES - len(transfer), "big")
            await connection.send(header + payload)
    length = end - offset
    return {"sha256": params["sha256"], "bytes": size, "offset": offset, "length": length, "eof": end == size}
