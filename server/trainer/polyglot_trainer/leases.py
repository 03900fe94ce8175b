"""One run per set of devices; the others wait, first come first served (trainer.md §2)."""

from polyglot_trainer.store.database import Database


class Leases:
    """`devices` are the indices of GPUs, or names of places for runs where there is none."""

    def __init__(self, db: Database, devices: list[str]):
        self._db = db
        self.devices = devices

    def held(self, run_id: str) -> tuple[str, ...]:
        rows = self._db.all("SELECT device FROM leases WHERE run_id = ? ORDER BY device", run_id)
        return tuple(row["device"] for row in rows)

    def take(self, run_id: str, count: int) -> tuple[str, ...] | None:
        """Devices for the run, the same when asked again; None while too few are free."""
        with self._db.transaction():
            held = self.held(run_id)
            if held:
                return held
            taken = {row["device"] for row in self._db.all("SELECT device FROM leases")}
            free = [device for device in self.devices if device not in taken]
            if len(free) < max(1, count):
                return None
            chosen = tuple(free[: max(1, count)])
            for device in chosen:
                self._db.run("INSERT INTO leases VALUES (?,?)", device, run_id)
            return chosen

    def free(self, run_id: str) -> None:
        self._db.run("DELETE FROM leases WHERE run_id = ?", run_id)
