"""An hour of ten people on one card, in ten minutes: jobs with pictures and previews, uploads, event sockets that come and go, web
UIs that ask again and again, deletes, interrupts. Afterwards the gate must hold no more memory, descriptors and threads
than before, and its store must be as large as docs/operation.md says ("How much room it takes").

usage: hour.py PROGRAM [--minutes N] [--warm-up MINUTES] [--people N] [--jobs PER_HOUR] [--growth MB] [--seed N] [--keep]

Exit code 1 when memory grows by more than --growth, a descriptor or a thread is left, a request fails, or the store differs
by more than a tenth. Real processes, loopback only, nothing but Python.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import queue
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid

import disk
import jobs
import operations
from operations import PATIENCE, Lost, Process

# What an hour becomes.
COMPRESSION = 6
# Seconds after which the gate has closed what it kept for reuse: 50 to the worker, 75 to clients, and a little more.
KEPT = 80


class Failed(Exception):
    """A request that must not fail has failed."""


# MARK: Figures


def figures(pid):
    """Memory in KB, descriptors and threads of a process."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "RssAnon", "RssFile", "VmHWM", "Threads"):
            found[name] = int(value.split()[0])
    found["descriptors"] = len(os.listdir(f"/proc/{pid}/fd"))
    return found


def describe(found):
    return (f"{found['VmRSS'] / 1024:.1f} MB ({found['RssAnon'] / 1024:.1f} anonymous, {found['RssFile'] / 1024:.1f} of files; at "
            f"most {found['VmHWM'] / 1024:.1f}), {found['descriptors']} descriptors, {found['Threads']} threads")


def open_files(pid):
    """What the descriptors are, for a difference to be explained."""
    kinds = collections.Counter()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            kinds[os.readlink(f"/proc/{pid}/fd/{name}").split(":[")[0]] += 1
        except OSError:
            pass
    return kinds


# MARK: The store


# The formula of docs/operation.md, in bytes; see there for where each comes from.
EMPTY, JOB, FILE, PAGE = 250_000, 2_200, 1_100, 4_096


def expected(counts):
    """How large the store is with so many jobs and files.

    `graphs` are the bytes of all graphs and workflows as they were sent."""
    return EMPTY + counts["jobs"] * JOB + counts["graphs"] + counts["files"] * FILE


def measure_store(path):
    """Bytes of the file, of its free pages, and of each table with its indexes, all of a store that is closed."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        sizes = collections.Counter()
        for name, size in store.execute(
                "SELECT tbl_name, SUM(pgsize) FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name"):
            sizes[name] = size
        counts = {
            "jobs": store.execute("SELECT COUNT(*) FROM job").fetchone()[0],
            "files": store.execute("SELECT COUNT(*) FROM file").fetchone()[0],
            "assets": store.execute("SELECT COUNT(*) FROM asset").fetchone()[0],
            "asset bytes": store.execute("SELECT COALESCE(SUM(size), 0) FROM asset").fetchone()[0],
            "graphs": store.execute(
                "SELECT COALESCE(SUM(LENGTH(prompt) + LENGTH(extra_data)), 0) FROM job_document").fetchone()[0],
        }
        columns = dict(zip(
            ["prompt", "extra_data", "outputs_wanted", "plan", "outputs", "status", "meta", "summary"],
            store.execute("SELECT AVG(LENGTH(prompt)), AVG(LENGTH(extra_data)), AVG(LENGTH(outputs_wanted)), AVG(LENGTH(plan)), "
                          "AVG(LENGTH(outputs)), AVG(LENGTH(status)), AVG(LENGTH(meta)), AVG(LENGTH(summary)) "
                          "FROM job_document").fetchone()))
        free = store.execute("PRAGMA freelist_count").fetchone()[0] * PAGE
    store.close()
    return path.stat().st_size, free, sizes, counts, columns


# MARK: People


class Person(operations.Client):
    """A browser with the web UI open, and somebody before it."""

    def __init__(self, world, name, token, seed):
        super().__init__(world.port, token)
        self.world, self.name = world, name
        self.dice = random.Random(f"{seed} {name}")
        self.lock = threading.Lock()
        self.jobs = []  # ids, oldest first
        self.pictures = []
        self.uploads = []
        self.done = queue.Queue()
        self.workflows = [str(uuid.UUID(int=self.dice.getrandbits(128), version=4)) for _ in range(5)]
        self.client_id = uuid.uuid4().hex

    def ask(self, method, target, body=None, kind="application/json", allowed=(200,)):
        begun = time.monotonic()
        try:
            response, answer = self.exchange(method, target, body, kind)
        except Lost as error:
            raise Failed(f"{method} {target.split('?')[0]}: {error}") from error
        self.world.note(f"{method} /{target.split('?')[0].split('/')[1]}", time.monotonic() - begun)
        if response.status not in allowed:
            raise Failed(f"{method} {target.split('?')[0]}: {response.status} {answer[:200]!r}")
        return answer

    # Graphs

    def paint(self, size, steps, extra_nodes=0):
        text = " ".join(self.dice.choice(WORDS) for _ in range(30))
        graph = {
            "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "hour.safetensors"}},
            "5": {"class_type": "EmptyLatentImage", "inputs": {"width": size, "height": size, "batch_size": 1}},
            "6": {"class_type": "CLIPTextEncode", "inputs": {"text": text, "clip": ["4", 1]}},
            "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "watermark", "clip": ["4", 1]}},
            "3": {"class_type": "KSampler", "inputs": {
                "seed": self.dice.getrandbits(60), "steps": steps, "cfg": 7.5, "sampler_name": "euler", "scheduler": "normal",
                "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
            "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
            "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "ComfyUI"}},
        }
        last = "8"
        for number in range(extra_nodes):
            graph[f"{100 + number}"] = {"class_type": "ImageInvert", "_meta": {"title": f"Step {number} of many"},
                                        "inputs": {"image": [last, 0]}}
            last = f"{100 + number}"
        graph["9"]["inputs"]["images"] = [last, 0]
        return graph

    def turn(self):
        graph = {"load": {"class_type": "LoadImage", "inputs": {"image": self.dice.choice(self.uploads)}},
                 "turn": {"class_type": "ImageInvert", "inputs": {"image": ["load", 0]}},
                 "show": {"class_type": "PreviewImage", "inputs": {"images": ["turn", 0]}},
                 "save": {"class_type": "SaveImage", "inputs": {"images": ["turn", 0], "filename_prefix": "turned/pic"}}}
        # Who sees the same twice gets it from the worker's cache.
        graph["turn"]["_meta"] = {"title": f"{self.dice.getrandbits(40)}"}
        return graph

    def workflow(self, graph):
        """As long as the web UI's own form of a graph: some 400 bytes a node."""
        return {"id": self.dice.choice(self.workflows), "revision": 0, "last_node_id": len(graph), "version": 0.4,
                "nodes": [{"id": number, "type": node["class_type"], "pos": [410.0, 190.0 * number], "size": [210, 98],
                           "flags": {}, "order": number, "mode": 0, "properties": {"Node name for S&R": node["class_type"]},
                           "inputs": [{"name": name, "type": "*", "link": number} for name in node["inputs"]],
                           "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [number + 1]}],
                           "widgets_values": [value for value in node["inputs"].values() if not isinstance(value, list)]}
                          for number, node in enumerate(graph.values())]}

    def submit(self):
        luck = self.dice.random()
        if luck < 0.25 and self.uploads:
            graph = self.turn()
        elif luck < 0.95:
            graph = self.paint(self.dice.choice([192, 256, 320]), self.dice.choice([4, 8, 12]))
        else:
            graph = self.paint(128, 4, extra_nodes=self.dice.choice([40, 120]))
        id = str(uuid.UUID(int=self.dice.getrandbits(128), version=4))
        self.ask("POST", "/prompt", {"prompt": graph, "client_id": self.client_id, "prompt_id": id,
                                     "extra_data": {"extra_pnginfo": {"workflow": self.workflow(graph)}}})
        with self.lock:
            self.jobs.append(id)
        self.world.count["jobs"] += 1

    def upload(self):
        png, _ = disk.noise(self.dice)
        name = f"photo-{self.dice.getrandbits(48):x}.png"
        self.uploads.append(json.loads(self.send_picture(png, name))["name"])
        self.world.count["uploads"] += 1

    # Lives

    def work(self, pause):
        """What the person does: a job every `pause` seconds on average, and what comes with it."""
        while not self.world.over.is_set():
            try:
                if self.dice.random() < 0.1:
                    self.upload()
                self.submit()
                luck = self.dice.random()
                if luck < 0.03:
                    self.ask("POST", "/interrupt", {"prompt_id": self.jobs[-1]} if self.dice.random() < 0.5 else {})
                elif luck < 0.06:
                    self.ask("POST", f"/api/jobs/{self.jobs[-1]}/cancel", {}, allowed=(200, 404))
                elif luck < 0.08:
                    self.ask("POST", "/queue", {"delete": [self.jobs[-1]]})
                elif luck < 0.12 and len(self.jobs) > 20:
                    gone = self.jobs.pop(self.dice.randrange(10))
                    self.ask("POST", "/history", {"delete": [gone]})
                elif luck < 0.13:
                    body = json.dumps({"note": "x" * self.dice.randrange(2_000, 20_000)}).encode()
                    self.ask("POST", f"/userdata/workflows%2F{self.dice.randrange(5)}.json?overwrite=true", body)
                elif luck < 0.14:
                    self.ask("POST", "/settings", {"Comfy.Locale": self.dice.choice(["en", "fr"])})
                elif luck < 0.145:
                    self.ask("POST", "/history", {"clear": True})
                    self.world.count["histories cleared"] += 1
            except Failed as failure:
                self.world.failed(failure)
            self.world.over.wait(self.dice.uniform(0.2, 1.8) * pause)
        self.leave()

    def look(self):
        """What the web UI asks by itself, and the pictures it shows."""
        while not self.world.over.is_set():
            try:
                self.ask("GET", "/queue")
                self.ask("GET", self.dice.choice(["/history?max_items=64", "/api/jobs?limit=50", "/api/history?max_items=200"]))
                luck = self.dice.random()
                if luck < 0.03:
                    self.ask("GET", "/object_info")
                elif luck < 0.06:
                    self.ask("GET", "/system_stats")
                elif luck < 0.09:
                    self.ask("GET", "/userdata?dir=workflows&recurse=true&split=false&full_info=true", allowed=(200, 404))
                elif luck < 0.12:
                    self.ask("GET", "/api/assets?limit=50")
                elif luck < 0.15:
                    self.ask("GET", "/")
                while not self.world.over.is_set():
                    item = self.done.get_nowait()
                    target = "/view?" + urllib.parse.urlencode(item)
                    self.world.count["pictures seen"] += 1
                    self.world.count["bytes seen"] += len(self.ask("GET", target))
                    if self.dice.random() < 0.3:
                        self.ask("GET", target + "&preview=webp%3B75")
                        self.world.count["previews made"] += 1
                    elif self.dice.random() < 0.05:
                        self.ask("GET", target + "&channel=rgb")
            except queue.Empty:
                pass
            except Failed as failure:
                self.world.failed(failure)
            if self.dice.random() < 0.05:
                self.leave()
            self.world.over.wait(self.dice.uniform(0.3, 1.2))
        self.leave()

    def listen(self):
        """A tab that is open for a while, then another one; sometimes the network goes without a goodbye."""
        while not self.world.over.is_set():
            try:
                with jobs.EventSocket(self.world.port, f"/ws?clientId={self.client_id}", self.token) as events:
                    self.world.count["tabs"] += 1
                    events.socket.settimeout(1)
                    until = time.monotonic() + self.dice.uniform(3, 30)
                    while time.monotonic() < until and not self.world.over.is_set():
                        try:
                            message = events.receive()
                        except TimeoutError:
                            # A timed-out file object reads no more.
                            events.file.close()
                            events.file = events.socket.makefile("rb")
                            continue
                        self.heard(message)
            except EOFError:
                self.world.count["tabs closed by the gate"] += 1
            except OSError as error:
                self.world.failed(Failed(f"event socket: {error!r}"))
                time.sleep(0.2)
            if self.dice.random() < 0.3:
                self.client_id = uuid.uuid4().hex

    def heard(self, message):
        if isinstance(message, bytes):
            self.world.count["preview frames"] += 1
        elif message:
            self.world.count["events"] += 1
            event = json.loads(message)
            if event["type"] == "executed":
                for item in (event["data"].get("output") or {}).get("images", []):
                    self.done.put(item)


WORDS = ("a quiet harbour at dawn with small boats and gulls over grey water painted in oil by an old master warm light "
         "long shadows fine detail of ropes nets and wet stones people walking far away clouds mountains river").split()


# MARK: The world


class World:
    def __init__(self, options):
        self.options = options
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="comfygate-hour-"))
        self.port, self.worker_port = jobs.free_port(), jobs.free_port()
        self.count = collections.Counter()
        self.failures = collections.Counter()
        self.latencies = collections.defaultdict(list)
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.gate = self.worker = None
        self.wrongs = []

    def note(self, request, took):
        with self.lock:
            self.latencies[request].append(took)

    def failed(self, failure):
        with self.lock:
            self.failures[str(failure)] += 1

    def wrong(self, text):
        self.wrongs.append(text)
        print(f"hour: {text}", flush=True)

    def command(self, *words):
        made = subprocess.run(
            [operations.PROGRAM, *words, "--config", str(self.folder / "comfygate.yaml"), "--quiet"], check=True,
            capture_output=True, text=True)
        return made.stdout.strip()

    def start(self):
        (self.folder / "comfygate.yaml").write_text(json.dumps({
            "listen": {"addresses": [f"127.0.0.1:{self.port}"]}, "console_listen": {"addresses": ["127.0.0.1:0"]},
            "data": str(self.folder / "data"), "worker": {"url": f"http://127.0.0.1:{self.worker_port}"},
            "log": {"file": str(self.folder / "log")}}))
        self.worker = Process(
            "simulate", "--listen", f"127.0.0.1:{self.worker_port}", "--data", str(self.folder / "worker"), "--step-time", "4ms",
            "--models", "checkpoints:hour.safetensors", "--lang", "en")
        self.worker.wait_for("is at http")
        tokens = []
        for number in range(self.options.people):
            self.command("account", "add", f"person{number}", "--machine")
            tokens.append(self.command("token", "create", f"person{number}", "--label", "hour"))
        self.gate = Process("serve", "--config", str(self.folder / "comfygate.yaml"), "--lang", "en")
        self.gate.wait_for("ComfyGate is at")
        self.pid = self.gate.popen.pid
        self.people = [
            Person(self, f"person{number}", token, self.options.seed) for number, token in enumerate(tokens)]
        jobs.until(lambda: operations.get(self.port, "/ready") == 200, "the gate was never ready")

    def live(self, minutes):
        """Everybody at once, for so long; then until every job has ended."""
        self.over.clear()
        pause = 3_600 * self.options.people / self.options.jobs / COMPRESSION
        threads = [threading.Thread(target=body, args=arguments, daemon=True) for person in self.people
                   for body, arguments in ((person.work, (pause,)), (person.look, ()), (person.listen, ()))]
        for thread in threads:
            thread.start()
        end, next_word = time.monotonic() + 60 * minutes, time.monotonic() + 60
        while time.monotonic() < end:
            time.sleep(1)
            if self.gate.popen.poll() is not None:
                raise AssertionError(f"the gate has ended:\n{''.join(self.gate.lines[-20:])}")
            if time.monotonic() > next_word:
                next_word += 60
                print(f"hour:     {self.count['jobs']} jobs; {describe(figures(self.pid))}", flush=True)
        self.over.set()
        for thread in threads:
            thread.join(PATIENCE)
        jobs.until(lambda: not any(self.busy(person) for person in self.people), "jobs never ended", 3 * PATIENCE)

    def busy(self, person):
        answer = json.loads(person.ask("GET", "/prompt"))
        person.leave()
        return answer["exec_info"]["queue_remaining"]

    def settle(self, least=None):
        """What is kept for reuse ends by itself."""
        time.sleep(KEPT)
        end = time.monotonic() + 60
        while least and figures(self.pid)["descriptors"] > least and time.monotonic() < end:
            time.sleep(1)
        return figures(self.pid)

    def run(self):
        options = self.options
        self.start()
        print(f"hour: at the start {describe(figures(self.pid))}", flush=True)
        self.live(options.warm_up)
        before = self.settle()
        kinds = open_files(self.pid)
        print(f"hour: warmed up with {self.count['jobs']} jobs, all gone: {describe(before)}", flush=True)
        self.latencies.clear()
        jobs_before = self.count["jobs"]
        self.live(options.minutes)
        held = figures(self.pid)
        after = self.settle(before["descriptors"])
        print(f"hour: {self.count['jobs'] - jobs_before} jobs in {options.minutes:g} minutes; at the end {describe(held)}")
        print(f"hour: all gone: {describe(after)}", flush=True)
        for request, times in sorted(self.latencies.items()):
            times.sort()
            print(f"hour:     {len(times)} × {request}: p50 {times[len(times) // 2] * 1e3:.1f} ms, "
                  f"p99 {times[len(times) * 99 // 100] * 1e3:.0f} ms, longest {times[-1] * 1e3:.0f} ms")
        print("hour:     " + ", ".join(f"{number} {what}" for what, number in sorted(self.count.items())))
        grown = {name: (after[name] - before[name]) / 1024 for name in ("VmRSS", "RssAnon", "RssFile")}
        print(f"hour: grown by {grown['VmRSS']:+.1f} MB ({grown['RssAnon']:+.1f} anonymous, {grown['RssFile']:+.1f} of files), "
              f"{after['descriptors'] - before['descriptors']:+d} descriptors, {after['Threads'] - before['Threads']:+d} threads")
        if grown["VmRSS"] > options.growth:
            self.wrong(f"memory grew by more than {options.growth:g} MB")
        if after["descriptors"] != before["descriptors"]:
            self.wrong(f"descriptors are left: {open_files(self.pid) - kinds} more, {kinds - open_files(self.pid)} less")
        if after["Threads"] > before["Threads"]:
            self.wrong("threads are left")
        for failure, times in self.failures.most_common(10):
            self.wrong(f"{times} × {failure}")
        log = self.folder / "data/comfygate.db-wal"
        print(f"hour: the log of the store is {log.stat().st_size / 1e6:.1f} MB while the gate runs")
        if self.gate.end() != 0:
            self.wrong(f"the gate ended with {self.gate.popen.returncode}")
        self.judge_store()

    def judge_store(self):
        whole, free, sizes, counts, columns = measure_store(self.folder / "data/comfygate.db")
        print(f"hour: the store has {whole / 1e6:.2f} MB, of that {free / 1e6:.2f} MB free, for {counts['jobs']} jobs with "
              f"{counts['graphs'] / 1e6:.2f} MB of graphs and workflows, and {counts['files']} files")
        for name, size in sizes.most_common(9):
            print(f"hour:     {name}: {size / 1e6:.2f} MB")
        print("hour:     bytes of a job's document: " + ", ".join(f"{name} {size or 0:.0f}" for name, size in columns.items()))
        wanted = expected(counts)
        print(f"hour: the formula says {wanted / 1e6:.2f} MB without free pages; it is {(whole - free) / 1e6:.2f} MB, "
              f"{100 * (whole - free) / wanted - 100:+.1f} %")
        if abs((whole - free) / wanted - 1) > 0.1:
            self.wrong("the store is not what the formula says")
        lying = [path.stat() for path in (self.folder / "data/assets").glob("??/*")]
        print(f"hour: {len(lying)} assets have {sum(facts.st_size for facts in lying) / 1e6:.1f} MB and take "
              f"{sum(facts.st_blocks for facts in lying) * 512 / 1e6:.1f} MB of the disk; the store knows {counts['assets']} with "
              f"{counts['asset bytes'] / 1e6:.1f} MB")
        for name in ("pictures", "worker"):
            size = sum(path.stat().st_size for path in (self.folder / "data" / name).rglob("*") if path.is_file())
            print(f"hour: data/{name} has {size / 1e6:.1f} MB")

    def close(self):
        self.over.set()
        for process in (self.gate, self.worker):
            if process and process.popen.poll() is None:
                process.popen.kill()
                process.popen.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--warm-up", type=float, default=None, help="minutes; two, or as long as --minutes when that is less")
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=1_800, help="in an hour that becomes ten minutes, of all people")
    parser.add_argument("--growth", type=float, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    options = parser.parse_args()
    if options.warm_up is None:
        options.warm_up = min(2, options.minutes)
    operations.PROGRAM = os.path.abspath(options.program)
    world = World(options)
    try:
        world.run()
    except AssertionError as error:
        world.wrong(str(error))
    finally:
        world.close()
        if options.keep:
            print(f"hour: left in {world.folder}")
        else:
            shutil.rmtree(world.folder, ignore_errors=True)
    return 1 if world.wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
