"""The console's pages about jobs in headless Chromium: a job is there, a waiting one is canceled, usage has its time.

usage: console.py GATE_URL CONSOLE_URL NAME PASSWORD_FILE PICTURE_PREFIX

NAME is an administrator. All pages are kept as pictures, wide and narrow; none may be wider than its window.
"""

import json
import re
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlparse

from playwright.sync_api import Page, sync_playwright

from webui import GRAPH, make_token

WIDTHS = {"wide": 1280, "narrow": 360}
IS_WHOLE = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def long_graph(steps: int) -> dict:
    """A text to a picture that takes a while."""
    sampling = {"seed": 1, "steps": steps, "cfg": 7.5, "denoise": 1.0, "sampler_name": "euler", "scheduler": "normal"}
    links = {"model": ["4", 0], "positive": ["6", 0], "negative": ["6", 0], "latent_image": ["5", 0]}
    checkpoint = {"ckpt_name": "v1-5-pruned-emaonly-fp16.safetensors"}
    return {
        "3": {"class_type": "KSampler", "inputs": {**sampling, **links}},
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": checkpoint},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 256, "height": 256, "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a lighthouse", "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "long"}},
    }


class Gate:
    """The API that people's programs use, by a token."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url.rstrip("/"), token

    def ask(self, path: str, body: dict | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def submit(self, graph: dict) -> str:
        return self.ask("/prompt", {"prompt": graph})["prompt_id"]

    def interrupt(self) -> None:
        fields = {"Authorization": f"Bearer {self.token}"}
        urllib.request.urlopen(urllib.request.Request(self.url + "/interrupt", b"{}", fields), timeout=30).close()

    def end_of(self, prompt: str) -> None:
        end = time.monotonic() + 90
        while not self.ask(f"/history/{prompt}"):
            assert time.monotonic() < end, f"{prompt} does not end"
            time.sleep(0.1)


class Walk:
    def __init__(self, page: Page, console: str, prefix: str) -> None:
        self.page, self.console, self.prefix = page, console, prefix

    def open(self, path: str, name: str) -> None:
        """Opens a page in each width and keeps its picture."""
        answer = self.page.goto(self.console + path)
        assert answer.status == 200, f"{path} was answered {answer.status}"
        self.keep(name)

    def keep(self, name: str) -> None:
        for word, width in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.screenshot(path=f"{self.prefix}-{name}-{word}.png", full_page=True)
            assert self.page.evaluate(IS_WHOLE), f"{name} is wider than a window of {width} pixels"
        self.page.set_viewport_size({"width": 1280, "height": 800})

    def see(self, *texts: str) -> None:
        shown = self.page.locator("main").inner_text()
        for text in texts:
            assert text in shown, f"{self.page.url} does not say '{text}': {shown}"


def token(page: Page, console: str, name: str, password: str) -> str:
    make_token(page, console, name, password, "console walk")
    cell = page.locator("pre", has_text="cg_").first
    cell.wait_for()
    return re.search(r"cg_[0-9A-Za-z]+", cell.inner_text()).group()


def play(page: Page, gate_url: str, console: str, name: str, password: str, prefix: str) -> None:
    gate = Gate(gate_url, token(page, console, name, password))
    walk = Walk(page, console, prefix)
    done = gate.submit(GRAPH)
    gate.end_of(done)

    # By the list to the one that has ended.
    walk.open("/jobs?state=succeeded", "jobs-done")
    walk.see(name, "done")
    page.locator("tbody a.row-link").first.click()
    walk.see(done, "browser_", "It has ended, with its files.", "succeeded")
    walk.keep("job-done")

    # One that waits behind another is canceled by keyboard alone: open the question, then push its button.
    running = gate.submit(long_graph(100))
    waiting = gate.submit(GRAPH)
    page.goto(console + "/jobs?state=queued")
    page.locator("tbody a.row-link").first.click()
    walk.see(waiting, "waiting", "It is next")
    walk.keep("job-waiting")
    page.locator("summary", has_text="Cancel it").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for()
    walk.see("The job is canceled", "canceled before it ran")
    walk.keep("job-canceled")
    walk.open("/jobs", "jobs")
    gate.interrupt()
    gate.end_of(running)

    # What it took is in the sums of its owner.
    walk.open("/usage", "usage")
    row = page.locator("tbody tr", has=page.get_by_role("link", name=name)).first.inner_text()
    assert re.search(r"\d+( ms|\.\d s| min \d+ s)", row), f"usage of {name} has no time: {row}"
    walk.see("How near the limits are", "waiting jobs")
    walk.open("/jobs/quarantine", "quarantine")
    walk.open("/files", "files")
    page.get_by_role("button", name="Count what would go").click()
    page.get_by_role("status").wait_for()
    walk.keep("files-counted")
    walk.open(f"/files?account={name}", "files-of")
    walk.see("browser_")
    walk.open("/usage?lang=fr", "usage-fr")
    answer = page.goto(console + "/jobs?since=soon")
    assert answer.status == 400, f"a bad day was answered {answer.status}"
    walk.keep("jobs-bad")


def main(gate: str, console: str, name: str, password_file: str, prefix: str) -> None:
    password = Path(password_file).read_text().rstrip("\n")
    with sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
        play(page, gate, console, name, password, prefix)
        assert not complaints, "the pages break their own rules: " + "; ".join(complaints)
        browser.close()
    print(f"console: jobs, usage and files at {urlparse(console).netloc}")


if __name__ == "__main__":
    main(*sys.argv[1:])
