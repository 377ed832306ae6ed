"""A Slurm of one's own: munged, slurmctld and slurmd on this machine, on free ports.

    cluster = slurm.Slurm(cpus=4)
    cluster.command("sinfo")
    cluster.wait(["17", "18"])      # until these jobs are done
    cluster.tasks("17")             # {task: (state, exit status)}
    cluster.stop()

No control groups, no accounting, no other user: whoever starts it may do everything in it. The node
claims more processors than there may be, so that tasks overlap.
"""

import getpass
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest

from harness import program
from services.process import Server, free_ports

CONFIG = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller_port}
SlurmdPort={node_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
MinJobAge=3600
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} Sockets=1 CoresPerSocket={cpus} ThreadsPerCore=1 RealMemory=100000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def daemon(name):
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        raise unittest.SkipTest(f"{name} is not installed: apt-get install slurm-wlm")
    return found


class Slurm:
    def __init__(self, cpus=4):
        programs = [daemon(name) for name in ("munged", "slurmctld", "slurmd")]
        self.folder = program.Folder(public=True)
        path = self.folder.path
        for name in ("state", "spool"):
            (path / name).mkdir(mode=0o755)
        key = path / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        ports = free_ports(2)
        self.config = path / "slurm.conf"
        self.config.write_text(CONFIG.format(
            host=socket.gethostname().split(".")[0], user=getpass.getuser(), folder=path,
            controller_port=ports[0], node_port=ports[1], cpus=cpus))
        self.env = {**os.environ, "SLURM_CONF": str(self.config)}
        self.servers = []
        munge = [programs[0], "--foreground", "--force", f"--key-file={key}",
                 f"--socket={path}/munge.socket", f"--pid-file={path}/munge.pid",
                 f"--log-file={path}/munge.log", f"--seed-file={path}/munge.seed"]
        try:
            self.start(munge, "munged", lambda: (path / "munge.socket").exists())
            self.start([programs[1], "-D", "-c"], "slurmctld", self.controller_answers)
            self.start([programs[2], "-D"], "slurmd", self.node_is_idle)
        except Exception:
            self.stop()
            raise

    def start(self, command, name, ready):
        server = Server(command, self.folder.path / f"{name}.out", env=self.env)
        self.servers.append(server)
        server.wait_until(ready, name, seconds=30)

    def controller_answers(self):
        return subprocess.run(["scontrol", "ping"], env=self.env, check=False,
                              capture_output=True).returncode == 0

    def node_is_idle(self):
        return "idle" in self.command("sinfo", "-h", "-o", "%t")

    def command(self, *arguments, env=None):
        done = subprocess.run([str(a) for a in arguments], env={**self.env, **(env or {})},
                              check=False, text=True, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stderr}")
        return done.stdout

    def wait(self, jobs, seconds=300, meanwhile=lambda: time.sleep(0.1)):
        """Until the jobs are done; calls `meanwhile` again and again."""
        deadline = time.monotonic() + seconds
        while self.command("squeue", "-h", "-o", "%i", "-j", ",".join(jobs)).strip():
            if time.monotonic() > deadline:
                raise RuntimeError("jobs are not done:\n" + self.command("squeue"))
            meanwhile()

    def tasks(self, job):
        """Every task of a job: {number: (state, exit status)}."""
        found = {}
        for line in self.command("scontrol", "show", "job", "-o", job).splitlines():
            number = re.search(r"ArrayTaskId=(\d+)", line)
            state = re.search(r"JobState=(\w+)", line)[1]
            status = int(re.search(r"ExitCode=(\d+):", line)[1])
            found[int(number[1]) if number else -1] = (state, status)
        return found

    @staticmethod
    def programs(name, argument):
        """Pids of running programs of that path with that argument."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except (OSError, UnicodeDecodeError):
                continue
            if words[0] == str(name) and str(argument) in words:
                found.append(int(entry.name))
        return found

    def stop(self):
        for server in reversed(self.servers):
            server.stop(signal.SIGTERM)
        self.folder.remove()
