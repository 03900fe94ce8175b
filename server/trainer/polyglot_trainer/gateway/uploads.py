"""Takes the frames of an upload in order, and says how far it has come (§6)."""

from dataclasses import dataclass

from polyglot_trainer.limits import PROGRESS_EVERY
from polyglot_trainer.store.datasets import Datasets


@dataclass
class _Open:
    owner: object
    bytes: int
    stored: int
    frames: int = 0
    refused: bool = False


class Uploads:
    """Open uploads of all connections; the connection that called `begin` last owns one."""

    def __init__(self, datasets: Datasets):
        self._datasets = datasets
        self._open: dict[str, _Open] = {}

    def opened(self, upload_id: str, owner: object, size: int, stored: int) -> None:
        self._open[upload_id] = _Open(owner, size, stored)

    def count(self, owner: object) -> int:
        return sum(1 for upload in self._open.values() if upload.owner is owner)

    def owns(self, upload_id: str, owner: object) -> bool:
        upload = self._open.get(upload_id)
        return upload is not None and upload.owner is owner

    def close(self, upload_id: str) -> None:
        self._open.pop(upload_id, None)

    def left(self, owner: object) -> None:
        for upload_id in [key for key, upload in self._open.items() if upload.owner is owner]:
            del self._open[upload_id]

    def frame(self, owner: object, upload_id: str, offset: int, payload: bytes) -> dict | None:
        """Stores a frame; the `datasets.progress` to send, or None when none is due."""
        upload = self._open.get(upload_id)
        if upload is None:
            known = self._datasets.upload(upload_id)
            stored = self._datasets.stored(upload_id) if known else 0
            return _progress(upload_id, stored, "not_owner" if known else "unknown_upload")
        if upload.owner is not owner:
            return _progress(upload_id, upload.stored, "not_owner")
        if offset != upload.stored:
            return self._refuse(upload, upload_id, "offset_mismatch")
        if offset + len(payload) > upload.bytes:
            return self._refuse(upload, upload_id, "too_long")
        self._datasets.store(upload_id, offset, payload)
        upload.stored += len(payload)
        upload.frames += 1
        upload.refused = False
        if upload.frames % PROGRESS_EVERY == 0 or upload.stored == upload.bytes:
            self._datasets.touch(upload_id)
            return _progress(upload_id, upload.stored)
        return None

    def _refuse(self, upload: _Open, upload_id: str, error: str) -> dict | None:
        """Said once; further frames are dropped silently until one carries the stored offset."""
        if upload.refused:
            return None
        upload.refused = True
        return _progress(upload_id, upload.stored, error)


def _progress(upload_id: str, offset: int, error: str | None = None) -> dict:
    progress = {"uploadId": upload_id, "offset": offset}
    return {**progress, "error": error} if error else progress
