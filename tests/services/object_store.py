"""S3 servers of one's own: SeaweedFS always, MinIO where Go can build it.

    store = object_store.SeaweedFS()
    store.variables()                       # environment for the program
    store.upload(folder, "bucket/prefix")   # and download(), listing()
    store.stop()
"""

import json
import os
import pathlib
import signal
import socket
import unittest

import pyarrow.fs

from harness import program
from services.process import Server, free_ports

ACCESS_KEY, SECRET_KEY = "costagg-key", "costagg-s3cret-of-the-tests"
BUCKET = "costs"


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class ObjectStore:
    """What both servers share: their address and a client."""

    name = ""

    def __init__(self):
        self.folder = program.Folder()
        self.port = 0
        self.server = None
        self.certificate = None  # PEM file: the server speaks TLS

    def ready(self):
        """The client can make the bucket."""
        try:
            self.client(retry=False).create_dir(BUCKET)
        except OSError:
            return False
        return True

    @property
    def endpoint(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def scheme(self):
        return "https" if self.certificate else "http"

    def variables(self, secret=SECRET_KEY):
        return {"AWS_ENDPOINT_URL_S3": self.endpoint, "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true"}

    def client(self, retry=True):
        options = {} if retry else {"retry_strategy": pyarrow.fs.AwsStandardS3RetryStrategy(1)}
        if self.certificate:
            options["tls_ca_file_path"] = str(self.certificate)
        return pyarrow.fs.S3FileSystem(
            access_key=ACCESS_KEY, secret_key=SECRET_KEY, region="us-east-1", scheme=self.scheme,
            endpoint_override=f"127.0.0.1:{self.port}", allow_bucket_creation=True, **options)

    def upload(self, folder, place):
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file():
                name = f"{place}/{path.relative_to(folder).as_posix()}"
                with self.client().open_output_stream(name) as out:
                    out.write(path.read_bytes())

    def listing(self, place):
        """Names of the objects below a place, relative to it, sorted."""
        selector = pyarrow.fs.FileSelector(place, recursive=True, allow_not_found=True)
        return sorted(i.path[len(place) + 1:] for i in self.client().get_file_info(selector)
                      if i.is_file)

    def tree(self, place):
        """Objects below a place as path → bytes."""
        found = {}
        for name in self.listing(place):
            with self.client().open_input_stream(f"{place}/{name}") as stream:
                found[name] = stream.read()
        return found

    def stop(self):
        if self.server:
            self.server.stop(signal.SIGKILL)  # nothing in it is kept
        self.folder.remove()


class SeaweedFS(ObjectStore):
    name = "SeaweedFS"

    def __init__(self, certificate=None, key=None):
        super().__init__()
        self.certificate = certificate
        weed = program.ROOT / ".deps/venv/bin/weed"
        if not weed.exists():
            raise unittest.SkipTest("SeaweedFS is not installed: scripts/setup.sh check")
        config = self.folder.path / "s3.json"
        config.write_text(json.dumps({"identities": [{
            "name": "costagg",
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}))
        ports = free_ports(8)
        self.port = ports[0]
        data = self.folder.path / "data"
        data.mkdir()
        names = ("s3.port", "master.port", "volume.port", "filer.port", "s3.port.grpc",
                 "master.port.grpc", "volume.port.grpc", "filer.port.grpc")
        tls = [f"-s3.cert.file={certificate}", f"-s3.key.file={key}"] if certificate else []
        self.server = Server(
            [weed, "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3",
             f"-s3.config={config}", "-volume.max=50", "-master.volumeSizeLimitMB=64",
             # Catalogs of table formats listen on fixed ports: two servers would fight for them.
             "-s3.port.iceberg=0", "-s3.port.lance=0",
             "-volume.preStopSeconds=0", *tls, *(f"-{n}={p}" for n, p in zip(names, ports))],
            self.folder.path / "log", env={"PATH": os.environ["PATH"],
                                           "HOME": str(self.folder.path)})
        self.server.wait_until(lambda: listens(self.port), "SeaweedFS")
        self.server.wait_until(self.ready, "SeaweedFS's bucket")


class MinIO(ObjectStore):
    name = "MinIO"

    def __init__(self):
        super().__init__()
        binary = minio_binary()
        self.port, console = free_ports(2)
        data = self.folder.path / "data"
        data.mkdir()
        self.server = Server(
            [binary, "server", "--quiet", "--address", f"127.0.0.1:{self.port}",
             "--console-address", f"127.0.0.1:{console}", data],
            self.folder.path / "log",
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder.path),
                 "MINIO_ROOT_USER": ACCESS_KEY, "MINIO_ROOT_PASSWORD": SECRET_KEY,
                 "MINIO_UPDATE": "off", "MINIO_BROWSER": "off"})
        self.server.wait_until(lambda: listens(self.port), "MinIO")
        self.server.wait_until(self.ready, "MinIO's bucket")


def minio_binary():
    """MinIO as scripts/setup.sh built it; a skipped test where there was no Go to build it."""
    binary = program.ROOT / ".deps/bin/minio"
    if not binary.exists():
        raise unittest.SkipTest("MinIO is not built here: there is no Go")
    return binary
