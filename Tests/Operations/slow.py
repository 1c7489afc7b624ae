"""Slow heads, slow bodies, slow readers and ranges against a gate, while somebody else measures their own requests.

usage: slow.py GATE_PORT GATE_PID TOKEN [--connections N] [--seconds N] [--limit MILLISECONDS]
Needs slowhttptest. Prints the figures; exit code 1 when the other client sees an error or waits longer than --limit
(99 of 100 requests), when memory grows by more than 32 KB for each slow connection, or when a descriptor is left.
"""

import argparse
import http.client
import os
import re
import subprocess
import sys
import threading
import time

from soak import descriptors, resident


class Other(threading.Thread):
    """Somebody who just uses the gate: an answer of the gate's own, then one of the worker's."""

    def __init__(self, port, token):
        super().__init__()
        self.port, self.fields = port, {"Authorization": f"Bearer {token}"}
        self.times, self.failures = [], []
        self.stopping = threading.Event()
        self.start()

    def run(self):
        count = 0
        connection = None
        while not self.stopping.is_set():
            begun = time.monotonic()
            try:
                # Every fifth time as a newcomer: accepting must go on too.
                if connection is None or count % 5 == 0:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", ("/health", "/queue")[count % 2], headers=self.fields)
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    self.failures.append(response.status)
            except Exception as error:  # noqa: BLE001
                self.failures.append(repr(error))
                connection = None
            self.times.append((time.monotonic() - begun) * 1e3)
            count += 1
            self.stopping.wait(0.02)

    def stop(self):
        self.stopping.set()
        self.join()
        return sorted(self.times), self.failures


def wait_for_descriptors(pid, least):
    end = time.monotonic() + 60
    while descriptors(pid) > least and time.monotonic() < end:
        time.sleep(0.1)
    return descriptors(pid)


def attack(options, name, words):
    before = descriptors(options.pid), resident(options.pid)
    other = Other(options.port, options.token)
    most, highest = 0, before[1]
    child = subprocess.Popen(
        ["slowhttptest", *words, "-c", str(options.connections), "-r", "200", "-l", str(options.seconds), "-p", "10",
         "-u", f"http://127.0.0.1:{options.port}{'/health' if '-H' in words else '/login'}"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    words_of_tool = []
    reader = threading.Thread(target=lambda: words_of_tool.append(child.stdout.read()))
    reader.start()
    while child.poll() is None:
        most = max(most, descriptors(options.pid) - before[0])
        highest = max(highest, resident(options.pid))
        time.sleep(0.1)
    reader.join()
    times, failures = other.stop()
    left = wait_for_descriptors(options.pid, before[0]) - before[0]
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", words_of_tool[0])
    available = re.findall(r"service available:\s*(\w+)", text)
    p99 = times[len(times) * 99 // 100]
    print(
        f"slow: {name:12} held up to {most} descriptors and {highest - before[1]:+.1f} MB; the other client: "
        f"{len(times)} requests, p50 {times[len(times) // 2]:.1f} ms, p99 {p99:.1f} ms, longest {times[-1]:.0f} ms, "
        f"{len(failures)} failed; left {left} descriptors; service available: {'NO' if 'NO' in available else 'yes'}")
    problems = []
    if failures:
        problems.append(f"the other client saw {failures[:3]}")
    if p99 > options.limit:
        problems.append(f"the other client waited {p99:.0f} ms")
    if highest - before[1] > options.connections * 32 / 1024 + 4:
        problems.append("memory grew too much")
    if left > 0:
        problems.append("descriptors are left")
    if most < options.connections // 4 and name not in ("ranges", "slow reading"):
        problems.append("the attack did not take place: " + text[-400:])
    for problem in problems:
        print(f"slow: {name}: {problem}")
    return not problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("pid", type=int)
    parser.add_argument("token")
    parser.add_argument("--connections", type=int, default=800)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--limit", type=float, default=250)
    options = parser.parse_args()
    if not any(os.access(os.path.join(path, "slowhttptest"), os.X_OK) for path in os.environ["PATH"].split(":")):
        print("slow: slowhttptest is not installed; scripts/bootstrap --tests does that", file=sys.stderr)
        return 1
    # A first use of everything, so that what is compared is not the start.
    other = Other(options.port, options.token)
    time.sleep(1)
    other.stop()
    attacks = [
        ("slow heads", ["-H", "-i", "5"]), ("slow bodies", ["-B", "-i", "5", "-s", "8192"]),
        ("slow reading", ["-X", "-k", "3", "-w", "8", "-y", "16", "-n", "5", "-z", "8"]),
        ("ranges", ["-R", "-a", "1", "-b", "1000"]),
    ]
    return 0 if all([attack(options, name, words) for name, words in attacks]) else 1


if __name__ == "__main__":
    sys.exit(main())
