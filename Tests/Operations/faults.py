"""What a gate keeps and says when things break: killed while it writes, a full disk, a worker that dies or stands still,
too few descriptors.

usage: faults.py PROGRAM [unittest's arguments]
Real processes, real files, loopback only. The full disk wants root, for a small file system of its own.
"""

import concurrent.futures
import http.client
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time
import unittest

import operations
from operations import PATIENCE, OperationsCase, Process, get

ROUNDS = 5


class FaultCase(OperationsCase):
    def command(self, *words, config=None, **options):
        config = config or self.folder / "comfygate.yaml"
        return subprocess.run(
            [operations.PROGRAM, *words, "--config", config, "--lang", "en"], text=True, capture_output=True, **options)

    def worker(self, port=0):
        worker = Process("simulate", "--listen", f"127.0.0.1:{port}", "--step-time", "5ms", "--lang", "en")
        self.processes.append(worker)
        return worker, int(worker.wait_for(r"http://127\.0\.0\.1:(\d+)")[1])

    def names(self):
        listed = self.command("account", "list", "--json")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        return {account["name"] for account in json.loads(listed.stdout)["accounts"]}

    def until(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.05)


class Killed(FaultCase):
    def test_what_was_acknowledged_is_there_after_each_kill(self):
        self.write()
        acknowledged = set()
        for number in range(ROUNDS):
            gate = self.serve()
            self.ready(gate)

            def add(name):
                return name, self.command("account", "add", name, "--machine", "--quiet").returncode

            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                waiting = [pool.submit(add, f"r{number}-{index}") for index in range(40)]
                for index, future in enumerate(concurrent.futures.as_completed(waiting)):
                    name, status = future.result()
                    if status == 0:
                        acknowledged.add(name)
                    # In the middle of it; what is still to come finds no gate and works on the store itself.
                    if index == 10:
                        gate.popen.kill()
            gate.popen.wait(PATIENCE)
            self.assertEqual(acknowledged - self.names(), set())
            verified = self.command("audit", "verify")
            self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertGreater(len(acknowledged), ROUNDS * 10)


@unittest.skipUnless(os.geteuid() == 0, "a file system of its own wants root")
class FullDisk(FaultCase):
    def test_a_full_disk_refuses_changes_keeps_what_there_is_and_heals(self):
        disk = self.folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "comfygate-faults", disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", disk])
        _, worker_port = self.worker()
        self.write(data=str(disk / "data"), worker={"url": f"http://127.0.0.1:{worker_port}"})
        token = self.token()
        gate = self.serve()
        port = self.ready(gate)
        with open(disk / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError:
                pass
        refused = None
        for index in range(200):
            answer = self.command("account", "add", f"late-{index}", "--machine")
            if answer.returncode != 0:
                refused = answer
                break
        self.assertIsNotNone(refused, "the disk was never full")
        self.assertRegex(refused.stderr, r"store_full|full")
        # Nobody is locked out: knowing somebody needs no room.
        self.assertEqual(get(port, "/queue", {"Authorization": f"Bearer {token}"}), 200)
        self.assertIn("anna", self.names())
        (disk / "filler").unlink()
        self.until(lambda: self.command("account", "add", "healed", "--machine").returncode == 0, "it never healed")
        self.assertEqual(gate.end(), 0)
        self.assertIn("healed", self.names())


class BrokenWorker(FaultCase):
    """Jobs are the gate's: a worker that is away delays them, and nobody else's request."""

    GRAPH = {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 1}},
             "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}}

    def ask(self, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None,
                           {"Authorization": f"Bearer {self.token_text}"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, answer

    def start(self):
        worker, worker_port = self.worker()
        self.write(worker={"url": f"http://127.0.0.1:{worker_port}"})
        for words in (["account", "add", "anna", "--machine"], ["token", "create", "anna"]):
            made = self.command(*words, "--quiet")
            self.assertEqual(made.returncode, 0, made.stderr)
        self.token_text = made.stdout.strip()
        self.port = self.ready(self.serve())
        self.until(lambda: get(self.port, "/ready") == 200, "/ready never said yes")
        self.run_one()
        return worker, worker_port

    def submit(self):
        status, answer = self.ask("/prompt", {"prompt": self.GRAPH})
        self.assertEqual(status, 200, answer)
        return json.loads(answer)["prompt_id"]

    def has_ended(self, job):
        entry = json.loads(self.ask(f"/history/{job}")[1]).get(job)
        if entry:
            self.assertEqual(entry["status"]["status_str"], "success", entry)
        return entry is not None

    def run_one(self):
        job = self.submit()
        self.until(lambda: self.has_ended(job), "the job never ended")

    def test_a_dead_worker_is_said_so_and_its_jobs_wait_for_it(self):
        worker, worker_port = self.start()
        worker.popen.kill()
        worker.popen.wait(PATIENCE)
        self.until(lambda: get(self.port, "/ready") == 503, "/ready did not notice")
        self.assertEqual(get(self.port, "/health"), 200)
        job = self.submit()
        self.assertEqual(self.ask("/queue")[0], 200)
        self.assertFalse(self.has_ended(job))
        self.worker(worker_port)
        self.until(lambda: self.has_ended(job), "the worker that came back was not used")
        self.until(lambda: get(self.port, "/ready") == 200, "/ready did not recover")

    def test_a_worker_that_stands_still_holds_up_only_its_jobs(self):
        worker, _ = self.start()
        worker.popen.send_signal(signal.SIGSTOP)
        job = self.submit()
        self.assertEqual(self.ask("/queue")[0], 200)
        self.assertEqual(self.ask("/login")[0], 200)
        self.assertEqual(get(self.port, "/health"), 200)
        self.until(lambda: get(self.port, "/ready") == 503, "/ready did not notice")
        self.assertFalse(self.has_ended(job))
        worker.popen.send_signal(signal.SIGCONT)
        self.until(lambda: self.has_ended(job), "the job never ended")
        self.until(lambda: get(self.port, "/ready") == 200, "/ready did not recover")


class FewDescriptors(FaultCase):
    def test_more_clients_than_descriptors_wait_and_none_is_lost(self):
        self.write(limits={"connections": 1000, "per_address": 1000})

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (96, 96))

        gate = self.serve(preexec_fn=limit)
        port = self.ready(gate)
        gate.wait_for("first-administrator|Nobody can administer")
        idle = []
        for _ in range(200):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.connect()
            idle.append(connection)
        # One of those that were taken is served while the others wait or are turned away.
        idle[0].request("GET", "/health")
        self.assertEqual(idle[0].getresponse().read() != b"", True)
        for connection in idle:
            connection.close()
        self.until(lambda: self.answers(port), "it did not recover")
        before = cpu_seconds(gate.popen.pid)
        time.sleep(1)
        self.assertLess(cpu_seconds(gate.popen.pid) - before, 0.5, "it spins")
        self.assertEqual(gate.end(), 0)

    def answers(self, port):
        try:
            return get(port) == 200
        except OSError:
            return False


def cpu_seconds(pid):
    words = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    operations.PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(warnings="ignore")
