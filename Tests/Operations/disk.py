"""A disk that fills up, fills up unseen, or can only be read, under the jobs of several accounts. What was acknowledged is kept
and ends by itself once there is room again, with all its bytes and without a restart; what is new is refused, and told why.

usage: disk.py PROGRAM [--only low|start|full|injected|readonly] [--short] [--where-possible] [--seed N] [--keep]

    low       a small file system fills up while the gate watches it: refused in time, then not a byte is left
    start     the gate is started on a disk without a byte of room
    full      only the room for files runs out, which the gate cannot see beforehand
    injected  system calls on the store and on files fail (strace): ENOSPC, EROFS, EIO, some of them, all of them, with a kill
    readonly  a file system that can only be read, before and under a running gate

What the worker did is read from its journal and its output folder, as in jobs.py. Real processes, loopback only. Wants root, for
small file systems of its own and for strace; without them a part fails, because it has proved nothing, or with --where-possible
says so and is left out.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import struct
import sys
import tempfile
import threading
import time
import urllib.parse
import zlib

import jobs
import operations
from jobs import ACCOUNTS, until
from operations import PATIENCE, Lost
from small_disk import Injection, NotPossible, SmallDisk

# Pixels of a side: noise, so that no compression makes it smaller than its 3 bytes a pixel.
SIDE = 160
MB = 1 << 20
# Lines of one kind that the log may get in a second.
MOST_LINES = 10
# Seconds that a disk stays full: longer than any time limit of jobs in `World.settings`.
HOLD = 6


# MARK: Pictures


def noise(dice):
    """A PNG without order, and its pixels."""
    pixels = dice.randbytes(3 * SIDE * SIDE)
    rows = b"".join(b"\0" + pixels[row * 3 * SIDE:(row + 1) * 3 * SIDE] for row in range(SIDE))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return png, pixels


def judge_inverse(png, pixels):
    """Raises unless it is the picture with each value turned round."""
    found = jobs.chunks(png)
    width, height, depth, kind = struct.unpack(">IIBB", dict(found)[b"IHDR"][:10])
    assert (width, height, depth, kind) == (SIDE, SIDE, 8, 2), (width, height, depth, kind)
    data = zlib.decompress(b"".join(data for name, data in found if name == b"IDAT"))
    previous, at = bytes(3 * width), 0
    for row in range(height):
        previous = jobs.unfiltered(data[at], data[at + 1:at + 1 + 3 * width], previous, 3)
        wanted = bytes(255 - value for value in pixels[row * 3 * width:(row + 1) * 3 * width])
        assert previous == wanted, f"row {row} has other pixels"
        at += 1 + 3 * width


class NoiseJob(jobs.Job):
    """Turns an uploaded picture round."""

    def __init__(self, number, account, name, pixels, secret):
        self.name, self.pixels = name, pixels
        super().__init__(number, account, "noise", 0, secret)

    def _graph(self):
        return {"load": {"class_type": "LoadImage", "inputs": {"image": self.name}},
                "turn": {"class_type": "ImageInvert", "inputs": {"image": ["load", 0]}},
                "save": {"class_type": "SaveImage", "_meta": {"title": self.marker},
                         "inputs": {"images": ["turn", 0], "filename_prefix": "noise"}}}


class Client(jobs.Owner):
    """As in jobs.py, and it remembers what it was refused."""

    def __init__(self, world, name, token):
        super().__init__(world, name, token, PATIENCE)
        self.uploads = {}  # name -> SHA-256 of what was acknowledged
        self.dice = random.Random(f"{world.seed} {name}")

    def ask(self, method, target, body=None, kind="application/json"):
        response, answer = self.exchange(method, target, body, kind)
        if response.status >= 429:
            self.world.refused(method, target.split("?")[0], response, answer)
        return response.status, answer

    def upload(self, png, name):
        """The name it has now; None when it was refused."""
        status, answer = self.send_picture(png, name)
        if status != 200:
            return None
        name = json.loads(answer)["name"]
        self.uploads[name] = hashlib.sha256(png).hexdigest()
        return name


# MARK: The world


class World(jobs.World):
    """A folder with a small disk in it, a worker, a gate, and clients that go on until they are told to stop."""

    # Short, so that a full disk outlasts them.
    settings = {"handover_grace": "1s", "worker_grace": "3s", "cancel_grace": "1s", "finish_grace": "2s"}

    def __init__(self, template, tokens, seed, name):
        self.random = random.Random(f"{seed} {name}")
        random.seed(seed)
        self.seed, self.name = seed, name
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"comfygate-disk-{name}-"))
        self.disks = []
        self.template = template
        self.gate_port, self.worker_port = jobs.free_port(), jobs.free_port()
        self.count = collections.Counter()
        self.refusals = collections.defaultdict(collections.Counter)  # phase -> (request, status, code) -> times
        self.taken = collections.defaultdict(collections.Counter)  # phase -> request -> times
        self.words = {}  # code -> what a person reads
        self.phase = "before"
        self.stopping, self.calm = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self.numbers = 0
        self.gate = self.worker = None
        self.gate_kills, self.worker_deaths, self.stills, self.violations = [], [], [], []
        self.owners = [Client(self, name, tokens[name]) for name in ACCOUNTS]
        self.workers = []

    def open_disk(self, megabytes, place=None):
        """A disk below the folder: at `place` in the data folder, or with the whole data folder on it."""
        if place:
            shutil.copytree(self.template, self.folder / "data")
            disk = SmallDisk(self.folder / "data" / place, megabytes)
        else:
            disk = SmallDisk(self.folder / "disk", megabytes)
            shutil.copytree(self.template, self.folder / "disk/data")
        self.disks.append(disk)
        return disk

    @property
    def data(self):
        return self.folder / "disk/data" if (self.folder / "disk").exists() else self.folder / "data"

    @property
    def store(self):
        return self.data / "comfygate.db"

    def configure(self):
        (self.folder / "comfygate.yaml").write_text(json.dumps({
            "listen": {"addresses": [f"127.0.0.1:{self.gate_port}"]}, "console_listen": {"addresses": ["127.0.0.1:0"]},
            "data": str(self.data), "worker": {"url": f"http://127.0.0.1:{self.worker_port}"},
            "limits": {"request_rate": 100_000, "request_burst": 100_000}, "jobs": self.settings,
            "log": {"file": str(self.folder / "log"), "access": False}}))

    def refused(self, method, target, response, answer):
        """A refusal must be one a client can act on and a person can understand."""
        try:
            error = json.loads(answer)["error"]
            code = error.get("code") or error.get("type")
            words = error["message"]
        except (ValueError, KeyError, TypeError, AttributeError):
            code, words = "?", repr(answer[:200])
            self.wrong(f"{method} {target} was answered {response.status} {answer[:200]!r}")
        with self.lock:
            # A job's id is not what is asked for.
            self.refusals[self.phase][f"{method} /{target.split('/')[1]}", response.status, code] += 1
            self.words[code] = words
        if response.status == 503 and not (response.headers["Retry-After"] or "").isdigit():
            self.wrong(f"{method} {target} was refused without saying when to come again")
        if response.status not in (429, 503):
            self.wrong(f"{method} {target} was answered {response.status} {code} while {self.phase}")

    # Clients

    def next_number(self):
        with self.lock:
            self.numbers += 1
            return self.numbers

    def post(self, owner, job):
        """One try; whether it was taken."""
        owner.jobs.append(job)
        body = {"prompt": job.graph, "client_id": "tab", "prompt_id": job.id}
        phase = self.phase
        try:
            status, answer = owner.ask("POST", "/prompt", body)
        except Lost:
            self.count["answers lost"] += 1
            return False
        job.status = status
        if status == 200:
            if json.loads(answer)["prompt_id"] != job.id:
                self.wrong(f"job {job.number} was answered {answer[:300]!r}")
            job.acknowledged = time.time()
            with self.lock:
                self.taken[phase]["POST /prompt"] += 1
        elif status == 400:
            self.wrong(f"job {job.number} was answered 400 {answer[:300]!r}")
        return status == 200

    def client(self, owner):
        """What one account does: uploads, prompts, looks, a cancel now and then."""
        while not self.calm.is_set():
            number = self.next_number()
            try:
                phase = self.phase
                if owner.dice.random() < 0.7:
                    png, pixels = noise(owner.dice)
                    name = owner.upload(png, f"{owner.secret[-8:]}-{number}.png")
                    if name:
                        with self.lock:
                            self.taken[phase]["POST /upload"] += 1
                        self.post(owner, NoiseJob(number, owner.name, name, pixels, owner.secret))
                    # Who may not upload tries what needs no upload.
                if owner.dice.random() < 0.6:
                    kind = owner.dice.choice(["plain", "plain", "many", "broken"])
                    colour = owner.dice.randrange(1, 1 << 24)
                    self.post(owner, jobs.Job(self.next_number(), owner.name, kind, colour, owner.secret))
                if owner.dice.random() < 0.05:
                    known = [job for job in owner.jobs if job.acknowledged and not job.cancels]
                    if known:
                        self.cancel(owner, owner.dice.choice(known[-5:]))
                if owner.dice.random() < 0.1:
                    status, _ = owner.ask("GET", "/queue")
                    if status != 200:
                        self.wrong(f"GET /queue was answered {status} while {self.phase}")
            except Lost:
                self.count["answers lost"] += 1
            time.sleep(owner.dice.uniform(0.01, 0.06))

    def cancel(self, owner, job):
        """True when the gate has said that it is canceled."""
        sent = time.time()
        status, answer = owner.ask("POST", f"/api/jobs/{job.id}/cancel", {})
        told = status == 200 and json.loads(answer)["cancelled"]
        job.cancels.append(("jobs", sent, time.time() if status == 200 else None, told))
        self.count["cancels"] += 1
        return told

    def start(self):
        self.configure()
        self.start_worker()
        self.start_gate()
        self.pid = self.gate.popen.pid
        self.log = operations.Log(self.folder / "log")
        self.workers = [threading.Thread(target=self.guarded, args=(owner,), daemon=True) for owner in self.owners]
        for thread in [threading.Thread(target=owner.listen, daemon=True) for owner in self.owners] + self.workers:
            thread.start()

    # What the parts wait for

    def ended(self):
        """How many jobs the worker has brought to an end."""
        return sum(entry["event"] == "ended" for entry in self.journal())

    def acknowledged(self):
        return sum(job.acknowledged is not None for owner in self.owners for job in owner.jobs)

    def enter(self, phase):
        with self.lock:
            self.phase = phase

    def until_refused(self, *requests, code=None):
        def all_refused():
            seen = {request for (request, status, found), _ in self.refusals[self.phase].items()
                    if status == 503 and code in (None, found)}
            return set(requests) <= seen

        until(all_refused, f"{requests} were never refused while {self.phase}: {dict(self.refusals[self.phase])}")

    def until_taken(self, *requests, patience=PATIENCE):
        began = time.monotonic()
        before = dict(self.taken[self.phase])
        until(lambda: all(self.taken[self.phase][request] > before.get(request, 0) for request in requests),
              f"{requests} were not taken while {self.phase}: {dict(self.refusals[self.phase])}", patience)
        return time.monotonic() - began

    def until_logged(self, *events):
        return self.log.until(*events)

    def expect_alive(self):
        if self.gate.popen.poll() is not None:
            raise AssertionError(f"the gate ended with {self.gate.popen.returncode}:\n{''.join(self.gate.lines[-20:])}")

    def settle(self):
        """Clients stop, and every job ends."""
        self.calm.set()
        for thread in self.workers:
            thread.join(PATIENCE)
        began = time.monotonic()
        until(lambda: not self.busy(), "jobs never ended", 2 * PATIENCE)
        return time.monotonic() - began

    def finish(self):
        """The end of each part: all has ended, and all that was acknowledged is there."""
        took = self.settle()
        self.expect_alive()
        if self.gate.popen.pid != self.pid:
            self.wrong("it is another process")
        self.count["seconds to the end of all jobs"] += round(took, 1)
        self.judge()
        self.stopping.set()
        if self.gate.end() != 0:
            self.wrong(f"the gate ended with {self.gate.popen.returncode}")
        self.judge_store()
        self.judge_log()

    def close(self):
        self.stopping.set()
        self.calm.set()
        for process in (self.gate, self.worker):
            if process and process.popen.poll() is None:
                process.popen.send_signal(signal.SIGCONT)
                process.popen.kill()
                process.popen.wait()
        for disk in self.disks:
            disk.end()

    # The judgement

    def judge(self):
        attempts, by_id = collections.defaultdict(dict), {}
        for entry in self.journal():
            if entry["event"] == "received":
                marker = next((node["_meta"]["title"] for node in entry["prompt"].values() if "_meta" in node), None)
                by_id[entry["id"]] = attempts[marker][entry["id"]] = {"received": entry["at"] / 1e6}
            elif entry["id"] in by_id:
                by_id[entry["id"]][entry["event"]] = entry["at"] / 1e6
                if entry["event"] == "ended":
                    by_id[entry["id"]]["end"] = entry
        names = collections.Counter()
        for owner in self.owners:
            whole = json.loads(owner.insist("GET", "/history?max_items=100000")[1])
            for strange in set(whole) - {job.id for job in owner.jobs}:
                self.wrong(f"{owner.name} sees {strange} in history")
            for job in owner.jobs:
                try:
                    self.judge_job(owner, job, attempts[job.marker], whole.get(job.id), names)
                except AssertionError as error:
                    self.wrong(f"job {job.number} ({job.kind}, {job.id}): {error}")
                except Exception as error:
                    self.wrong(f"job {job.number} ({job.kind}, {job.id}): {error!r}")
            for name, digest in owner.uploads.items():
                status, png = owner.insist("GET", "/view?" + urllib.parse.urlencode({"filename": name, "type": "input"}))
                if status != 200 or hashlib.sha256(png).hexdigest() != digest:
                    self.wrong(f"the upload {name} of {owner.name} is lost: {status}")
                self.count["uploads kept"] += 1
        for (name, *place), times in names.items():
            if times > 1:
                self.wrong(f"{name} has {times} files called {place}")
        self.judge_events()

    def judge_job(self, owner, job, attempts, entry, names):
        ended = [attempt["end"] for attempt in attempts.values() if "end" in attempt]
        self.count["ran to the end twice"] += sum(end["completed"] for end in ended) > 1
        if entry is None:
            if job.acknowledged is None:
                self.count["refused and not there"] += 1
                assert not attempts, "it was refused, is not there, and ran all the same"
                return
            assert job.cancels, "it was acknowledged, is gone, and nobody canceled it"
            self.count["withdrawn"] += 1
            return
        if job.acknowledged is None:
            self.count["refused and there all the same"] += 1
        assert entry["prompt"][2] == job.graph, "history shows another graph"
        said = {name: data for name, data in entry["status"]["messages"]}
        if "execution_interrupted" in said:
            assert job.cancels, "nobody asked for its end"
            self.count["canceled"] += 1
            return
        if job.kind == "broken":
            error = said.get("execution_error", {})
            assert error.get("exception_type") == "RuntimeError", f"it ended with {error.get('exception_type')}"
            self.count["failed in a node"] += 1
            return
        assert entry["status"]["status_str"] == "success", f"{said.get('execution_error', said)}"[:300]
        assert any(end["completed"] for end in ended), "it never succeeded"
        self.count["succeeded"] += 1
        self.judge_files(owner, job, entry, ended, names)
        self.judge_told(owner, job)

    def judge_files(self, owner, job, entry, ended, names):
        if job.kind != "noise":
            return super().judge_files(owner, job, entry, ended, names)
        hashes = {}
        for end in ended:
            for item in [item for out in (end["outputs"] or {}).values() for item in out.get("images", [])]:
                path = self.folder / "worker" / item["type"] / item["subfolder"] / item["filename"]
                if path.exists():
                    png = path.read_bytes()
                    hashes[jobs.picture_hash(png)] = png
        items = entry["outputs"].get("save", {}).get("images", [])
        assert len(items) == 1, f"outputs {entry['outputs']}"
        names[(owner.name, items[0]["type"], items[0]["subfolder"], items[0]["filename"])] += 1
        status, png = owner.insist("GET", "/view?" + urllib.parse.urlencode(items[0]))
        assert status == 200, f"{items[0]} is answered {status}"
        assert jobs.picture_hash(png) in hashes, "it is not what the worker wrote"
        words = dict(data.split(b"\0", 1) for name, data in jobs.chunks(png) if name == b"tEXt")
        assert json.loads(words[b"prompt"]) == job.graph, "the picture carries another graph"
        if job.number % 10 == 0:
            judge_inverse(png, job.pixels)
            self.count["files compared pixel by pixel"] += 1
        self.count["files"] += 1
        self.count["bytes"] += len(png)

    def judge_store(self):
        """The gate has ended: what it left on the disk."""
        drafts = list((self.data / "assets/drafts").iterdir())
        if drafts:
            self.wrong(f"{len(drafts)} drafts are left over")
        with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True) as store:
            found = store.execute("PRAGMA integrity_check").fetchall()
            if found != [("ok",)]:
                self.wrong(f"the store is damaged: {found[:3]}")
            if store.execute("PRAGMA foreign_key_check").fetchall():
                self.wrong("the store has references to nothing")
            kept = {row[0].hex() for row in store.execute("SELECT hash FROM asset")}
            left = store.execute("SELECT COUNT(*) FROM job WHERE ended IS NULL").fetchone()[0]
            open_attempts = store.execute("SELECT COUNT(*) FROM attempt WHERE ended IS NULL").fetchone()[0]
            outcomes = store.execute("SELECT outcome, COUNT(*) FROM attempt GROUP BY outcome").fetchall()
            # Who cancels a job that waits for room gives its results up.
            lost = store.execute("SELECT COUNT(*) FROM attempt JOIN job ON job = sequence WHERE outcome = 'outputs_lost' "
                                 "AND cancel_requested IS NULL").fetchone()[0]
        store.close()
        for outcome, times in outcomes:
            self.count[f"attempts: {outcome}"] += times
        # Nothing is wrong with the worker.
        if lost:
            self.wrong(f"{lost} attempts were given up because the gate could not keep what they made")
        there = {path.parent.name + path.name for path in (self.data / "assets").glob("??/*")}
        if kept - there:
            self.wrong(f"{len(kept - there)} assets have no file")
        self.count["files without a row"] += len(there - kept)
        if left or open_attempts:
            self.wrong(f"the store has {left} open jobs and {open_attempts} open attempts")

    def judge_log(self):
        """A full disk is told of, and not by the thousand."""
        lines = [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]
        seconds = collections.Counter((line["event"], line["time"][:19]) for line in lines)
        for event, times in collections.Counter(line["event"] for line in lines).items():
            most = max(number for (name, _), number in seconds.items() if name == event)
            self.count[f"log: {event}"] += times
            self.count[f"log: most of {event} in a second"] = most
            if most > MOST_LINES:
                self.wrong(f"the log has {most} lines {event} of one second")


# MARK: The parts


def low(world, short):
    disk = world.open_disk(400)
    total = os.statvfs(disk.folder).f_blocks * os.statvfs(disk.folder).f_frsize
    limit = total // 20
    world.start()
    if not has_reserve(world):
        world.wrong("there is no reserve")
    disk.fill(leave=limit + 8 * MB)
    world.enter("there is room")
    until(lambda: world.ended() >= 8, "no job ever ended")
    # Results do not use room up from here on, and a line forms.
    world.worker.popen.send_signal(signal.SIGSTOP)
    world.enter("little room")
    world.until_refused("POST /prompt", "POST /upload", code="disk_low")
    time.sleep(1.5)
    world.enter("little room, a moment later")
    world.until_refused("POST /prompt", "POST /upload", code="disk_low")
    time.sleep(1)
    if world.taken[world.phase]:
        world.wrong(f"{dict(world.taken[world.phase])} were taken while there was too little room")
    if disk.free < limit - 4 * MB:
        world.wrong(f"refused only when {disk.free >> 20} MB were left, not {limit >> 20}")
    world.count["free when refused, KB"] = disk.free >> 10
    # Somebody else takes the rest.
    disk.fill()
    world.enter("no room")
    world.worker.popen.send_signal(signal.SIGCONT)
    world.until_logged("outputs_waiting")
    cancel_while_full(world)
    time.sleep(2 if short else HOLD)
    world.expect_alive()
    world.count["free while full, KB"] = disk.free >> 10
    world.count["reserve given up"] = not has_reserve(world)
    if world.taken[world.phase]:
        world.wrong(f"{dict(world.taken[world.phase])} were taken while there was no room")
    # The power goes; what the reserve gave is enough for a start, and for more cancels.
    world.kill_gate()
    world.start_gate()
    world.pid = world.gate.popen.pid
    cancel_while_full(world)
    disk.remount("size=800m")
    world.enter("room again")
    world.count["seconds until taken again"] = round(world.until_taken("POST /prompt", "POST /upload"), 1)
    world.finish()


def start(world, short):
    """A start on a disk without a byte of room: with a reserve it works, without one it says what is missing."""
    disk = world.open_disk(400)
    world.start()
    world.enter("there is room")
    until(lambda: world.ended() >= 3, "no job ever ended")
    for way, end in {"killed": world.kill_gate, "ended": lambda: world.gate.end()}.items():
        end()
        disk.fill()
        world.enter(f"no room, {way} before")
        world.start_gate()
        world.count["starts with a reserve"] += 1
        if has_reserve(world):
            world.wrong("the reserve was not given up")
        cancel_while_full(world)
        # What it gave is for the ends of jobs: neither for what is new nor for results.
        world.until_refused("POST /prompt", "POST /upload", code="disk_low")
        time.sleep(1 if short else HOLD)
        if world.taken[world.phase]:
            world.wrong(f"{dict(world.taken[world.phase])} were taken with {world.phase}")
        world.count[f"free, {way} before, KB"] = disk.free >> 10
        if disk.free < 48 * MB:
            world.wrong(f"{disk.free >> 10} KB are left of what the reserve gave")
        cancel_while_full(world)
        world.enter("room again")
        (world.folder / "disk/filler").unlink()
        world.until_taken("POST /prompt", "POST /upload")
        until(lambda: has_reserve(world), "the reserve never came back")
    if world.gate.end() != 0:
        world.wrong(f"the gate ended with {world.gate.popen.returncode}")
    (world.data / "reserve").unlink()
    disk.fill()
    world.start_gate(wait=False)
    if world.gate.popen.wait(PATIENCE) == 0:
        world.wrong("a gate without room ended with 0")
    time.sleep(0.2)
    said = "".join(world.gate.lines)
    print(f"    it says: {said.strip()}")
    if "store_full" not in said:
        world.wrong("a gate without room does not say so")
    (world.folder / "disk/filler").unlink()
    world.start_gate()
    world.until_taken("POST /prompt", "POST /upload")
    world.pid = world.gate.popen.pid
    world.enter("room again")
    world.finish()


def has_reserve(world):
    reserve = world.data / "reserve"
    return reserve.exists() and reserve.stat().st_size > 0


def cancel_while_full(world):
    """Ends that need nothing but the store are written on a full disk."""
    for owner in world.owners:
        # This thread's connection may be to a gate that is gone.
        owner.leave()
        status, answer = owner.ask("GET", "/queue")
        waiting = [item[1] for item in json.loads(answer)["queue_pending"]]
        for job in [job for job in owner.jobs if job.id in waiting][:3]:
            end = time.monotonic() + PATIENCE
            while not world.cancel(owner, job):
                if json.loads(owner.ask("GET", f"/history/{job.id}")[1]):
                    # Its turn came first, and it ended by itself.
                    break
                if time.monotonic() > end:
                    world.wrong(f"job {job.number} could not be canceled while there was no room")
                    return
                time.sleep(0.2)
            else:
                world.count["canceled while full"] += 1
            # One that began meanwhile is being stopped, and may be at the worker for a moment.
            if job.id in [item[1] for item in json.loads(owner.ask("GET", "/queue")[1])["queue_pending"]]:
                world.wrong(f"job {job.number} is canceled and still waits")


def full(world, short):
    disk = world.open_disk(8, place="assets")
    world.start()
    world.enter("there is room")
    until(lambda: world.ended() >= 5, "no job ever ended")
    world.enter("no room for files")
    world.until_refused("POST /upload", code="store_full")
    world.until_logged("outputs_waiting")
    world.enter("still no room for files")
    time.sleep(2 if short else HOLD)
    world.expect_alive()
    disk.remount("size=200m")
    world.enter("room again")
    world.count["seconds until taken again"] = round(world.until_taken("POST /prompt", "POST /upload"), 1)
    world.finish()


def injected(world, short):
    # A disk that reports errors is given up after this time, and the job is tried anew; a full one never.
    world.settings = {**world.settings, "finish_grace": "30s"}
    shutil.copytree(world.template, world.folder / "data")
    world.start()
    world.enter("all is well")
    until(lambda: world.ended() >= 5, "no job ever ended")
    store = [world.store, f"{world.store}-wal"]
    rounds = [
        ("no room in the log", "pwrite64", "ENOSPC", store, None),
        ("no room now and then", "pwrite64", "ENOSPC", store, "3+5"),
        ("no room at the sync", "fdatasync", "ENOSPC", store, "1+2"),
        ("no room for files", "fsync,rename", "ENOSPC", [], None),
        ("no room for files now and then", "fsync,rename", "ENOSPC", [], "2+3"),
        ("a store that can only be read", "pwrite64,fdatasync,ftruncate", "EROFS", store, None),
        ("files that can only be read", "fsync,rename", "EROFS", [], None),
        ("a broken disk at the sync", "fdatasync", "EIO", store, "1+3"),
        ("a broken disk", "pwrite64", "EIO", store, "2+3"),
    ]
    for name, calls, error, paths, when in rounds[::3] if short else rounds:
        world.enter(name)
        injection = Injection(world.pid, calls, error, paths, when)
        time.sleep(1 if short else 2)
        failed = injection.end()
        world.count[f"calls failed: {name}"] = failed
        if not failed:
            world.wrong(f"{name}: no call has failed")
        world.expect_alive()
        world.enter(f"after {name}")
        world.count[f"seconds until taken: {name}"] = round(world.until_taken("POST /prompt", "POST /upload", patience=20), 1)
    # The power goes while the disk is full.
    world.enter("killed with no room")
    injection = Injection(world.pid, "pwrite64", "ENOSPC", store, "2+2")
    time.sleep(0.7)
    world.kill_gate()
    injection.end()
    world.start_gate()
    world.pid = world.gate.popen.pid
    world.enter("after the kill")
    world.until_taken("POST /prompt", "POST /upload", patience=20)
    world.finish()


def readonly(world, short):
    disk = world.open_disk(200)
    world.start()
    world.enter("there is room")
    until(lambda: world.ended() >= 5, "no job ever ended")
    try:
        disk.remount("ro")
        world.count["the kernel made it read-only under the gate"] = 1
        world.enter("read-only")
        world.until_refused("POST /prompt", "POST /upload")
        time.sleep(HOLD)
        disk.remount("rw")
    except NotPossible as reason:
        # Linux does so as long as a file is open for writing, and the store always is.
        world.count["the kernel refused to make it read-only under the gate"] = 1
        if "busy" not in str(reason):
            raise
        world.enter("read-only")
        injection = Injection(
            world.pid, "pwrite64,fdatasync,ftruncate,fsync,rename", "EROFS",
            [world.store, f"{world.store}-wal", *(world.data / "assets").glob("??")])
        world.until_refused("POST /prompt", "POST /upload")
        time.sleep(1 if short else HOLD)
        world.count["calls failed"] = injection.end()
    world.expect_alive()
    world.enter("may be written again")
    world.count["seconds until taken again"] = round(world.until_taken("POST /prompt", "POST /upload", patience=20), 1)
    # A start on such a disk says what is wrong, and takes nothing apart.
    world.enter("restarted")
    if world.gate.end() != 0:
        world.wrong(f"the gate ended with {world.gate.popen.returncode}")
    disk.remount("ro")
    world.start_gate(wait=False)
    if world.gate.popen.wait(PATIENCE) == 0:
        world.wrong("a gate on a disk that can only be read ended with 0")
    time.sleep(0.2)
    said = "".join(world.gate.lines)
    print(f"    it says: {said.strip()}")
    disk.remount("rw")
    world.start_gate()
    world.pid = world.gate.popen.pid
    world.until_taken("POST /prompt", "POST /upload", patience=20)
    world.finish()


PARTS = {"low": low, "start": start, "full": full, "injected": injected, "readonly": readonly}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--only", choices=PARTS, action="append", default=None)
    parser.add_argument("--short", action="store_true", help="every third injection, and no long waits")
    parser.add_argument("--where-possible", action="store_true", help="leave out what this machine does not allow")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", action="store_true", help="leave the folder of a failed part")
    arguments = parser.parse_args()
    operations.PROGRAM = os.path.abspath(arguments.program)
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 31)
    base = pathlib.Path(tempfile.mkdtemp(prefix="comfygate-disk-"))
    failed = []
    try:
        gate, tokens = jobs.template(base)
        for name in arguments.only or PARTS:
            began = time.monotonic()
            print(f"disk: {name}, seed {seed}", flush=True)
            world = World(gate, tokens, seed, name)
            try:
                PARTS[name](world, arguments.short)
            except NotPossible as reason:
                if arguments.where_possible:
                    print(f"disk: {name}: LEFT OUT, this machine does not allow it: {reason}")
                    # What was begun proves nothing either way.
                    world.violations = []
                else:
                    world.wrong(f"not possible on this machine, so nothing is proved: {reason}")
            except AssertionError as error:
                world.wrong(str(error))
            finally:
                world.close()
            print(f"disk: {name}: {time.monotonic() - began:.0f} s, {world.acknowledged()} jobs acknowledged, "
                  f"{len(world.violations)} violations")
            for phase in dict.fromkeys([*world.taken, *world.refusals]):
                taken = ", ".join(f"{times} {request}" for request, times in sorted(world.taken[phase].items()))
                print(f"    {phase}: taken {taken or 'nothing'}")
                for (request, status, code), times in sorted(world.refusals[phase].items()):
                    print(f"        {times} × {request}: {status} {code}")
            for code, words in sorted(world.words.items()):
                print(f"    {code}: {words}")
            for what, number in sorted(world.count.items()):
                print(f"    {what}: {number}")
            for text in world.violations[:20]:
                print(f"    VIOLATION: {text}")
            if world.violations:
                failed.append(name)
            if world.violations and arguments.keep:
                print(f"    left in {world.folder}")
            else:
                shutil.rmtree(world.folder, ignore_errors=True)
            sys.stdout.flush()
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(f"disk: {'failed: ' + ', '.join(failed) if failed else 'all is well'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
