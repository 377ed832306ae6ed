"""What goes wrong in a trial. Each fault is a function (trial) -> Result that runs the program while
it does harm, and counts in trial.injected what it really did; the trial's random numbers come from
its seed, so a trial can be repeated alone.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

from harness import program
from services.postgres import tool

from campaign.s3_proxy import FAULTS


def kill(trial):
    """kill -9 at a random moment."""
    process = trial.start()
    time.sleep(trial.random.uniform(0.02, 0.95) * trial.seconds)
    trial.injected += process.poll() is None
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return program.finish(process)


def file_size_limit(trial):
    """No file may grow beyond some bytes, as on a full disk."""
    size = trial.random.choice([0, 4096, trial.random.randrange(1, 200_000)])
    result = trial.run(prefix=("prlimit", f"--fsize={size}"))
    trial.injected += result.status != 0
    trial.expect(result, {0, 73})
    return result


# ---- PostgreSQL ----

def server_restart(trial):
    """The server stops, kindly or at once, and comes back."""
    server = trial.server
    process = trial.start()
    time.sleep(trial.random.uniform(0.05, 1.0) * trial.seconds)
    trial.injected += process.poll() is None
    server.server.stop(trial.random.choice([signal.SIGINT, signal.SIGQUIT]))
    server.start()
    return program.finish(process)


def backend_terminated(trial):
    """An administrator ends the session."""
    process = trial.start()
    ended, deadline = 0, time.monotonic() + trial.seconds * 2
    time.sleep(trial.random.uniform(0, 0.8) * trial.seconds)
    while not ended and process.poll() is None and time.monotonic() < deadline:
        ended = int(trial.server.sql(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity "
            "where usename = 'costs'").strip())
    trial.injected += ended > 0
    return program.finish(process)


def connection_cut(trial):
    """The network cuts the connection after so many bytes."""
    proxy = trial.tcp_proxy
    proxy.arm(trial.random.randrange(1, max(2, trial.bytes_sent)))
    before = proxy.cuts
    result = trial.run(env={"PGPORT": str(proxy.port)})
    trial.injected += proxy.cuts - before
    proxy.arm(None)
    return result


def table_locked(trial):
    """Somebody holds a table for longer than the run waits."""
    table = trial.random.choice(trial.server.sql(trial.place.TABLES).split())
    holder = subprocess.Popen(
        [tool("psql"), "-X", "-q", "-At"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"PATH": os.environ["PATH"], **trial.server.variables("super")})
    holder.stdin.write(f"begin; lock table {table} in access exclusive mode; select 'held';\n")
    holder.stdin.flush()
    holder.stdout.readline()
    result = trial.run(env={"COSTAGG_POSTGRESQL_TIMEOUT": "1s"})
    holder.stdin.close()
    holder.wait()
    trial.injected += 1
    trial.expect(result, {75})
    return result


def statement_timeout(trial):
    """The server's own limit on statements is too short."""
    limit = trial.random.randrange(1, max(2, int(trial.seconds * 300)))
    trial.server.sql(f"alter role costs set statement_timeout = {limit}")
    try:
        result = trial.run()
    finally:
        trial.server.sql("alter role costs reset statement_timeout")
    trial.injected += result.status != 0
    return result


def server_disk_full(trial):
    """The server's disk has only so much room left."""
    disk = trial.server.disk
    free = shutil.disk_usage(disk).free
    room = trial.random.randrange(0, 3 << 20)
    ballast = disk / "ballast"
    with open(ballast, "wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, max(1, free - room))
        except OSError:
            pass
    try:
        result = trial.run()
    finally:
        ballast.unlink()
        if not trial.server.answers():
            time.sleep(1)
        if trial.server.server.process.poll() is not None:
            trial.server.start()
        trial.server.server.wait_until(trial.server.answers, "PostgreSQL")
    trial.injected += result.status != 0
    return result


# ---- SQLite ----

def database_locked(trial):
    """Another program holds the database for a moment."""
    held = sqlite3.connect(trial.place.path, check_same_thread=False, isolation_level=None)
    held.execute("begin exclusive")

    def release():
        time.sleep(trial.random.uniform(0.1, 1.0))
        held.execute("rollback")
        held.close()

    thread = threading.Thread(target=release)
    thread.start()
    result = trial.run()
    thread.join()
    trial.injected += 1
    return result


# ---- S3 ----

def _s3_faults(trial, kinds):
    proxy = trial.s3_proxy
    count = trial.random.randrange(1, 4)
    proxy.arm({trial.random.randrange(1, trial.requests + 1): trial.random.choice(kinds)
               for _ in range(count)})
    result = trial.run(env={"AWS_ENDPOINT_URL_S3": proxy.endpoint})
    trial.injected += proxy.injected
    return result


def s3_errors(trial):
    """500 and 503, once in a while."""
    return _s3_faults(trial, ("500", "503"))


def s3_connection(trial):
    """Slow answers, and connections that are reset."""
    return _s3_faults(trial, ("slow", "reset"))


def s3_bodies(trial):
    """Bodies that are cut short or shorter than announced."""
    return _s3_faults(trial, ("truncated", "longer"))


def s3_down(trial):
    """Every request fails in the same way; retries must have an end."""
    trial.s3_proxy.arm({}, every=trial.random.choice([f for f in FAULTS if f != "slow"]))
    result = trial.run(env={"AWS_ENDPOINT_URL_S3": trial.s3_proxy.endpoint,
                            "COSTAGG_S3_RETRIES": "2"})
    trial.injected += trial.s3_proxy.injected
    trial.expect(result, {65, 69, 73, 75})
    return result


def _input_changes(trial, change, arm):
    """Runs while the input changes; what the changed input gives is a right answer, too."""
    key = trial.random.choice(trial.input_keys)
    done = []

    def once(*_):
        if not done:
            done.append(key)
            change(key)

    arm(trial.s3_proxy, key, once)
    try:
        result = trial.run(env={"AWS_ENDPOINT_URL_S3": trial.s3_proxy.endpoint})
        if done:
            trial.injected += 1
            trial.allow_result_of_the_input_as_it_is()
    finally:
        trial.restore_input(key)
    return result


def object_replaced(trial):
    """An object gets other content just before one of the reads of it."""
    reads = []
    number = trial.random.choice([1, 2, 2, 3])

    def arm(proxy, key, once):
        def on_get(path):
            if path.endswith(key):
                reads.append(path)
                if len(reads) == number:
                    once()
        proxy.arm({}, on_get=on_get)

    return _input_changes(trial, trial.put_old_version, arm)


def listing_changes(trial):
    """An object is deleted between two pages of a listing that names it."""
    def arm(proxy, _, once):
        def between_pages(text):
            once()
            return text
        proxy.arm({}, pages=True, between_pages=between_pages)

    return _input_changes(trial, trial.delete_input, arm)
