"""Two people side by side in the stock web UI, each of whom sees their own alone: queue, reload, interrupt, tabs.

usage: people.py GATE_URL PASSWORD_FILE STEP_SECONDS PICTURE_PREFIX

ada and bob are accounts with the same password on one gate before one worker, whose sampler steps take STEP_SECONDS.
All that their browsers receive is kept and searched at the end for the other's words, names and ids.
"""

import base64
import json
import math
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from secrets import randbelow
from urllib.parse import urlparse

from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, sync_playwright

# A page that has just come opens what was open last, and would do so over a graph that is loaded before.
IS_READY = """() => window.app?.graph && document.querySelector('canvas')
    && window.app.extensionManager?.workflow?.activeWorkflow"""
# The sampler's bar on the canvas, in the words of the web UI.
HAS_PROGRESS = "() => window.app.graph.getNodeById(3)?.progress > 0"
HAS_PREVIEW = "() => Object.keys(window.app.nodePreviewImages ?? {}).length > 0"
# The picture of this run on the node that saves it, loaded.
SHOWS = """name => window.app.graph.getNodeById(9)?.imgs?.some(
    image => image.complete && image.naturalWidth > 0 && image.src.includes(name))"""
RUN = "button[data-testid=queue-button], button[aria-label=Run]:not([data-testid])"
# The button of the panel with what has been made: the queue in older web UIs, assets in newer ones.
PANEL = "button[aria-label='Queue (q)'], button[aria-label='Assets (a)']"
IS_LISTED = """word => [...document.querySelectorAll('.side-bar-panel img')].some(
    image => image.complete && image.naturalWidth > 0 && image.src.includes(word))"""
LISTED = "() => [...document.querySelectorAll('.side-bar-panel img')].map(image => image.src)"


def graph(word: str, steps: int) -> dict:
    """A text to a picture; everybody's node ids are the same, the word is in the text and in the file's name."""
    # Never computed before, because a worker has the results of earlier runs at hand.
    sampling = {"seed": randbelow(1 << 48), "steps": steps, "cfg": 7.5, "denoise": 1.0}
    method = {"sampler_name": "euler", "scheduler": "normal"}
    links = {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}
    return {
        "3": {"class_type": "KSampler", "inputs": {**sampling, **method, **links}},
        "4": {
            "class_type": "CheckpointLoaderSimple",
            "inputs": {"ckpt_name": "v1-5-pruned-emaonly-fp16.safetensors"},
        },
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 256, "height": 256, "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": f"a lighthouse called {word}", "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": f"no {word} at night", "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": word}},
    }


class Frame:
    """One message of the event socket: its type, the prompt it is about, and all of its bytes."""

    def __init__(self, payload: str | bytes) -> None:
        self.bytes = payload.encode() if isinstance(payload, str) else payload
        self.type, self.prompt, self.data = "", None, {}
        if isinstance(payload, str):
            event = json.loads(payload)
            self.type, self.data = event["type"], event.get("data") or {}
        elif self.bytes[:4] == b"\0\0\0\4":
            # A preview that says whose it is: type, length of what it says, what it says, picture.
            self.type, end = "preview", 8 + int.from_bytes(self.bytes[4:8])
            self.data = json.loads(self.bytes[8:end])
        elif self.bytes[:4] == b"\0\0\0\1":
            self.type = "preview without an owner"
        self.prompt = self.data.get("prompt_id")


class Tab:
    """One page of a person, with all frames it has received."""

    def __init__(self, context: BrowserContext, prefix: str) -> None:
        self.page, self.prefix = context.new_page(), prefix
        self.frames: list[Frame] = []
        self.socket: WebSocket | None = None
        self.complaints: list[str] = []
        self.page.on("websocket", self._listen)
        self.page.on("response", self._judge)

    def _listen(self, socket: WebSocket) -> None:
        self.socket = socket
        socket.on("framereceived", lambda payload: self.frames.append(Frame(payload)))

    def _judge(self, answer) -> None:
        if answer.status in (401, 403, 405, 421) or answer.status >= 500:
            self.complaints.append(f"{answer.status} {answer.request.method} {answer.url}")

    def open(self, url: str) -> None:
        """Begins to load the editor; `ready` waits for it."""
        self.page.goto(url, wait_until="commit")

    def ready(self) -> None:
        self.page.wait_for_function(IS_READY, timeout=90_000)

    def load(self, workflow: dict, name: str) -> None:
        self.page.evaluate("([graph, name]) => window.app.loadApiJson(graph, name)", [workflow, name])
        self.word = workflow["9"]["inputs"]["filename_prefix"]
        # All of the graph on one screen.
        self.page.evaluate("() => window.app.extensionManager.command.execute('Comfy.Canvas.FitView')")

    def run(self) -> str:
        """The Run button; the id of the prompt."""
        with self.page.expect_response(lambda a: "/prompt" in a.url and a.request.method == "POST") as queued:
            self.page.locator(RUN).first.click()
        assert queued.value.status == 200, f"queueing was answered {queued.value.status}: {queued.value.text()}"
        assert f'"{self.word}"' in queued.value.request.post_data, f"the page queued another graph than {self.word}'s"
        return queued.value.json()["prompt_id"]

    def interrupt(self) -> None:
        with self.page.expect_response(lambda a: a.request.method == "POST" and "/prompt" not in a.url) as stopped:
            self.page.locator("button[aria-label='Cancel current run']").click()
        assert stopped.value.status == 200, f"the stop button was answered {stopped.value.status}"

    def frame(self, type: str, prompt: str, since: int = 0, seconds: float = 90) -> Frame:
        """The first frame of this type about this prompt, as soon as it is there."""
        end = time.monotonic() + seconds
        while True:
            for frame in self.frames[since:]:
                if frame.type == type and frame.prompt == prompt:
                    return frame
            # Nothing is delivered between the look above and this wait.
            left = (end - time.monotonic()) * 1000
            assert left > 0, f"no '{type}' of {prompt} in {seconds} s: {[f.type for f in self.frames[since:]]}"
            self.socket.wait_for_event("framereceived", timeout=left)

    def await_count(self, count: int) -> None:
        """The number of jobs that the page shows in its bar."""
        badge = self.page.locator("[data-testid=queue-overlay-toggle], button[aria-label='Queue (q)']").first
        badge.filter(has_text=re.compile(rf"^\s*{count}(?!\d)" if count else r"^\s*(0(?!\d)|\D*$)")).wait_for()

    def client(self) -> str:
        """The id that the page's event socket has for the gate."""
        return self.page.evaluate("() => window.app.api.clientId")

    def picture(self, word: str) -> None:
        self.page.wait_for_function(SHOWS, arg=f"filename={word}_", timeout=90_000)

    def show(self, step: str) -> None:
        self.page.screenshot(path=f"{self.prefix}-{step}.png")


class Person:
    def __init__(self, browser: Browser, url: str, name: str, password: str, folder: Path, prefix: str) -> None:
        self.name, self.url, self.prefix = name, url, f"{prefix}-{name}"
        self.har = folder / f"{name}.har"
        # The files of the web UI are everybody's; of all else each byte is kept.
        self.context = browser.new_context(
            viewport={"width": 1600, "height": 900},
            record_har_path=self.har,
            record_har_content="embed",
            record_har_url_filter=re.compile(r"^http://[^/]+/(?!(assets|fonts|scripts)/)"),
        )
        self.context.set_default_timeout(60_000)
        origin = "{0.scheme}://{0.netloc}".format(urlparse(url))
        form = {"username": name, "password": password}
        answer = self.context.request.post(url + "login", form=form, headers={"Origin": origin})
        assert answer.ok and "/login" not in answer.url, f"{name} could not log in: {answer.status} {answer.url}"
        # No tour of the editor for who is new here.
        headers = {"Origin": origin, "Content-Type": "application/json"}
        answer = self.context.request.post(url + "api/settings/Comfy.TutorialCompleted", data="true", headers=headers)
        assert answer.ok, f"a setting was answered {answer.status}: {answer.text()}"
        self.tabs: list[Tab] = []
        self.marks: list[str] = []
        self.unseen: list[str] = []

    def tab(self) -> Tab:
        self.tabs.append(Tab(self.context, self.prefix if not self.tabs else f"{self.prefix}-tab{len(self.tabs) + 1}"))
        self.tabs[-1].open(self.url)
        return self.tabs[-1]

    def received(self) -> list[tuple[str, bytes]]:
        """All answers and frames; closes the browser's windows, because only then the answers are on the disk."""
        self.context.close()
        kept = [(f"a frame of type {f.type}", f.bytes) for tab in self.tabs for f in tab.frames]
        for entry in json.loads(self.har.read_text())["log"]["entries"]:
            content = entry["response"]["content"]
            text = content.get("text", "")
            body = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()
            head = "\n".join(f"{h['name']}: {h['value']}" for h in entry["response"]["headers"]).encode()
            kept.append((f"the answer to {entry['request']['method']} {entry['request']['url']}", head + b"\n" + body))
        return kept


def play(people: list[Person], step: float) -> None:
    ada, bob = people
    began = time.monotonic()
    hers, his = ada.tab(), bob.tab()
    for tab in (hers, his):
        tab.ready()
    opening = time.monotonic() - began

    # ada runs, bob waits behind her: each counts one job, and only she has progress. Her run is long enough that one
    # page, which opens in less time than two that nobody has opened before, still finds it; 500 steps are the limit.
    steps = min(math.ceil((1.5 * opening + 6) / step), 500)
    hers.load(graph("adalighthouse", steps), "ada's work")
    his.load(graph("bobharbour", 8), "bob's work")
    first = hers.run()
    hers.frame("progress_state", first)
    waiting = his.run()
    hers.frame("preview", first)
    hers.page.wait_for_function(HAS_PROGRESS)
    hers.page.wait_for_function(HAS_PREVIEW)
    hers.await_count(1)
    his.await_count(1)
    hers.show("1-running")
    his.show("1-waiting")
    assert not any(frame.prompt for frame in his.frames), "bob was told of a run while his own waited"
    assert not his.page.evaluate(HAS_PREVIEW), "bob's page has a preview while his job waits"

    # In mid-run the page is loaded anew: progress is there again, then the picture.
    before = len(hers.frames)
    hers.page.reload(wait_until="commit")
    hers.ready()
    hers.page.wait_for_function(HAS_PROGRESS)
    hers.frame("progress_state", first, since=before)
    hers.frame("preview", first, since=before)
    hers.await_count(1)
    hers.show("2-reloaded")
    assert not any(f.type == "execution_success" for f in hers.frames), "the run ended before the page was there again"
    hers.picture("adalighthouse")
    hers.show("3-picture")

    his.picture("bobharbour")
    his.frame("execution_success", waiting)
    # Whatever was told of the run before its end, no node is left running: the page keeps its frame and bar otherwise.
    for tab, run in ((hers, first), (his, waiting)):
        told = [f.data["nodes"] for f in tab.frames if f.type == "progress_state" and f.prompt == run]
        left = [node for node, state in told[-1].items() if state["state"] != "finished"]
        assert not left, f"{run} ended with nodes {left} still running for its owner"
    his.show("3-picture")
    for tab in (hers, his):
        tab.await_count(0)

    # What the panel of past jobs lists.
    for tab, word in ((hers, "adalighthouse"), (his, "bobharbour")):
        tab.page.locator(PANEL).click()
        tab.page.wait_for_function(IS_LISTED, arg=word)
        tab.show("4-listed")
        strange = [source for source in tab.page.evaluate(LISTED) if f"filename={word[:3]}" not in source]
        assert not strange, f"the panel with {word} lists {strange}"
        tab.page.locator(PANEL).click()

    # ada stops her run by the button; bob's, which waited behind it, comes to its picture, and is no business of a
    # second push, which ada's page makes while his runs.
    hers.load(graph("adastopped", 500), "ada's long work")
    his.load(graph("bobundisturbed", math.ceil(4 / step)), "bob's other work")
    stopped = hers.run()
    hers.frame("progress_state", stopped)
    kept = his.run()
    hers.interrupt()
    hers.frame("execution_interrupted", stopped)
    his.frame("preview", kept)
    seen = len(his.frames)
    hers.page.evaluate("() => window.app.api.interrupt()")
    his.show("5-running")
    his.frame("preview", kept, since=seen)
    hers.await_count(0)
    hers.show("5-stopped")
    his.frame("execution_success", kept)
    his.picture("bobundisturbed")
    assert not any(f.type == "execution_interrupted" for f in his.frames), "bob was told of an interrupt"
    his.show("6-picture")

    # Two tabs of ada: the same node ids, two graphs.
    other = ada.tab()
    other.ready()
    hers.load(graph("adafirst", 8), "ada's first")
    other.load(graph("adasecond", 8), "ada's second")
    starts = len(hers.frames), len(other.frames)
    runs = hers.run(), other.run()
    for tab, run, word in ((hers, runs[0], "adafirst"), (other, runs[1], "adasecond")):
        tab.frame("execution_success", run)
        tab.picture(word)
        tab.show("7-picture")
    for tab, start, run in zip((hers, other), starts, runs):
        strange = {f.type for f in tab.frames[start:] if f.prompt not in (None, run)}
        assert not strange, f"a tab was told of the other tab's run: {strange}"

    complaints = [complaint for person in people for tab in person.tabs for complaint in tab.complaints]
    assert not complaints, "the pages were refused: " + "; ".join(complaints)
    # Words of texts and names, prompts, and how each page is known to the gate.
    ada.marks = ["adalighthouse", "adafirst", "adasecond", first, stopped, *runs]
    bob.marks = ["bobharbour", "bobundisturbed", waiting, kept]
    for person in people:
        person.marks += [tab.client() for tab in person.tabs]
    # No page asks for the text of a job without a picture, so ada has not received it either.
    ada.unseen = ["adastopped"]


def judge(people: list[Person]) -> None:
    """Everybody has received what is theirs, and nothing of the other's."""
    received = {person.name: person.received() for person in people}
    for person in people:
        for mark in person.marks + person.unseen:
            for name, records in received.items():
                found = [what for what, data in records if mark.encode() in data]
                if name == person.name:
                    assert found or mark in person.unseen, f"the record of {name} lacks '{mark}', so it is not whole"
                else:
                    assert not found, f"{name} received '{mark}' of {person.name}'s in {found[0]}"


def main(url: str, password_file: str, step: str, prefix: str) -> None:
    password = Path(password_file).read_text().rstrip("\n")
    began = time.monotonic()
    with sync_playwright() as runner, tempfile.TemporaryDirectory() as folder:
        browser = runner.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        people = [Person(browser, url, name, password, Path(folder), prefix) for name in ("ada", "bob")]
        play(people, float(step))
        judge(people)
        browser.close()
    print(f"people: ada and bob saw their own in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
