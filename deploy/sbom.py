#!/usr/bin/env python3
"""What the built program consists of, as CycloneDX 1.5 JSON on standard output.

    deploy/sbom.py build/release/costagg >costagg.cdx.json

Follows the program's shared libraries as the loader finds them, those that it loads later too
(libpq): libraries of Debian packages are listed by package and version, others (Apache Arrow's) by
file, with the SHA-256 of each file; what is compiled in from headers follows. The same build on the
same machine gives the same bytes; there is a time in it only when SOURCE_DATE_EPOCH is set. Needs
ldd and ldconfig, and dpkg-query where there is Debian.
"""

import datetime
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import uuid

# Libraries of which only headers are used; the loader doesn't know them.
HEADER_ONLY = ("libxxhash-dev",)


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def linked(binary):
    """The shared libraries that a program or library is loaded with, by real path."""
    text = output_of("ldd", str(binary))
    missing = re.findall(r"(\S+) => not found", text)
    if not text or missing:
        sys.exit(f"sbom: {binary}: {' '.join(missing) or 'no program of this machine'}: build first")
    found = re.findall(r"(?:=> )?(/\S+) \(0x", text)
    return {pathlib.Path(p).resolve() for p in found}


def loaded_later(binary):
    """The libraries that the program names but is not linked with: those it opens when needed."""
    names = set(re.findall(rb"\0(lib[\w+-]+\.so\.\d+)(?=\0)", binary.read_bytes()))
    names = {n.decode() for n in names} - set(output_of("ldd", str(binary)).split())
    known = output_of("/sbin/ldconfig", "-p")
    for name in sorted(names):
        path = re.search(rf"\b{re.escape(name)} .*=> (\S+)", known)
        if not path:
            sys.exit(f"sbom: {name}, which the program may load, is not here: install it first")
        yield pathlib.Path(path[1]).resolve()


def libraries(binary):
    """Every shared library the program takes, by real path, sorted."""
    found = linked(binary)
    for path in loaded_later(binary):
        found |= {path, *linked(path)}
    return sorted(found)


def packages_of(paths):
    """The Debian package that owns each file; files that none owns are left out."""
    names = {n: p for p in paths for n in (str(p), str(p).removeprefix("/usr"))}
    done = subprocess.run(["dpkg-query", "-S", *names], capture_output=True, text=True,
                          check=False) if shutil.which("dpkg-query") else None
    found = {}
    for line in done.stdout.splitlines() if done else []:
        owners, _, name = line.rpartition(": ")
        found[names[name]] = owners.split(",")[0].split(":")[0]
    return found


def of_package(name, files):
    fields = output_of("dpkg-query", "-W", "-f",
                       "${Version}\t${Architecture}\t${source:Package}\t${source:Version}", name)
    if not fields:
        return None
    version, architecture, source, source_version = fields.split("\t")
    purl = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}" \
           f"?arch={architecture}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
            "properties": [{"name": "debian:source", "value": f"{source} {source_version}"}]
            + [{"name": "file:sha256", "value": f"{p.name} {sha256(p)}"} for p in files]}


def of_file(path):
    """A library that no package owns: those of the Arrow that the build unpacked."""
    base, _, version = path.name.partition(".so.")
    digest = sha256(path)
    component = {"type": "library", "bom-ref": f"file:{path.name}", "name": base,
                 "version": version, "hashes": [{"alg": "SHA-256", "content": digest}]}
    wheel = next(path.parent.parent.glob("pyarrow-*.dist-info"), None)
    if wheel:
        component["purl"] = f"pkg:pypi/pyarrow@{wheel.name.split('-')[1].removesuffix('.dist')}"
        component["supplier"] = {"name": "The Apache Software Foundation"}
        component["licenses"] = [{"license": {"id": "Apache-2.0"}}]
        component["description"] = "what is linked into it is listed in the LICENSE.txt beside it"
    return component


def own_version():
    text = (pathlib.Path(__file__).resolve().parents[1] / "CMakeLists.txt").read_text()
    return re.search(r"project\(costagg VERSION (\S+)", text)[1]


def document(binary):
    loaded = libraries(binary)
    owners = packages_of(loaded)
    by_package = {}
    for path, package in sorted(owners.items()):
        by_package.setdefault(package, []).append(path)
    others = [path for path in loaded if path not in owners]
    components = [of_package(name, files) for name, files in by_package.items()]
    components += [of_file(path) for path in others]
    components += filter(None, (of_package(name, []) for name in HEADER_ONLY))
    components.sort(key=lambda c: c["bom-ref"])

    version = own_version()
    program = {"type": "application", "bom-ref": f"pkg:generic/costagg@{version}",
               "name": "costagg", "version": version, "purl": f"pkg:generic/costagg@{version}",
               "hashes": [{"alg": "SHA-256", "content": sha256(binary)}]}
    metadata = {"component": program}
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        time = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
        metadata["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    result = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": metadata,
              "components": components,
              "dependencies": [{"ref": program["bom-ref"],
                                "dependsOn": [c["bom-ref"] for c in components]}]}
    # A serial number that follows from the content.
    result["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(result)).urn
    return result


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: deploy/sbom.py PROGRAM >costagg.cdx.json")
    print(json.dumps(document(pathlib.Path(sys.argv[1])), indent=2))
