"""Runs the real program.

COSTAGG names the binary (CTest sets it); otherwise it is the release build. The environment given
to the program is bare, so that what a machine happens to export changes no result.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("COSTAGG", ROOT / "build/release/costagg"))
BUILD = pathlib.Path(os.environ.get("COSTAGG_BUILD", BINARY.parent))
SANITIZED = os.environ.get("COSTAGG_SANITIZE", "")

KEPT_VARIABLES = ("PATH", "LANG", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
                  "TSAN_OPTIONS", "LLVM_PROFILE_FILE", "GCOV_PREFIX")


class Result:
    """How a run ended: status (128 + N after signal N), out and err as text, seconds."""

    def __init__(self, arguments, status, out, err, seconds):
        self.arguments = [str(a) for a in arguments]
        self.status = 128 - status if status < 0 else status
        self.out = out
        self.err = err
        self.seconds = seconds

    def __str__(self):
        return (f"$ {' '.join(self.arguments)}\n-> exit {self.status} in {self.seconds:.1f} s\n"
                f"{_tail(self.out)}{_tail(self.err)}")


def _tail(text, lines=30):
    kept = text.splitlines()[-lines:]
    return "".join(f"   | {line}\n" for line in kept)


def environment(extra=None):
    env = {k: os.environ[k] for k in KEPT_VARIABLES if k in os.environ}
    env["HOME"] = "/nonexistent"
    env["TZ"] = "Pacific/Kiritimati"  # results are in UTC; the machine's own zone must not matter
    env.update(extra or {})
    return env


def start(*arguments, cwd=None, env=None, prefix=()):
    return subprocess.Popen([*prefix, str(BINARY), *map(str, arguments)], cwd=cwd,
                            env=environment(env), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=True)


def finish(process, began=None, timeout=300):
    """Waits for a started program."""
    began = began or time.monotonic()
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        err += f"\nkilled: not done after {timeout} s".encode()
    return Result(process.args, process.returncode, out.decode(errors="replace"),
                  err.decode(errors="replace"), time.monotonic() - began)


def run(*arguments, cwd=None, env=None, prefix=(), timeout=300):
    began = time.monotonic()
    return finish(start(*arguments, cwd=cwd, env=env, prefix=prefix), began, timeout)


class Folder:
    """A temporary folder, removed on exit whatever its modes are."""

    def __init__(self, public=False):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="costagg-test-"))
        if public:
            self.path.chmod(0o755)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        subprocess.run(["chmod", "-R", "u+rwX", self.path], check=False,
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(self.path, ignore_errors=True)
