"""The tokens of a server. Only their SHA-256 is kept; comparing takes the same time for each."""

import base64
import hashlib
import hmac
import secrets

from polyglot_trainer.clock import timestamp
from polyglot_trainer.store.database import Database


class Tokens:
    def __init__(self, db: Database):
        self._db = db

    def add(self, name: str) -> str:
        """A new token, shown once. Raises ValueError for a name that is taken."""
        token = "plt_" + base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        if self._db.one("SELECT 1 FROM tokens WHERE name = ?", name):
            raise ValueError(f"There is a token named {name!r} already. Revoke it first or take another name.")
        self._db.run("INSERT INTO tokens VALUES (?,?,?)", name, _digest(token), timestamp())
        return token

    def name_of(self, token: str) -> str | None:
        """Whose token this is; None for an unknown or revoked one."""
        digest, found = _digest(token), None
        for row in self._db.all("SELECT name, sha256 FROM tokens"):
            if hmac.compare_digest(row["sha256"], digest):
                found = row["name"]
        return found

    def names(self) -> list[tuple[str, str]]:
        return [(row["name"], row["created_at"]) for row in self._db.all("SELECT * FROM tokens ORDER BY name")]

    def revoke(self, name: str) -> bool:
        return self._db.run("DELETE FROM tokens WHERE name = ?", name) == 1


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
