"""A one-node Slurm cluster from Debian's packages, unpacked and not installed, for as long as a test runs."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

PACKAGES = [
    "slurmctld",
    "slurmd",
    "slurm-client",
    "slurm-wlm-basic-plugins",
    "munge",
    "libmunge2",
    "libhwloc15",
    "libjansson4",
    "libfreeipmi17",
    "libipmimonitoring6",
    "librrd8",
    "libhttp-parser2.9",
    "libjwt0",
    "liblua5.1-0",
    "liblz4-1",
    "libnuma1",
    "libpmix2",
    "librdkafka1",
    "libyaml-0-2",
    "libevent-core-2.1-7",
    "libevent-pthreads-2.1-7",
    "libdbus-1-3",
]
# For clusters that share no file system with the service.
RSYNC_PACKAGES = ["rsync", "libpopt0", "libxxhash0"]
CONFIG = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
SlurmctldPort={port}
SlurmdPort={port2}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
PluginDir={plugins}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
MinJobAge=20
KillWait=5
SchedulerParameters=sched_interval=1,batch_sched_delay=0
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=60 State=UP
"""


class Unavailable(Exception):
    """Why there is no cluster; printed as the reason of the skip."""


def unpack(cache: Path, packages: list[str] = PACKAGES) -> Path:
    """The packages' files under one root, kept for the next time."""
    root = cache / "root"
    if (cache / "complete").exists():
        return root
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise Unavailable("apt is not on this machine")
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(parents=True)
    for package in packages:
        done = subprocess.run(["apt-get", "download", package], cwd=cache, capture_output=True, text=True, timeout=120)
        if done.returncode != 0 and package in packages[:5]:
            raise Unavailable(f"apt has no {package}: {done.stderr.strip()[-200:]}")
    for path in cache.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", path, root], check=True, timeout=60)
    (cache / "complete").touch()
    return root


def rsync_command(cache: Path) -> list[str]:
    """The machine's own rsync, or Debian's, unpacked."""
    found = shutil.which("rsync")
    if found:
        return [found, "-a"]
    root = unpack(cache, RSYNC_PACKAGES)
    libraries = ":".join(str(path) for path in root.glob("usr/lib/*") if path.is_dir())
    return ["env", f"LD_LIBRARY_PATH={libraries}", str(root / "usr/bin/rsync"), "-a"]


class Cluster:
    def __init__(self, folder: Path, root: Path):
        self.folder, self._root = folder, root
        self._processes: list[subprocess.Popen] = []
        plugins = next(root.glob("usr/lib/*/slurm-wlm"), None)
        if plugins is None:
            raise Unavailable("the packages hold no Slurm plugins")
        libraries = plugins.parent
        host = socket.gethostname().split(".")[0]
        known = {"host": host, "user": _user(), "folder": folder, "plugins": plugins, "cpus": os.cpu_count()}
        config = CONFIG.format(port=_free_port(), port2=_free_port(), **known)
        (folder / "slurm.conf").write_text(config)
        for name in ("state", "spool"):
            (folder / name).mkdir()
        self.environment = {
            **os.environ,
            "SLURM_CONF": str(folder / "slurm.conf"),
            "LD_LIBRARY_PATH": f"{libraries}:{plugins}",
            "PATH": f"{root}/usr/bin:{root}/usr/sbin:{os.environ['PATH']}",
        }

    def start(self) -> "Cluster":
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        self.folder.chmod(0o711)
        munge = ["munged", "-F", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.socket"]
        places = {"pid": "pid-file", "log": "log-file", "seed": "seed-file"}
        self._spawn([*munge, *(f"--{option}={self.folder}/munge.{end}" for end, option in places.items())])
        self._wait(lambda: (self.folder / "munge.socket").exists(), "munged")
        self._spawn(["slurmctld-wlm", "-D"])
        stepd = f"{self._root}/usr/sbin/slurmstepd-wlm"
        self._spawn(["slurmd-wlm", "-D", "-d", stepd, "-N", socket.gethostname().split(".")[0]])
        self._wait(lambda: "idle" in self.run("sinfo", "-h", "-o", "%T").stdout, "the node")
        return self

    def run(self, *command: str) -> subprocess.CompletedProcess:
        path = shutil.which(command[0], path=self.environment["PATH"])
        words = [path, *command[1:]]
        return subprocess.run(words, capture_output=True, text=True, timeout=30, env=self.environment)

    def _spawn(self, command: list[str]) -> None:
        path = shutil.which(command[0], path=self.environment["PATH"])
        with open(self.folder / f"{command[0]}.out", "wb") as log:
            process = subprocess.Popen([path, *command[1:]], stdout=log, stderr=log, env=self.environment)
        self._processes.append(process)

    def _wait(self, condition, what: str) -> None:
        end = time.monotonic() + 40
        while not condition():
            dead = [one.args[0] for one in self._processes if one.poll() is not None]
            if dead or time.monotonic() > end:
                self.stop()
                tails = [path.read_text(errors="replace")[-600:] for path in self.folder.glob("*.out")]
                raise Unavailable(f"{what} did not come up ({dead}): {' | '.join(tails)}")
            time.sleep(0.2)

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
