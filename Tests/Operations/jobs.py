"""Truth under fire: jobs of several accounts on one worker that crashes, hangs, loses answers and drops sockets, while the gate
is killed again and again. In the end every job that was acknowledged must have ended once, for its owner alone, with what
really came of it, and with all its bytes.

usage: jobs.py PROGRAM [--runs N] [--jobs N] [--seed N] [--keep]

A run that failed is repeated by `--runs 1 --seed` and the number it printed. What the worker really did is read from its
journal (`comfygate simulate --journal`) and its output folder. Real processes, loopback only, nothing but Python.
"""

import argparse
import base64
import collections
import hashlib
import http.client
import json
import os
import pathlib
import queue
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
import zlib

import operations
from operations import PATIENCE, Lost, Process

ACCOUNTS = ["anna", "boris", "carla", "dmitri"]
SIZE = 8


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.02)


# MARK: Pictures


def chunks(png):
    """The chunks of a PNG, their checksums verified."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
    at, found = 8, []
    while at < len(png):
        count, kind = struct.unpack(">I4s", png[at:at + 8])
        data = png[at + 8:at + 8 + count]
        assert len(data) == count, "cut off"
        (checksum,) = struct.unpack(">I", png[at + 8 + count:at + 12 + count])
        assert zlib.crc32(kind + data) == checksum, f"checksum of {kind}"
        found.append((kind, data))
        at += 12 + count
    assert found and found[-1][0] == b"IEND", "no end"
    return found


def picture_hash(png):
    """The hash of everything in a picture but its words, which the gate replaces."""
    digest = hashlib.sha256()
    for kind, data in chunks(png):
        if kind not in (b"tEXt", b"iTXt", b"zTXt"):
            digest.update(kind + data)
    return digest.hexdigest()


def judge_picture(png, colour, graph):
    """Raises unless it is all of this colour and says that it was made by this graph."""
    found = chunks(png)
    width, height, depth, kind = struct.unpack(">IIBB", dict(found)[b"IHDR"][:10])
    assert (width, height, depth) == (SIZE, SIZE, 8), (width, height, depth)
    samples = {2: 3, 6: 4}[kind]
    data = zlib.decompress(b"".join(data for name, data in found if name == b"IDAT"))
    rows, previous = [], bytes(width * samples)
    assert len(data) == height * (1 + width * samples), "not all pixels"
    for row in range(height):
        begin = row * (1 + width * samples)
        rows.append(previous := unfiltered(data[begin], data[begin + 1:begin + 1 + width * samples], previous, samples))
    wanted = bytes((colour >> 16 & 255, colour >> 8 & 255, colour & 255))
    for row in rows:
        for at in range(0, len(row), samples):
            assert row[at:at + 3] == wanted, f"pixel {row[at:at + 3].hex()}, not {wanted.hex()}"
    words = dict(data.split(b"\0", 1) for name, data in found if name == b"tEXt")
    assert json.loads(words[b"prompt"]) == graph, "the picture carries another graph"


def unfiltered(form, line, previous, samples):
    out = bytearray(line)
    for at, value in enumerate(line):
        left = out[at - samples] if at >= samples else 0
        above = previous[at]
        corner = previous[at - samples] if at >= samples else 0
        if form == 1:
            add = left
        elif form == 2:
            add = above
        elif form == 3:
            add = (left + above) // 2
        elif form == 4:
            guess = left + above - corner
            near = sorted(((abs(guess - left), 0, left), (abs(guess - above), 1, above), (abs(guess - corner), 2, corner)))
            add = near[0][2]
        else:
            add = 0
        out[at] = (value + add) & 255
    return bytes(out)


# MARK: Jobs


class Job:
    """One prompt, and all that its owner was told of it."""

    def __init__(self, number, account, kind, colour, secret):
        self.number, self.account, self.kind, self.colour = number, account, kind, colour
        self.id = str(uuid.UUID(int=random.getrandbits(128), version=4))
        self.marker = f"job-{number}-{secret}"
        self.acknowledged = None
        self.cancels = []  # (method, sent, answered or None, word)
        self.ends = []  # history entries as they were seen
        self.graph = self._graph()

    def _graph(self):
        graph = {"1": {"class_type": "EmptyImage",
                       "inputs": {"width": SIZE, "height": SIZE, "batch_size": 2 if self.kind == "many" else 1,
                                  "color": self.colour}}}
        last = "1"
        for step in range({"slow": 8, "long": 60}.get(self.kind, 0)):
            graph[f"n{step}"] = {"class_type": "ImageInvert", "inputs": {"image": [last, 0]}}
            last = f"n{step}"
        if self.kind in ("broken", "poison", "hang"):
            graph[self.kind] = {"class_type": "ImageInvert", "inputs": {"image": [last, 0]}}
            last = self.kind
        graph["save"] = {"class_type": "SaveImage", "_meta": {"title": self.marker},
                         "inputs": {"images": [last, 0], "filename_prefix": "pic"}}
        if self.kind == "many":
            graph["show"] = {"class_type": "PreviewImage", "inputs": {"images": [last, 0]}}
            graph["other"] = {"class_type": "SaveImage",
                              "inputs": {"images": [last, 0], "filename_prefix": f"sub/{self.number}"}}
        return graph

    @property
    def wanted(self):
        """How many files each output node makes."""
        return {"save": 2, "show": 2, "other": 2} if self.kind == "many" else {"save": 1}

    def mayBeCanceled(self):
        return bool(self.cancels)

    def firstAcknowledgedCancel(self):
        """When the owner was told that it is canceled, by the one answer that says so."""
        times = [answered for _, _, answered, word in self.cancels if answered and word]
        return min(times) if times else None


class Owner(operations.Client):
    """One account's client: a token, and a socket that outlives gates."""

    def __init__(self, world, name, token, patience=20):
        super().__init__(world.gate_port, token, patience)
        self.world, self.name = world, name
        self.secret = f"secret-{name}-{random.getrandbits(64):x}"
        self.jobs = []
        self.heard = []  # (time, text or bytes)
        self.finished = queue.Queue()

    def insist(self, method, target, body=None):
        """Asks until an answer comes that is not of a gate that is on its way up."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                status, answer = self.ask(method, target, body)
                if status not in (429, 502, 503):
                    return status, answer
            except Lost:
                self.world.count["answers lost"] += 1
            if time.monotonic() > end:
                raise AssertionError(f"{method} {target} was not answered")
            time.sleep(0.02)

    def listen(self):
        """Keeps an event socket open for as long as the run goes on; equal client ids in all accounts."""
        while not self.world.stopping.is_set():
            try:
                with EventSocket(self.world.gate_port, "/ws?clientId=tab", self.token) as events:
                    while not self.world.stopping.is_set():
                        message = events.receive()
                        if message is None:
                            continue
                        self.heard.append((time.time(), message))
                        if isinstance(message, str):
                            event = json.loads(message)
                            if event["type"] == "executing" and event["data"].get("node") is None:
                                self.finished.put(event["data"]["prompt_id"])
            except (OSError, EOFError):
                time.sleep(0.02)


class EventSocket:
    """The little of RFC 6455 that a client needs to listen."""

    def __init__(self, port, target, token):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.file = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        status = self.file.readline()
        while self.file.readline() not in (b"\r\n", b""):
            pass
        if b" 101 " not in status:
            self.socket.close()
            raise OSError(status)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def _read(self, count):
        data = self.file.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def receive(self):
        """Text, bytes, or None for what is no message."""
        first, second = self._read(2)
        count = second & 127
        if count == 126:
            (count,) = struct.unpack(">H", self._read(2))
        elif count == 127:
            (count,) = struct.unpack(">Q", self._read(8))
        data = self._read(count)
        if first & 15 == 8:
            raise EOFError
        if first & 15 == 9:
            mask = os.urandom(4)
            self.socket.sendall(bytes((0x8A, 0x80 | len(data))) + mask + bytes(b ^ mask[i & 3] for i, b in enumerate(data)))
        return data.decode() if first & 15 == 1 else data if first & 15 == 2 else None


# MARK: The world


class World:
    """A folder, a worker and a gate that come and go, and the clients."""

    def __init__(self, template, tokens, seed, jobs):
        self.random = random.Random(seed)
        random.seed(seed)
        self.seed, self.job_count = seed, jobs
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="comfygate-jobs-"))
        shutil.copytree(template, self.folder / "gate")
        self.gate_port, self.worker_port = free_port(), free_port()
        self.count = collections.Counter()
        self.stopping = threading.Event()
        self.gate = self.worker = None
        self.gate_kills = []  # when
        self.worker_deaths = []
        self.stills = []  # from when to when the worker stood still
        self.violations = []
        self.owners = [Owner(self, name, tokens[name]) for name in ACCOUNTS]
        (self.folder / "comfygate.yaml").write_text(json.dumps({
            "listen": {"addresses": [f"127.0.0.1:{self.gate_port}"]}, "console_listen": {"addresses": ["127.0.0.1:0"]},
            "data": str(self.folder / "gate"), "worker": {"url": f"http://127.0.0.1:{self.worker_port}"},
            "limits": {"request_rate": 100_000, "request_burst": 100_000},
            "jobs": {"handover_grace": "1s", "worker_grace": "3s", "stall": "2s", "cancel_grace": "1s", "finish_grace": "2s"},
            "log": {"file": str(self.folder / "log"), "access": False}}))
        self._make_jobs()

    def _make_jobs(self):
        kinds = ["plain"] * 8 + ["slow"] * 5 + ["many"] * 4 + ["long"] * 2 + ["broken"] * 2
        colours = self.random.sample(range(1, 1 << 24), self.job_count)
        chosen = [self.random.choice(kinds) for _ in range(self.job_count)]
        # Three jobs of one deadly graph, and now and then one that never ends.
        for number in self.random.sample(range(self.job_count), min(3, self.job_count // 10)):
            chosen[number], colours[number] = "poison", 0x0D0D0D
        if self.random.random() < 0.1:
            chosen[self.random.randrange(self.job_count)] = "hang"
        for number, kind in enumerate(chosen):
            owner = self.owners[self.random.randrange(len(self.owners))]
            owner.jobs.append(Job(number, owner.name, kind, colours[number], owner.secret))

    def wrong(self, text):
        self.violations.append(text)

    # Processes

    def start_worker(self):
        self.worker = Process(
            "simulate", "--listen", f"127.0.0.1:{self.worker_port}", "--data", str(self.folder / "worker"), "--journal",
            str(self.folder / "journal"), "--step-time", "2ms", "--restart-after", "120ms", "--lang", "en", "--fault",
            "crashAtNode=poison", "--fault", "errorAtNode=broken", "--fault", "hangAtNode=hang")
        self.worker.wait_for("is at http")

    def kill_worker(self):
        self.worker.popen.kill()
        self.worker.popen.wait(PATIENCE)
        self.worker_deaths.append(time.time())
        self.count["worker killed"] += 1

    def start_gate(self, wait=True):
        self.gate = Process("serve", "--config", str(self.folder / "comfygate.yaml"), "--lang", "en")
        if wait:
            self.gate.wait_for("ComfyGate is at")

    def kill_gate(self):
        self.gate.popen.kill()
        self.gate.popen.wait(PATIENCE)
        self.gate_kills.append(time.time())
        self.count["gate killed"] += 1

    def fault(self, **members):
        connection = http.client.HTTPConnection("127.0.0.1", self.worker_port, timeout=5)
        try:
            connection.request("POST", "/simulator/faults", json.dumps(members))
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def journal(self):
        path = self.folder / "journal"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    # The storm

    def submit(self, owner, job):
        body = {"prompt": job.graph, "client_id": "tab", "prompt_id": job.id,
                "extra_data": {"extra_pnginfo": {"workflow": {"id": job.marker}}}}
        status, answer = owner.insist("POST", "/prompt", body)
        if status != 200 or json.loads(answer)["prompt_id"] != job.id:
            self.wrong(f"job {job.number} was answered {status} {answer[:300]!r}")
            return
        job.acknowledged = time.time()
        if self.random.random() < 0.1:
            # A client that did not hear the answer.
            again = owner.insist("POST", "/prompt", body)
            if again[0] != 200 or json.loads(again[1])["prompt_id"] != job.id:
                self.wrong(f"job {job.number} was answered {again} when it was sent again")

    def cancel(self, owner, job):
        if self.random.random() < 0.5:
            # One that runs, if any does.
            try:
                status, answer = owner.ask("GET", "/queue")
                running = [item[1] for item in json.loads(answer)["queue_running"]] if status == 200 else []
                job = next((own for own in owner.jobs if own.id in running), job)
            except Lost:
                pass
        method = self.random.choice(["jobs", "queue", "interrupt", "jobs"])
        sent, word, answered = time.time(), None, None
        try:
            if method == "jobs":
                status, answer = owner.ask("POST", f"/api/jobs/{job.id}/cancel", {})
                if status == 200:
                    answered, word = time.time(), json.loads(answer)["cancelled"]
            elif method == "queue":
                answered = time.time() if owner.ask("POST", "/queue", {"delete": [job.id]})[0] == 200 else None
            else:
                answered = time.time() if owner.ask("POST", "/interrupt", {"prompt_id": job.id})[0] == 200 else None
        except Lost:
            self.count["answers lost"] += 1
        job.cancels.append((method, sent, answered, word))
        self.count["cancels"] += 1

    def look(self, owner, job):
        """What history says of a job now; remembered, because it may never change."""
        try:
            status, answer = owner.ask("GET", f"/history/{job.id}")
        except Lost:
            return None
        entry = json.loads(answer).get(job.id) if status == 200 else None
        if entry:
            job.ends.append(entry)
        return entry

    def client(self, owner):
        done = []
        for job in owner.jobs:
            self.submit(owner, job)
            done.append(job)
            if self.random.random() < 0.2:
                self.cancel(owner, job if self.random.random() < 0.7 else self.random.choice(done))
            if self.random.random() < 0.3:
                self.look(owner, self.random.choice(done))
            while not owner.finished.empty():
                self.told(owner, owner.finished.get())
            time.sleep(self.random.random() * 0.02)

    def told(self, owner, prompt_id):
        """A socket said that this job has ended: history must have it by now."""
        job = next((job for job in owner.jobs if job.id == prompt_id), None)
        if job is None:
            return self.wrong(f"{owner.name} was told of the end of {prompt_id}, which is not theirs")
        try:
            status, answer = owner.ask("GET", f"/history/{job.id}")
        except Lost:
            return None
        if status == 200 and job.id not in json.loads(answer):
            self.wrong(f"job {job.number} was said to have ended, and history does not have it")

    def chaos(self, clients):
        kinds = ["gate", "gate", "gate twice", "worker", "still", "500", "stall", "long stall", "delay", "answers", "files",
                 "sockets", "deaf", "slow sockets"]
        while any(thread.is_alive() for thread in clients) or self.busy():
            time.sleep(self.random.uniform(0.01, 0.25))
            if self.blows <= 0:
                return
            self.blows -= 1
            kind = self.random.choice(kinds)
            self.count[kind] += 1
            if kind.startswith("gate"):
                self.kill_gate()
                if kind == "gate twice":
                    self.start_gate(wait=False)
                    time.sleep(self.random.uniform(0, 0.3))
                    self.kill_gate()
                self.start_gate()
            elif kind == "worker":
                self.kill_worker()
                time.sleep(self.random.choice([0, 0, 0.1, 0.4]))
                self.start_worker()
            elif kind == "still":
                begin = time.time()
                self.worker.popen.send_signal(signal.SIGSTOP)
                time.sleep(self.random.uniform(0.05, 0.4))
                self.worker.popen.send_signal(signal.SIGCONT)
                self.stills.append((begin, time.time()))
            elif kind == "500":
                self.fault(failedButQueued=self.random.randint(1, 2))
            elif kind == "stall":
                self.fault(stalledPosts=1, postStall=self.random.randrange(50, 400) * 1_000_000)
            elif kind == "long stall":
                # Longer than the gate waits: what it has given up then runs all the same.
                self.fault(stalledPosts=1, postStall=1_500_000_000)
            elif kind == "delay":
                self.fault(delayedPosts=1, postDelay=self.random.randrange(50, 400) * 1_000_000)
            elif kind == "answers":
                self.fault(lostAnswers=self.random.randint(1, 3))
            elif kind == "files":
                self.fault(brokenFiles=self.random.randint(1, 3))
            elif kind == "sockets":
                self.fault(cutSockets=self.random.randint(1, 3))
            elif kind == "deaf":
                self.fault(deafSockets=True)
                time.sleep(0.1)
                self.fault(deafSockets=False)
            elif kind == "slow sockets":
                self.fault(socketDelay=self.random.randrange(20, 300) * 1_000_000)
                time.sleep(0.3)
                self.fault(socketDelay=0)

    def busy(self):
        """Something is still waiting or running."""
        for owner in self.owners:
            try:
                status, answer = owner.ask("GET", "/prompt")
            except Lost:
                return True
            if status != 200 or json.loads(answer)["exec_info"]["queue_remaining"]:
                return True
        return False

    def run(self):
        self.blows = self.random.randint(8, 24)
        began = time.monotonic()
        self.start_worker()
        self.start_gate()
        listeners = [threading.Thread(target=owner.listen, daemon=True) for owner in self.owners]
        clients = [threading.Thread(target=self.guarded, args=(owner,)) for owner in self.owners]
        for thread in listeners + clients:
            thread.start()
        try:
            self.chaos(clients)
            for thread in clients:
                thread.join(PATIENCE)
            self.fault(deafSockets=False, failedButQueued=0, stalledPosts=0, delayedPosts=0, lostAnswers=0, brokenFiles=0,
                       cutSockets=0, socketDelay=0)
            self.settle()
            self.took = time.monotonic() - began
            self.judge()
        finally:
            self.stopping.set()
            for process in (self.gate, self.worker):
                if process and process.popen.poll() is None:
                    process.popen.kill()
                    process.popen.wait()
        return self.violations

    def guarded(self, owner):
        try:
            self.client(owner)
        except Exception as error:  # whatever it is, the run has failed
            self.wrong(f"the client of {owner.name} failed: {error!r}")

    def settle(self):
        """Waits until every job has ended. An operator restarts a worker that the gate calls stuck."""
        log = operations.Log(self.folder / "log")

        def ended():
            if any(line["event"] == "worker_stuck" for line in log.lines()):
                self.kill_worker()
                self.start_worker()
                self.count["stuck workers"] += 1
            return not self.busy()

        try:
            until(ended, "jobs never ended")
        except AssertionError as error:
            open_jobs = []
            for owner in self.owners:
                status, answer = owner.insist("GET", "/queue")
                queue_now = json.loads(answer)
                open_jobs += [item[1] for part in queue_now.values() for item in part]
            by_id = {job.id: job for owner in self.owners for job in owner.jobs}
            names = [f"{by_id[id].number} ({by_id[id].kind})" if id in by_id else id for id in open_jobs]
            self.wrong(f"{error}: {', '.join(names)}")

    # The judgement

    def judge(self):
        journal = self.journal()
        attempts = collections.defaultdict(dict)  # marker -> attempt -> what happened
        by_attempt = {}
        for entry in journal:
            if entry["event"] == "received":
                marker = next((node["_meta"]["title"] for node in entry["prompt"].values() if "_meta" in node), None)
                by_attempt[entry["id"]] = attempts[marker][entry["id"]] = {"received": entry["at"] / 1e6}
            elif entry["id"] in by_attempt:
                by_attempt[entry["id"]][entry["event"]] = entry["at"] / 1e6
                if entry["event"] == "ended":
                    by_attempt[entry["id"]]["end"] = entry
        self.judge_attempts(journal)
        names = collections.Counter()
        for owner in self.owners:
            status, answer = owner.insist("GET", "/history")
            whole = json.loads(answer)
            own = {job.id for job in owner.jobs}
            for strange in set(whole) - own:
                self.wrong(f"{owner.name} sees {strange} in history")
            for job in owner.jobs:
                try:
                    self.judge_job(owner, job, attempts[job.marker], names)
                except AssertionError as error:
                    self.wrong(f"job {job.number} ({job.kind}, {job.id}): {error}")
                except Exception as error:
                    self.wrong(f"job {job.number} ({job.kind}, {job.id}): {error!r}")
        for (name, *place), times in names.items():
            if times > 1:
                self.wrong(f"{name} has {times} files called {place}")
        self.judge_events()
        self.judge_poison(by_attempt, attempts)
        self.judge_disk()

    def judge_job(self, owner, job, attempts, names):
        status, answer = owner.insist("GET", f"/history/{job.id}")
        found = json.loads(answer)
        for other in self.owners:
            if other is not owner:
                assert json.loads(other.insist("GET", f"/history/{job.id}")[1]) == {}, f"{other.name} sees it"
        canceled = job.firstAcknowledgedCancel()
        for attempt in attempts.values():
            if canceled and attempt["received"] > canceled and not self.in_flight(attempt, canceled):
                assert False, f"handed over {attempt['received'] - canceled:.4f} s after its cancel was acknowledged"
            if canceled and attempt.get("started", 0) > canceled:
                self.count["started after a cancel it crossed"] += 1
        ended = [attempt["end"] for attempt in attempts.values() if "end" in attempt]
        self.count["ran to the end twice"] += sum(end["completed"] for end in ended) > 1
        if job.id not in found:
            assert job.cancels, "it is gone and nobody canceled it"
            assert not job.ends, "history had it once"
            assert owner.insist("GET", f"/api/jobs/{job.id}")[0] == 404, "it has not ended"
            self.count["withdrawn"] += 1
            return
        entry = found[job.id]
        for seen in job.ends:
            assert seen == entry, "its end has changed"
        assert entry["prompt"][2] == job.graph, "history shows another graph"
        said = {name: data for name, data in entry["status"]["messages"]}
        if "execution_interrupted" in said:
            assert job.cancels, "nobody asked for its end"
            self.count["canceled"] += 1
            return
        if entry["status"]["status_str"] == "success":
            self.count["succeeded"] += 1
            assert any(end["completed"] for end in ended), "it never succeeded"
            self.judge_files(owner, job, entry, ended, names)
            self.judge_told(owner, job)
            return
        error = said["execution_error"]
        assert error["prompt_id"] == job.id
        kind = error["exception_type"]
        if kind == "RuntimeError":
            assert job.kind == "broken" and any(end["last"] == "execution_error" for end in ended), "it never failed"
            self.count["failed in a node"] += 1
            return
        self.count[f"failed: {kind}"] += 1
        if job.kind == "poison":
            # A gate that was killed with the worker cannot know what became of a hand-over, and says so.
            assert kind == "worker_crashed" or kind == "handover_unknown" and self.gate_kills, kind
            return
        if job.kind == "hang":
            assert kind in ("worker_crashed", "stalled", "worker_unreachable"), kind
            return
        # Given up after two attempts that came to nothing; what each came to is judged beside the deaths of the worker.
        assert self.attempts[job.id] == 2, f"{kind} after {self.attempts[job.id]} attempts"

    def judge_attempts(self, journal):
        """Where the gate says that a worker died under an attempt, one did."""
        deaths = self.worker_deaths + [entry["at"] / 1e6 for entry in journal if entry["event"] == "crashed"]
        with sqlite3.connect(f"file:{self.folder}/gate/comfygate.db?mode=ro", uri=True) as store:
            self.attempts = dict(store.execute("SELECT public_id, attempts FROM job"))
            rows = store.execute(
                "SELECT public_id, outcome, began, attempt.ended FROM attempt JOIN job ON job = sequence").fetchall()
        store.close()
        for id, outcome, began, ended in rows:
            self.count[f"attempts: {outcome}"] += 1
            # A gate that was killed itself may notice a death late, but not before it.
            if outcome == "worker_crashed" and not any(began / 1e3 - 1 < death < ended / 1e3 + 1 for death in deaths):
                self.wrong(f"{id} is said to have stopped a worker, and none stopped from {began} to {ended}")

    def in_flight(self, attempt, moment):
        """The request may have been on its way at that moment: it was read a blink later, or when the worker moved again."""
        blink = 0.1
        return attempt["received"] - moment < blink or any(
            begin - blink < moment < end and attempt["received"] < end + blink for begin, end in self.stills)

    def judge_files(self, owner, job, entry, ended, names):
        found = {node: [item for item in out.get("images", [])] for node, out in entry["outputs"].items()}
        assert {node: len(items) for node, items in found.items()} == job.wanted, f"outputs {found}"
        hashes = set()
        for end in ended:
            for out in (end["outputs"] or {}).values():
                for item in out.get("images", []):
                    path = self.folder / "worker" / item["type"] / item["subfolder"] / item["filename"]
                    if path.exists():
                        hashes.add(picture_hash(path.read_bytes()))
        for node, items in found.items():
            for item in items:
                names[(owner.name, item["type"], item["subfolder"], item["filename"])] += 1
                target = "/view?" + urllib.parse.urlencode(item)
                status, png = owner.insist("GET", target)
                assert status == 200, f"{item} is answered {status}"
                judge_picture(png, self.colour_of(job), job.graph)
                assert item["type"] == "temp" or picture_hash(png) in hashes, f"{item} is not what the worker wrote"
                self.count["files"] += 1
                self.count["bytes"] += len(png)

    def judge_told(self, owner, job):
        """Who heard that it succeeded has heard of each node's files before."""
        told = set()
        for _, message in owner.heard:
            if isinstance(message, str) and job.id in message:
                event = json.loads(message)
                if event["type"] == "executed":
                    told.add(event["data"]["node"])
                elif event["type"] == "execution_success":
                    assert told == set(job.wanted), f"success was told after {told} only"
                    self.count["successes told"] += 1

    @staticmethod
    def colour_of(job):
        # An even number of inversions changes nothing.
        return job.colour

    def judge_events(self):
        for owner in self.owners:
            ids = {job.id for job in owner.jobs}
            strange = [text for other in self.owners if other is not owner
                       for text in [other.secret, *[job.id for job in other.jobs]]]
            for _, message in owner.heard:
                self.count["frames"] += 1
                text = message if isinstance(message, str) else message.decode("latin-1")
                for word in strange:
                    if word in text:
                        self.wrong(f"{owner.name} was sent {word}")
                if isinstance(message, str):
                    data = json.loads(message)["data"]
                    if data.get("prompt_id") not in ids | {None}:
                        self.wrong(f"{owner.name} heard of {data['prompt_id']}")

    def judge_poison(self, by_attempt, attempts):
        """A deadly graph may stop a worker twice; a death under a gate that was itself dead may go unseen."""
        deaths = [attempt["crashed"] for attempt in by_attempt.values() if "crashed" in attempt]
        self.count["crashes"] += len(deaths)
        unseen = sum(any(-1.5 < kill - death < 2.5 for kill in self.gate_kills) for death in deaths)
        if len(deaths) - unseen > 2:
            self.wrong(f"a deadly graph stopped workers {len(deaths)} times, {unseen} of them unseen by a killed gate")

    def judge_disk(self):
        drafts = list((self.folder / "gate/assets/drafts").iterdir())
        if drafts:
            self.wrong(f"{len(drafts)} drafts are left over")
        with sqlite3.connect(f"file:{self.folder}/gate/comfygate.db?mode=ro", uri=True) as store:
            kept = {row[0].hex() if isinstance(row[0], bytes) else row[0] for row in store.execute("SELECT hash FROM asset")}
            left = store.execute("SELECT COUNT(*) FROM job WHERE ended IS NULL").fetchone()[0]
            open_attempts = store.execute("SELECT COUNT(*) FROM attempt WHERE ended IS NULL").fetchone()[0]
            jobs = store.execute("SELECT COUNT(*) FROM job").fetchone()[0]
        store.close()
        there = {path.parent.name + path.name for path in (self.folder / "gate/assets").glob("??/*")}
        if kept - there:
            self.wrong(f"{len(kept - there)} assets have no file")
        self.count["files without a row"] += len(there - kept)
        if left or open_attempts:
            self.wrong(f"the store has {left} open jobs and {open_attempts} open attempts")
        if jobs != sum(len(owner.jobs) for owner in self.owners):
            self.wrong(f"the store has {jobs} jobs")


def template(folder):
    """A data folder with accounts, made once; and a token for each."""
    config = folder / "comfygate.yaml"
    config.write_text(json.dumps({"data": str(folder / "gate"), "worker": {"url": "http://127.0.0.1:1"}}))
    tokens = {}
    for name in ACCOUNTS:
        options = ["--config", str(config), "--quiet"]
        subprocess.run([operations.PROGRAM, "account", "add", name, "--machine", *options], check=True, capture_output=True)
        made = subprocess.run([operations.PROGRAM, "token", "create", name, "--label", "jobs", *options], check=True,
                              capture_output=True, text=True)
        tokens[name] = made.stdout.strip()
    # 64 MB that every run would copy.
    (folder / "gate/reserve").unlink(missing_ok=True)
    return folder / "gate", tokens


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None, help="of the first run; each further run takes the next number")
    parser.add_argument("--keep", action="store_true", help="leave the folder of a failed run")
    arguments = parser.parse_args()
    operations.PROGRAM = os.path.abspath(arguments.program)
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 31)
    print(f"jobs: {arguments.runs} runs of {arguments.jobs} jobs, seeds from {seed}", flush=True)
    total, failed, began = collections.Counter(), [], time.monotonic()
    base = pathlib.Path(tempfile.mkdtemp(prefix="comfygate-jobs-"))
    try:
        gate, tokens = template(base)
        for run in range(arguments.runs):
            world = World(gate, tokens, seed + run, arguments.jobs)
            try:
                violations = world.run()
            except AssertionError as error:
                violations = [*world.violations, str(error)]
            total += world.count
            if violations:
                failed.append(seed + run)
                print(f"run {run + 1}, seed {seed + run}: {len(violations)} violations", flush=True)
                for text in violations[:10]:
                    print(f"    {text}", flush=True)
                total["violations"] += len(violations)
            elif run % 10 == 9 or arguments.runs < 10:
                print(f"run {run + 1}: {getattr(world, 'took', 0):.1f} s; {time.monotonic() - began:.0f} s so far", flush=True)
            if violations and arguments.keep:
                print(f"    left in {world.folder}", flush=True)
            else:
                shutil.rmtree(world.folder, ignore_errors=True)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(f"jobs: {arguments.runs} runs of {arguments.jobs} jobs in {time.monotonic() - began:.0f} s")
    for name, number in sorted(total.items()):
        print(f"    {name}: {number}")
    print(f"    violations: {total['violations']}" + (f", in runs with the seeds {failed}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
