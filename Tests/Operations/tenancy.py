"""Two accounts on one gate before one worker: what one of them may never see, take, change or hear of the other.

usage: tenancy.py PROGRAM [--worker URL]

Without a worker the simulated one runs, in both versions one after the other; with one the ComfyUI at that URL serves, which
needs no model. Ada has the secrets, Bob tries to get at them, and in the end nothing that Bob was ever sent may hold a word
of hers. A worker that answers 500 to what it took, that restarts, or whose sockets drop, is what jobs.py is about.
Wants websocket-client (scripts/bootstrap --tests). Real processes, loopback only.
"""

import argparse
import http.client
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
import uuid
import zlib

import websocket  # websocket-client

import operations
from jobs import chunks, until
from operations import PATIENCE, Process, get

VERSIONS = ["0.3.64", "0.26.0"]
TAB = "the-tab-of-ada"
# Names that are Ada's alone; her secret word stands in contents, never in what Bob asks for.
HERS = ["ada-only", "ada-alone", "ada-private", "ada-slow", "ada-waiting", "ada-folder", "ada/deep", "ada.json", "Ada.Secret"]


def png(colour, words):
    """A small picture that carries a text."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + colour.to_bytes(3, "big") * 8) * 8
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
            + chunk(b"tEXt", b"note\0" + words.encode()) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def node(kind, title=None, **inputs):
    return {"class_type": kind, "inputs": inputs, **({"_meta": {"title": title}} if title else {})}


def plain(colour):
    return node("EmptyImage", width=8, height=8, batch_size=1, color=colour)


def saving(colour, prefix):
    return {"1": plain(colour), "save": node("SaveImage", images=["1", 0], filename_prefix=prefix)}


def loading(name, kind="LoadImage", **more):
    return {"load": node(kind, image=name, **more), "show": node("PreviewImage", images=["load", 0])}


def names_hers(answer):
    """True when an answer, as JSON or bytes, has a name of Ada's."""
    text = answer.decode("latin-1") if isinstance(answer, bytes) else json.dumps(answer)
    return any(name in text for name in HERS)


def quoted(**parameters):
    return urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote)


class Tab:
    """An event socket, and all that came by it."""

    def __init__(self, account, client_id=None):
        query = f"?clientId={client_id}" if client_id else ""
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{account.port}/ws{query}", header=[f"Authorization: Bearer {account.token}"], timeout=PATIENCE)
        self.heard = []
        threading.Thread(target=self._read, daemon=True).start()
        until(lambda: self.heard, "a socket was not told how things stand")

    def _read(self):
        try:
            while True:
                code, data = self.socket.recv_data()
                if code == websocket.ABNF.OPCODE_CLOSE:
                    return
                self.heard.append(json.loads(data) if code == websocket.ABNF.OPCODE_TEXT else data)
        except (OSError, websocket.WebSocketException):
            pass

    def events(self):
        return [message for message in list(self.heard) if isinstance(message, dict)]

    def frames(self, kind):
        """Binary messages of one type: 1 for pictures, 3 for texts."""
        found = [message for message in list(self.heard) if isinstance(message, bytes)]
        return [message for message in found if message[:4] == struct.pack(">I", kind)]

    def counts(self):
        """What it was told of waiting jobs."""
        told = [event["data"]["status"] for event in self.events() if event["type"] == "status"]
        return [status["exec_info"]["queue_remaining"] for status in told]

    def of(self, job):
        return [event["type"] for event in self.events() if event["data"].get("prompt_id") == job]

    def end_of(self, job):
        until(lambda: any(event["type"] == "executing" and event["data"]["node"] is None
                          and event["data"].get("prompt_id") == job for event in self.events()),
              f"the end of {job} was not told")

    def close(self):
        self.socket.close()


class Person(operations.Client):
    """An account's client, which remembers every byte that it was sent."""

    def __init__(self, port, name, token):
        super().__init__(port, token)
        self.name, self.sent, self.tabs = name, [], []

    def exchange(self, *words, **options):
        response, answer = super().exchange(*words, **options)
        self.sent += [answer, str(response.getheaders()).encode()]
        return response, answer

    def json(self, target):
        status, answer = self.ask("GET", target)
        assert status == 200, f"{target} was answered {status} {answer[:200]!r}"
        return json.loads(answer)

    def tab(self, client_id=None):
        self.tabs.append(Tab(self, client_id))
        return self.tabs[-1]

    def submit(self, graph, workflow=None, **more):
        body = {"prompt": graph, **more}
        if workflow:
            body["extra_data"] = {"extra_pnginfo": {"workflow": workflow}}
        return self.ask("POST", "/prompt", body)

    def start(self, graph, workflow=None, **more):
        status, answer = self.submit(graph, workflow, **more)
        assert status == 200, f"{self.name}'s job was answered {status} {answer[:500]!r}"
        return json.loads(answer)["prompt_id"]

    def end(self, job):
        """The history's entry, once there is one."""
        found = {}

        def has_ended():
            found.update(self.json(f"/history/{job}"))
            return job in found

        until(has_ended, f"{self.name}'s job {job} never ended")
        assert found[job]["status"]["status_str"] == "success", found[job]["status"]
        return found[job]

    def run(self, graph, workflow=None, **more):
        """The entry, and the files by node."""
        entry = self.end(self.start(graph, workflow, **more))
        return entry, {name: output["images"] for name, output in entry["outputs"].items() if "images" in output}

    def view(self, file):
        status, answer = self.ask("GET", f"/view?{quoted(**file)}")
        assert status == 200, f"{self.name} cannot see {file}: {status}"
        return answer

    def send(self, picture, name, target="/upload/image", **fields):
        """Uploads, with the form's other fields."""
        edge = "edge-of-the-form"
        parts = [(f'name="image"; filename="{name}"\r\nContent-Type: image/png', picture)]
        parts += [(f'name="{field}"', value.encode()) for field, value in fields.items()]
        form = b"".join(f"--{edge}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n"
                        for head, data in parts) + f"--{edge}--\r\n".encode()
        return self.ask("POST", target, form, kind=f"multipart/form-data; boundary={edge}")

    def queue(self):
        answer = self.json("/queue")
        return [[item[1] for item in answer[f"queue_{name}"]] for name in ("running", "pending")]


class World:
    def __init__(self, worker_url, is_simulated):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="comfygate-tenancy-"))
        self.worker_url, self.is_simulated = worker_url.rstrip("/"), is_simulated
        self.checked, self.failed = 0, 0
        self.dice = random.SystemRandom()
        self.secret = f"ada-secret-{self.dice.getrandbits(64):x}"
        self.gate, self.people = None, []

    def open(self):
        config = self.folder / "comfygate.yaml"
        config.write_text(json.dumps({
            "listen": {"addresses": ["127.0.0.1:0"]}, "console_listen": {"addresses": ["127.0.0.1:0"]},
            "data": str(self.folder / "data"), "worker": {"url": self.worker_url},
            "limits": {"request_rate": 100_000, "request_burst": 100_000}, "log": {"file": str(self.folder / "log")}}))
        tokens = []
        for name in ("ada", "bob"):
            for words in (["account", "add", name, "--machine"], ["token", "create", name]):
                made = subprocess.run([operations.PROGRAM, *words, "--config", config, "--quiet"], check=True,
                                      capture_output=True, text=True)
            tokens.append(made.stdout.strip())
        self.gate = Process("serve", "--config", str(config), "--lang", "en")
        self.port = int(self.gate.wait_for(r"ComfyGate is at http://127\.0\.0\.1:(\d+)")[1])
        until(lambda: get(self.port, "/ready") == 200, "/ready never said yes")
        self.ada, self.bob = self.people = [
            Person(self.port, name, token) for name, token in zip(("ada", "bob"), tokens)]
        self.version = self.of_worker("/system_stats")["system"]["comfyui_version"]
        self.is_modern = not self.version.startswith("0.3.")

    def close(self):
        for person in self.people:
            for tab in person.tabs:
                tab.close()
        if self.gate:
            status = self.gate.end()
            self.check("the gate ends as it should", status == 0, status)
        shutil.rmtree(self.folder, ignore_errors=True)

    def check(self, name, is_right, detail=""):
        self.checked += 1
        if not is_right:
            self.failed += 1
            print(f"wrong: {name}: {str(detail)[:600]}", flush=True)

    def refused(self, name, answer, *statuses):
        """The answer has one of these statuses and no word of Ada's."""
        status, body = answer
        self.check(name, status in (statuses or (400, 403, 404, 405)) and self.secret.encode() not in body, answer)

    def of_worker(self, path):
        with urllib.request.urlopen(self.worker_url + path, timeout=PATIENCE) as answer:
            return json.load(answer)

    def known_to_worker(self):
        """The ids of all that the worker has or had."""
        queue = self.of_worker("/queue")
        waiting = {item[1] for name in ("queue_running", "queue_pending") for item in queue[name]}
        return waiting | set(self.of_worker("/history"))

    def colour(self):
        """One that no cache knows."""
        return self.dice.randrange(1 << 24)

    def workflow(self):
        return {"id": str(uuid.uuid4()), "note": self.secret}

    def slow(self, colour):
        """A graph that runs for a second or so: a real worker needs work, the simulated one steps."""
        edge, count = (8, 150) if self.is_simulated else (1200, 40)
        graph, last = {"0": plain(colour)}, "0"
        for step in range(count):
            graph[f"s{step}"] = node("ImageScale", title=self.secret, image=[last, 0], upscale_method="lanczos",
                                     width=edge + step % 2, height=edge, crop="disabled")
            last = f"s{step}"
        graph["small"] = node("ImageScale", image=[last, 0], upscale_method="bilinear", width=8, height=8, crop="disabled")
        graph["save"] = node("SaveImage", images=["small", 0], filename_prefix="ada-slow")
        return graph

    def settled(self, tab):
        """Until Bob's tab has heard of a job that began now: whatever was under way to it is there."""
        tab_id = tab.events()[0]["data"].get("sid") or "x"
        tab.end_of(self.bob.start(saving(self.colour(), "settled"), client_id=tab_id))


# MARK: Jobs


def jobs_of_others(world):
    """Not in any list, not by id, not in any count; and nobody else's to stop."""
    ada, bob, check = world.ada, world.bob, world.check
    hers, his = ada.tab(TAB), bob.tab()
    running = world.running = ada.start(world.slow(world.colour()), world.workflow(), client_id=TAB)
    waiting = ada.start(saving(world.colour(), "ada-waiting"), world.workflow(), client_id=TAB)
    until(lambda: ada.queue()[0] == [running], "her job never ran")
    check("her own queue has both", ada.queue() == [[running], [waiting]], ada.queue())
    check("his queue is empty", bob.queue() == [[], []], bob.queue())
    check("his count is 0", bob.json("/prompt") == {"exec_info": {"queue_remaining": 0}})
    check("her count is 2", ada.json("/prompt") == {"exec_info": {"queue_remaining": 2}})
    listed = bob.json("/api/jobs")
    check("his /api/jobs is empty", listed["jobs"] == [] and listed["pagination"]["total"] == 0, listed)
    check("her /api/jobs has both", ada.json("/api/jobs")["pagination"]["total"] == 2)
    first = bob.tab()
    check("a socket of his is told 0", first.counts()[:1] == [0], first.heard)
    check("a socket of hers is told 2", ada.tab().counts()[:1] == [2])
    for job, name in ((running, "running"), (waiting, "waiting")):
        check(f"no history of her {name} job for him", bob.json(f"/history/{job}") == {})
        world.refused(f"her {name} job by its id", bob.ask("GET", f"/api/jobs/{job}"), 404)
        status, answer = bob.ask("POST", f"/api/jobs/{job}/cancel", {})
        check(f"he cannot cancel her {name} job", status == 200 and json.loads(answer) == {"cancelled": False}, answer)
        for target, body in (("/queue", {"delete": [job]}), ("/interrupt", {"prompt_id": job}),
                             ("/api/interrupt", {"prompt_id": job}), ("/api/jobs/cancel", {"job_ids": [job]})):
            status, answer = bob.ask("POST", target, body)
            check(f"{target} for her {name} job does nothing", status == 200 and b"true" not in answer, (status, answer))
    for target, body in (("/queue", {"clear": True}), ("/interrupt", None), ("/interrupt", {}), ("/history", {"clear": True}),
                         ("/free", {"unload_models": True, "free_memory": True})):
        status, answer = bob.ask("POST", target, body)
        check(f"{target} with {body} is his own matter", status == 200, (status, answer))
    check("after all that hers still runs and waits", ada.queue() == [[running], [waiting]], ada.queue())
    # A socket that comes in the middle of it is told how things stand, and one that goes deafens nobody.
    again = ada.tab(TAB)
    hers.close()
    for job, name in ((running, "running"), (waiting, "waiting")):
        ada.end(job)
        again.end_of(job)
        check(f"her {name} job was neither stopped nor lost", "execution_success" in again.of(job), again.of(job))
    check("who comes in the middle hears that it runs", again.of(running)[0] == "execution_start", again.of(running)[:3])
    for job in (running, waiting):
        bob.ask("POST", "/history", {"delete": [job]})
    bob.ask("POST", "/history", {"clear": True})
    check("her history is hers to clear", set(ada.json("/history")) >= {running, waiting})
    check("his history is empty", bob.json("/history") == {})
    check("no count of his ever rose", set(his.counts()) == {0}, his.counts())
    check("he heard of nothing but counts", {event["type"] for event in his.events()} == {"status"}, his.events())


def same_ids(world):
    """Two accounts may choose the same id; one account's second prompt of an id is the first again, as it is meant."""
    ada, bob, check = world.ada, world.bob, world.check
    job = str(uuid.uuid4())
    ada.end(ada.start(saving(world.colour(), "same-id"), world.workflow(), prompt_id=job))
    before = world.known_to_worker()
    status, answer = ada.submit(saving(world.colour(), "other"), prompt_id=job)
    check("an id sent again gets the first answer", status == 200 and json.loads(answer)["prompt_id"] == job, answer)
    kept = ada.json(f"/history/{job}")[job]["prompt"][2]["save"]["inputs"]["filename_prefix"]
    check("an id sent again is no second job", kept == "same-id" and ada.queue() == [[], []], kept)
    check("the worker heard of no second job", world.known_to_worker() <= before)
    check("her id means nothing to him", bob.json(f"/history/{job}") == {})
    his = bob.end(bob.start(saving(world.colour(), "his"), prompt_id=job))
    check("the same id of his is his own job", his["prompt"][2]["save"]["inputs"]["filename_prefix"] == "his", his["prompt"])
    kept = ada.json(f"/history/{job}")[job]["prompt"][2]["save"]["inputs"]["filename_prefix"]
    check("and hers stays as it was", kept == "same-id", kept)


def bad_prompts(world):
    """Bodies that harm a worker end at the gate."""
    graph = saving(world.colour(), "bad")
    text = json.dumps(graph)
    before = world.known_to_worker()
    bodies = {
        "client_id is a list": f'{{"prompt": {text}, "client_id": []}}',
        "client_id is an object": f'{{"prompt": {text}, "client_id": {{}}}}',
        "client_id is a number": f'{{"prompt": {text}, "client_id": 7}}',
        "extra_data is null": f'{{"prompt": {text}, "extra_data": null}}',
        "extra_data is a list": f'{{"prompt": {text}, "extra_data": []}}',
        "extra_pnginfo is a text": f'{{"prompt": {text}, "extra_data": {{"extra_pnginfo": "x"}}}}',
        "number is NaN": f'{{"prompt": {text}, "number": NaN}}',
        "number is infinite": f'{{"prompt": {text}, "number": -Infinity}}',
        "number is a text": f'{{"prompt": {text}, "number": "1"}}',
        "prompt_id is a list": f'{{"prompt": {text}, "prompt_id": []}}',
        "a node is a list": '{"prompt": {"1": []}}',
        "a link leads nowhere": json.dumps({"prompt": {"save": graph["save"]}}),
        "no JSON": "{nope",
    }
    for name, body in bodies.items():
        world.refused(f"prompt: {name}", world.bob.ask("POST", "/prompt", body.encode()), 400)
    world.check("the worker heard of none of them", world.known_to_worker() <= before)
    world.check("and neither did his queue", world.bob.queue() == [[], []])


# MARK: Files


def same_graph(world):
    """Branches that both have in common: each gets files of his own, with his own words in them."""
    ada, bob, check = world.ada, world.bob, world.check
    colour = world.colour()
    shared = {"1": plain(colour), "2": node("PreviewImage", images=["1", 0]),
              "3": node("SaveImage", images=["1", 0], filename_prefix="shared/pic")}
    hers = {**shared, "8": node("ImageInvert", title=world.secret, image=["1", 0]),
            "9": node("SaveImage", title=world.secret, images=["8", 0], filename_prefix="ada-private")}
    ada.run(hers, world.workflow())
    entry, her_files = ada.run(hers, world.workflow())
    before = {name: ada.view(files[0]) for name, files in her_files.items()}
    check("her own files carry her words", all(world.secret.encode() in picture for picture in before.values()))
    his_entry, his_files = bob.run(shared, {"id": "his", "note": "words of bob"})
    check("he has files of both shared branches", sorted(his_files) == ["2", "3"], his_files)
    for name, kind in (("2", "preview"), ("3", "picture")):
        picture = bob.view(his_files[name][0])
        check(f"his {kind} has no word of hers", world.secret.encode() not in picture and not names_hers(picture))
        words = b"".join(data for kind_of, data in chunks(picture) if kind_of == b"tEXt")
        check(f"his {kind} has his own words", b"words of bob" in words and b"shared/pic" in words, words[:300])
        check(f"his {kind} is not hers", picture != before[name])
        # Names count for each account alone, so that of her second file is none of his.
        check(f"her second {kind} is not named to him", her_files[name][0] != his_files[name][0], his_files[name])
    check("his first picture is named as if he were alone", his_files["3"][0]["filename"] == "pic_00001_.png", his_files["3"])
    check("his history says nothing of hers", world.secret not in json.dumps(his_entry) and not names_hers(his_entry))
    for name in her_files:
        world.refused(f"her second files, node {name}", bob.ask("GET", f"/view?{quoted(**her_files[name][0])}"), 404)
    after = {name: ada.view(files[0]) for name, files in her_files.items()}
    check("what he made has not touched hers", before == after)


def views(world):
    """Her files by every name there is."""
    ada, bob, check = world.ada, world.bob, world.check
    entry, files = ada.run(
        {"1": plain(world.colour()), "top": node("SaveImage", images=["1", 0], filename_prefix="ada-only"),
         "sub": node("SaveImage", images=["1", 0], filename_prefix="ada/deep/pic"),
         "temp": node("PreviewImage", images=["1", 0])}, world.workflow())
    places = [(files["top"][0], "output"), (files["sub"][0], "output in a folder"), (files["temp"][0], "temp"),
              ({"filename": "ada-alone.png", "subfolder": "", "type": "input"}, "upload"),
              ({"filename": "ada-alone.png", "subfolder": "ada-folder", "type": "input"}, "upload in a folder")]
    for file, what in places:
        name, folder, kind = file["filename"], file["subfolder"], file["type"]
        path = f"{folder}/{name}" if folder else name
        exact = f"/view?{quoted(**file)}"
        check(f"{what}: she sees it herself", world.secret.encode() in ada.view(file))
        # Else what he is refused would prove nothing.
        bracketed = f"/view?{quoted(filename=f'{name} [{kind}]', subfolder=folder)}"
        part, _ = ada.exchange("GET", exact, more={"Range": "bytes=0-9"})
        statuses = [ada.ask("HEAD", exact)[0], part.status, ada.ask("GET", bracketed)[0],
                    ada.ask("GET", exact + "&preview=jpeg")[0]]
        check(f"{what}: her own ways to it work", statuses == [200, 206, 200, 200], statuses)
        world.refused(f"{what}: by its exact name", bob.ask("GET", exact), 404)
        world.refused(f"{what}: below /api", bob.ask("GET", "/api" + exact), 404)
        world.refused(f"{what}: by HEAD", bob.ask("HEAD", exact), 404)
        for part in ("bytes=0-9", "bytes=-20", "bytes=0-0,5-9"):
            response, answer = bob.exchange("GET", exact, more={"Range": part})
            world.refused(f"{what}: {part}", (response.status, answer), 404)
        for more in ("&preview=webp;75", "&preview=jpeg", "&channel=rgb", "&channel=a", "&rand=0.5"):
            world.refused(f"{what}: with {more}", bob.ask("GET", exact + more), 404)
        world.refused(f"{what}: with its type in brackets", bob.ask("GET", bracketed), 404)
        for trick in (path, f"../{kind}/{path}", f"./{path}", f"/{path}", f"x/../{path}", f"..\\{kind}\\{path}",
                      f"%2e%2e/{kind}/{path}", f"%252e%252e/{kind}/{path}", f"/view/../{path}", f"{path}\0",
                      f"//{kind}/{path}"):
            target = f"/view?{quoted(filename=trick, type=kind)}"
            world.refused(f"{what}: as {trick!r}", bob.ask("GET", target), 400, 403, 404)
        for trick in (f"../{kind}/{folder}", f"{folder}/.", f"./{folder}", f"x/../{folder}", f"/{folder}", "..",
                      f"..\\{folder}"):
            target = f"/view?{quoted(filename=name, subfolder=trick, type=kind)}"
            world.refused(f"{what}: in the folder {trick!r}", bob.ask("GET", target), 400, 403, 404)
        world.refused(f"{what}: by two names", bob.ask("GET", f"/view?filename=x.png&{quoted(**file)}"), 400, 404)
    # Where the worker keeps them is told to nobody, and opens nothing.
    names = {(image["filename"], image["subfolder"]) for item in world.of_worker("/history").values()
             for output in item["outputs"].values() for image in output.get("images", []) if isinstance(image, dict)}
    check("the worker still knows her last job", bool(names))
    for who in (ada, bob):
        for kind in ("output", "temp", "input"):
            # What has no folder there may be called the same here.
            statuses = {who.ask("GET", f"/view?{quoted(filename=name, subfolder=folder, type=kind)}")[0]
                        for name, folder in names if folder or who is bob}
            check(f"the worker's own names of {kind} mean nothing to {who.name}", statuses <= {404}, statuses)
    for target in ("/internal/files/input", "/internal/files/output", "/internal/files/temp"):
        check(f"{target} lists nothing of hers", not names_hers(bob.json(target)), bob.json(target))
    check("/internal/files/output has hers for her", "ada-only" in json.dumps(ada.json("/internal/files/output")))
    if world.is_modern:
        assets(world)


def assets(world):
    """The same files as ComfyUI 0.26 shows them."""
    ada, bob = world.ada, world.bob
    hers = ada.json("/api/assets")["assets"]
    world.check("her assets are there", bool(hers))
    listed = json.dumps(bob.json("/api/assets"))
    world.check("his list has none of hers", not any(item["id"] in listed for item in hers) and not names_hers(listed), listed)
    world.check("his tags tell nothing of hers", not names_hers(bob.json("/api/tags")))
    item = hers[0]
    for method, target, body in (
            ("GET", f"/api/assets/{item['id']}", None), ("GET", f"/api/assets/{item['id']}/content", None),
            ("PUT", f"/api/assets/{item['id']}", {"name": "mine"}), ("DELETE", f"/api/assets/{item['id']}", None),
            ("POST", f"/api/assets/{item['id']}/tags", {"tags": ["x"]}),
            ("HEAD", f"/api/assets/hash/{item.get('asset_hash')}", None),
            ("POST", "/api/assets/from-hash", {"hash": item.get("asset_hash"), "name": "x.png", "tags": ["input"]}),
            ("GET", f"/view?{quoted(filename=item.get('asset_hash') or '')}", None)):
        world.refused(f"her asset by {method} {target.split('/')[-1][:40]}", bob.ask(method, target, body), 404)
    world.check("her asset is still there", ada.json(f"/api/assets/{item['id']}")["id"] == item["id"])


def uploads(world):
    """What she uploaded can be neither overwritten nor read by a graph of his, and no output of hers replaced."""
    ada, bob, check = world.ada, world.bob, world.check
    hers, his = png(world.colour(), world.secret), png(world.colour(), "bob")
    for folder in ("", "ada-folder"):
        status, answer = ada.send(hers, "ada-upload.png", subfolder=folder)
        check("her upload keeps its name", status == 200 and json.loads(answer)["name"] == "ada-upload.png", answer)
    status, answer = ada.send(hers, "both.png")
    check("she has a name that he will choose too", status == 200, answer)
    status, answer = bob.send(his, "both.png", overwrite="true")
    check("his upload of that name keeps it", status == 200 and json.loads(answer)["name"] == "both.png", answer)
    both = {"filename": "both.png", "subfolder": "", "type": "input"}
    check("hers is as it was", ada.view(both) == hers)
    check("his is his", bob.view(both) == his)
    world.refused("an upload among the outputs", bob.send(his, "x.png", type="output", overwrite="true"), 403)
    for folder in ("..", "../input/ada-folder", "/ada-folder", "x/../../ada-folder", "..\\ada-folder"):
        answer = bob.send(his, "ada-upload.png", subfolder=folder, overwrite="true")
        world.refused(f"an upload into {folder!r}", answer, 400, 403)
    for name in ("../ada-upload.png", "ada-folder/ada-upload.png", "..\\ada-folder\\ada-upload.png", "/ada-upload.png"):
        status, answer = bob.send(his, name, overwrite="true")
        check(f"an upload named {name!r} is his own or none", status in (200, 400), (status, answer))
    for folder in ("", "ada-folder"):
        check("her uploads are as they were", ada.view(
            {"filename": "ada-upload.png", "subfolder": folder, "type": "input"}) == hers)
    # Some of that made files of his own by that name; what comes now is about one that is hers alone.
    for folder in ("", "ada-folder"):
        status, answer = ada.send(hers, "ada-alone.png", subfolder=folder)
        check("her other upload is taken", status == 200, answer)
    reference = {"filename": "ada-alone.png", "subfolder": "", "type": "input"}
    world.refused("a mask for her picture",
                  bob.send(his, "mask.png", "/upload/mask", original_ref=json.dumps(reference)), 404)
    output = {"filename": "ada-alone.png [input]", "subfolder": ""}
    world.refused("a mask for her picture in brackets",
                  bob.send(his, "mask.png", "/upload/mask", original_ref=json.dumps(output)), 404)
    loads(world)


def loads(world):
    ada, bob, check = world.ada, world.bob, world.check
    entry, _ = ada.run(loading("ada-alone.png"))
    check("she can load her own", entry["prompt"][2]["load"]["inputs"]["image"] == "ada-alone.png", entry["prompt"])
    ada.run(loading("ada-folder/ada-alone.png [input]"))
    kept = {item["prompt"][2]["load"]["inputs"]["image"] for item in world.of_worker("/history").values()
            if "load" in item["prompt"][2]}
    check("the worker's name of it is another", kept and "ada-alone.png" not in kept, kept)
    _, files = ada.run(saving(world.colour(), "ada-output"), world.workflow())
    made = files["save"][0]["filename"]
    before = world.known_to_worker()
    names = ["ada-alone.png", "ada-alone.png [input]", "ada-folder/ada-alone.png", "ada-folder/ada-alone.png [input]",
             "./ada-alone.png", "../input/ada-alone.png", "ada-folder/../ada-alone.png", "..\\input\\ada-alone.png",
             "/ada-alone.png", "/etc/passwd", "/proc/self/environ", "~/ada-alone.png", "C:\\input\\ada-alone.png", made,
             f"{made} [output]", f"../output/{made}", f"../output/{made} [output]", f"{made} [temp]", "ada-alone.png\0",
             "ada-alone.png [output]", "", *kept, *(f"{name} [input]" for name in kept)]
    graphs = {f"LoadImage of {name!r}": loading(name) for name in names}
    graphs["LoadImageOutput of hers"] = loading(made, "LoadImageOutput")
    graphs["LoadImageOutput of hers in brackets"] = loading(f"{made} [output]", "LoadImageOutput")
    mask = {"load": node("LoadImageMask", image="ada-alone.png", channel="red"),
            "paint": node("MaskToImage", mask=["load", 0]), "show": node("PreviewImage", images=["paint", 0])}
    graphs["LoadImageMask of hers"] = mask
    linked = {"name": node("PrimitiveString", value="ada-alone.png"), **loading(["name", 0])}
    graphs["LoadImage of a linked text"] = linked
    for prefix in ("../ada", "/tmp/ada", "x/../../ada", "..\\ada", "../output/ada-output", "a\0b"):
        graphs[f"SaveImage to {prefix!r}"] = saving(world.colour(), prefix)
    graphs["SaveImage to a linked text"] = {
        "name": node("PrimitiveString", value="../x"), **saving(world.colour(), ["name", 0])}
    for name, graph in graphs.items():
        world.refused(name, bob.submit(graph), 400)
    # A text that is made while the graph runs cannot be judged before: hers is refused as well, as it is meant.
    world.refused("her own linked text", ada.submit(linked), 400)
    check("the worker heard of none of them", world.known_to_worker() <= before, world.known_to_worker() - before)
    # The same names, in his own place, change nothing of hers.
    picture = ada.view(files["save"][0])
    _, his = bob.run(saving(world.colour(), "ada-output"))
    check("an output of the same name is his", bob.view(his["save"][0]) != picture)
    check("and hers is as it was", ada.view(files["save"][0]) == picture)


# MARK: Events


def frames(world):
    """What her jobs send while they run goes to her tab; a client id is worth nothing without the account."""
    ada, bob, check = world.ada, world.bob, world.check
    hers, other = ada.tab(TAB), ada.tab("another-tab-of-ada")
    thief, his = bob.tab(TAB), bob.tab("the-tab-of-bob")
    graph = {"1": plain(world.colour()), "size": node("GetImageSize", title=world.secret, image=["1", 0]),
             "2": node("EmptyImage", width=["size", 0], height=8, batch_size=1, color=world.colour()),
             "show": node("SaveImageWebsocket", images=["2", 0]), "save": node("PreviewImage", images=["2", 0])}
    job = ada.start(graph, world.workflow(), client_id=TAB)
    ada.end(job)
    hers.end_of(job)
    check("her tab heard her job", "executed" in hers.of(job), hers.of(job))
    check("her tab got the picture", len(hers.frames(1)) >= 1, hers.of(job))
    check("her tab got the text", any(b"width: 8" in frame for frame in hers.frames(3)), hers.frames(3))
    # One that names no client is heard by nobody; a worker would tell everybody.
    ada.end(ada.start({**graph, "2": node("EmptyImage", width=["size", 0], height=8, batch_size=1, color=world.colour())}))
    # He sends a job under her tab's id, and a tab of his own closes: hers neither hears nor misses anything.
    theft = bob.start(saving(world.colour(), "theft"), client_id=TAB)
    bob.end(theft)
    thief.end_of(theft)
    check("his job under her client id is told to him", "executed" in thief.of(theft), thief.of(theft))
    world.settled(his)
    for tab, name in ((thief, "the thief's tab"), (his, "his own tab")):
        check(f"{name} heard nothing of her job", tab.of(job) == [], tab.of(job))
        check(f"{name} got no picture", tab.frames(1) + tab.frames(4) == [])
        check(f"{name} got no text", tab.frames(3) == [])
        check(f"{name} knows no word of hers", world.secret not in repr(tab.heard) and job not in repr(tab.heard))
        check(f"{name} was told his own counts", set(tab.counts()) <= {0, 1}, tab.counts())
    thief.close()
    last = ada.start(saving(world.colour(), "last"), world.workflow(), client_id=TAB)
    ada.end(last)
    hers.end_of(last)
    check("her tab is not deaf when the thief's closes", "execution_success" in hers.of(last), hers.of(last))
    check("her tab heard nothing of his job", hers.of(theft) == [], hers.of(theft))
    heard = {event["type"] for event in other.events()}
    check("another tab of hers is told counts only", heard == {"status"}, heard)


# MARK: Paths


def closed_paths(world):
    """What nobody but an operator may ask, and what needs a login whatever it ends in."""
    bob, check = world.bob, world.check
    for path in ("/queue.js", "/api/queue.js", "/history.js", "/history/x.js", "/api/jobs.js", "/api/jobs/x.js", "/prompt.js",
                 "/view.js?filename=x.png", "/api/view?filename=x.js", "/userdata/x.js", "/api/userdata/comfy.settings.json",
                 "/settings/x.js", "/object_info.js", "/object_info/x.js", "/internal/logs.js", "/internal/logs/raw.js",
                 "/manager/x.js", "/extensions/x/x.js", "/scripts/app.js", "/assets/x.css", "/ws.js", "/x.js", "/queue",
                 "/history", "/queue;.js", "/queue/.js", "/queue%2F.js", "/queue?x=.js", "/system_stats", "/object_info",
                 "/models"):
        check(f"{path} needs a login", get(world.port, path) == 401, get(world.port, path))
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=PATIENCE)
    for path in ("/prompt", "/prompt.js", "/upload/image.js", "/queue.js", "/api/interrupt.js"):
        connection.request("POST", path, json.dumps({"prompt": saving(1, "x")}), {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        check(f"POST {path} needs a login", response.status == 401, response.status)
    connection.close()
    try:
        websocket.create_connection(f"ws://127.0.0.1:{world.port}/ws?clientId={TAB}", timeout=PATIENCE).close()
        check("a socket needs a login", False)
    except websocket.WebSocketBadStatusException as refusal:
        check("a socket needs a login", refusal.status_code == 401, refusal)
    for folder in ("experiment/models/preview/checkpoints/0/", "experiment/models/preview/", "experiment/models/",
                   "view_metadata/", "models/", "extensions/", "object_info/", "history/", "internal/files/", "assets/",
                   "scripts/", "templates/", "settings/", "global_subgraphs/", "view/"):
        for trick in ("..%2F..%2Foutput%2Fada-only_00001_.png", "%2Fetc%2Fpasswd", "..%2f..%2fx.png", "%252e%252e%252fx.png",
                      "..%5C..%5Cx.png"):
            for base in ("/", "/api/"):
                world.refused(f"{base}{folder}{trick}", bob.ask("GET", f"{base}{folder}{trick}"), 400, 403, 404)
    for path in ("/experiment/models/preview/checkpoints/0/x.png", "/api/experiment/models/preview/checkpoints/0/x.png"):
        world.refused(path, bob.ask("GET", path), 404)
    for base in ("", "/api"):
        for folder in ("manager", "customnode", "comfyui_manager", "snapshot", "v2/manager", "v2/customnode",
                       "v2/comfyui_manager", "v2/snapshot"):
            for method, path in (("GET", "reboot"), ("POST", "install"), ("POST", "install/git_url"), ("POST", "queue/start"),
                                 ("GET", "restore"), ("GET", "%2e%2e/x"), ("PUT", "x"), ("PATCH", "x")):
                answer = bob.ask(method, f"{base}/{folder}/{path}", {} if method != "GET" else None)
                world.refused(f"{method} {base}/{folder}/{path}", answer, 400, 403, 404, 405)
        for path in ("/internal/logs", "/internal/logs/raw"):
            world.refused(base + path, bob.ask("GET", base + path), 403, 404)
        world.refused(f"PATCH {base}/internal/logs/subscribe", bob.ask(
            "PATCH", f"{base}/internal/logs/subscribe", {"clientId": TAB, "enabled": True}), 403, 404)
    for path in ("/any/custom/route", "/custom_nodes", "/pysssss/autocomplete", "/admin", "/console", "/simulator/faults"):
        world.refused(path, bob.ask("GET", path), 404)
        world.refused(f"POST {path}", bob.ask("POST", path, {}), 404, 405)


def own_data(world):
    """Settings and workflows, whoever a client says that it is."""
    ada, bob, check = world.ada, world.bob, world.check
    hers = json.dumps({"note": world.secret}).encode()
    status, answer = ada.ask("POST", "/userdata/workflows%2Fada.json", hers)
    check("she keeps a workflow", status == 200, answer)
    status, answer = ada.ask("POST", "/settings", {"Ada.Secret": world.secret})
    check("she keeps a setting", status == 200, answer)
    check("she finds her setting", ada.json("/settings").get("Ada.Secret") == world.secret)
    as_her = {"Comfy-User": "ada"}
    for path in ("/userdata/workflows%2Fada.json", "/api/userdata/workflows%2Fada.json",
                 "/userdata/..%2Fada%2Fworkflows%2Fada.json", "/userdata/%252e%252e%2Fada%2Fworkflows%2Fada.json",
                 "/userdata/comfy.settings.json", "/userdata/..%2Fcomfy.settings.json",
                 "/settings/../userdata/workflows%2Fada.json"):
        for more in (None, as_her):
            response, answer = bob.exchange("GET", path, more=more)
            world.refused(f"{path} with {more}", (response.status, answer), 400, 403, 404)
    for path in ("/userdata?dir=workflows", "/userdata?dir=workflows&recurse=true&full_info=true", "/userdata?dir=.",
                 "/v2/userdata", "/v2/userdata?path=workflows", "/userdata?dir=..", "/v2/userdata?path=..", "/settings",
                 "/settings/Ada.Secret", "/users", "/user.css"):
        for more in (None, as_her):
            response, answer = bob.exchange("GET", path, more=more)
            check(f"{path} with {more} tells nothing of hers",
                  world.secret.encode() not in answer and not names_hers(answer) and b'"ada"' not in answer,
                  (response.status, answer))
    world.refused("POST /users", bob.ask("POST", "/users", {"username": "ada"}), 400, 403, 404, 405)
    for method, path, body in (("POST", "/userdata/workflows%2Fada.json?overwrite=true", b"{}"),
                               ("POST", "/settings", {"Ada.Secret": "his"}), ("DELETE", "/userdata/workflows%2Fada.json", None),
                               ("POST", "/userdata/workflows%2Fada.json/move/mine.json", None)):
        bob.exchange(method, path, body, more=as_her)
    check("her workflow is as it was", ada.ask("GET", "/userdata/workflows%2Fada.json") == (200, hers))
    check("her setting is as it was", ada.json("/settings").get("Ada.Secret") == world.secret)


def facts(world):
    """What is the same for all is answered, without what only she has and without paths."""
    ada, bob, check = world.ada, world.bob, world.check
    known = bob.json("/object_info")
    check("/object_info knows the worker's nodes", {"LoadImage", "SaveImage", "EmptyImage"} <= set(known))
    check("/object_info of his has none of her files", not names_hers(known))
    check("/object_info of hers has them", "ada-alone.png" in json.dumps(ada.json("/object_info/LoadImage")))
    check("/object_info/LoadImage of his has not", "ada-alone" not in json.dumps(bob.json("/object_info/LoadImage")))
    for path in ("/models", "/models/checkpoints", "/embeddings", "/experiment/models", "/extensions", "/features",
                 "/system_stats"):
        answer = bob.json(path)
        # Extensions are scripts, named by where the web UI gets them.
        has_paths = path != "/extensions" and '"/' in json.dumps(answer)
        check(f"{path} is answered without paths", not names_hers(answer) and not has_paths, answer)
    check("/system_stats has no command line", not bob.json("/system_stats")["system"].get("argv"))
    check("/internal/folder_paths is empty", bob.json("/internal/folder_paths") == {})


def nothing_leaked(world):
    """Every byte that he was sent."""
    word = world.secret.encode()
    found = [part[:200] for part in world.bob.sent if word in part]
    check = world.check
    check("no answer to him had a word of hers", not found, found[:3])
    check("no answer to him had the id of her job", not any(world.running.encode() in part for part in world.bob.sent))
    heard = [tab for tab in world.bob.tabs if world.secret in repr(tab.heard) or world.running in repr(tab.heard)]
    check("no socket of his had", not heard)


PARTS = [jobs_of_others, same_ids, bad_prompts, same_graph, uploads, views, frames, closed_paths, own_data, facts,
         nothing_leaked]


def judge(worker_url, is_simulated):
    """How many checks failed before this worker."""
    world = World(worker_url, is_simulated)
    try:
        world.open()
        for part in PARTS:
            try:
                part(world)
            except Exception as error:  # whatever it is, a part of it was not checked
                world.check(part.__name__, False, repr(error))
    finally:
        world.close()
    print(f"tenancy: {world.checked - world.failed} of {world.checked} right before ComfyUI {world.version}", flush=True)
    return world.failed


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program")
    arguments.add_argument("--worker", metavar="URL")
    options = arguments.parse_args()
    operations.PROGRAM = str(pathlib.Path(options.program).resolve())
    if options.worker:
        return 1 if judge(options.worker, is_simulated=False) else 0
    failed = 0
    for version in VERSIONS:
        worker = Process("simulate", "--listen", "127.0.0.1:0", "--comfyui", version, "--step-time", "5ms", "--lang", "en")
        try:
            failed += judge(worker.wait_for(r"(http://127\.0\.0\.1:\d+)")[1], is_simulated=True)
        finally:
            worker.end()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
