"""How long a whole check takes beside its slowest part, and beside Docker's client and curl one after the other.

usage: check_speed.py PROGRAM
Twenty containers of a real engine; ten workers of which each takes a tenth of a second to answer, and one of them a whole one.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from check import Engine
from diagnose import STATS, Server, words

CONTAINERS, WORKERS, ROUNDS = 20, 10, 5


def slow(seconds):
    def answer(_):
        time.sleep(seconds)
        return words(200, STATS)
    return answer


def seconds(*commands, environment=None):
    began = time.monotonic()
    for command in commands:
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.monotonic() - began


def median(run):
    return statistics.median(run() for _ in range(ROUNDS))


def main():
    program = os.path.abspath(sys.argv[1])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cg-speed-"))
    (folder / "engine").mkdir()
    (folder / "project").mkdir()
    engine = Engine(folder / "engine")
    servers = [Server(slow(1.0 if number == 0 else 0.1)) for number in range(WORKERS)]
    try:
        if not engine.is_up():
            sys.exit("check: dockerd does not start here")
        engine.busybox()
        names = [f"box{number}" for number in range(CONTAINERS)]
        for name in names:
            engine.docker("run", "-d", "--network", "host", "--name", name, "example/busybox:1", "sleep", "600")
        curls = [["curl", "-s", server.url() + "/system_stats"] for server in servers]
        client = "/usr/bin/docker" if os.path.exists("/usr/bin/docker") else "docker"
        inspects = [[client, "ps", "-a"]] + [[client, "inspect", name] for name in names]
        workers = [word for server in servers for word in ("--worker", server.url())]
        whole = [program, "check", "--root", folder / "project", "--json", *workers]
        report = json.loads(subprocess.run(whole, env=engine.environment, capture_output=True).stdout)
        assert len(report["seen"]["containers"]) == CONTAINERS and len(report["seen"]["workers"]) == WORKERS, report
        probe = max(median(lambda: seconds(curl)) for curl in curls[:2])
        check = median(lambda: seconds(whole, environment=engine.environment))
        serial = seconds(*inspects, *curls, environment=engine.environment)
        print(f"slowest single probe (curl)                 {probe:6.2f} s")
        print(f"whole check of {CONTAINERS} containers, {WORKERS} workers     {check:6.2f} s   {check / probe:5.2f} x   (<= 1.50)")
        print(f"docker ps, inspect and curl, one by one     {serial:6.2f} s   {serial / probe:5.2f} x")
        return 0 if check / probe <= 1.5 else 1
    finally:
        engine.end()
        for server in servers:
            server.server.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
