"""The stock web UI through the gate in headless Chromium: log in, load, queue, picture.

usage: webui.py GATE_URL NAME PASSWORD_FILE PICTURE_PREFIX

Ends with 0 only when a person who knew nothing would have got their picture. Screenshots are written beside the prefix.
"""

import json
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, Response, sync_playwright

GRAPH = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 256, "height": 256, "batch_size": 1, "color": 3368652}},
    "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
    "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "browser"}},
}

IS_SHOWN = "() => window.app.graph.getNodeById(3).imgs?.some(image => image.complete && image.naturalWidth > 0)"


def is_queueing(answer: Response) -> bool:
    return "/prompt" in answer.url and answer.request.method == "POST"


def is_picture(answer: Response) -> bool:
    names = parse_qs(urlparse(answer.url).query).get("filename", [""])
    return "/view" in answer.url and names[0].startswith("browser_")


def log_in(page: Page, name: str, password: str) -> None:
    """Fills the form of the login page that is shown, the gate's or the console's."""
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


def make_token(page: Page, console: str, name: str, password: str, label: str) -> None:
    """Logs in to the console by its account page, and makes a token there; the page shows it."""
    page.goto(console + "/account")
    log_in(page, name, password)
    page.fill("[name=label]", label)
    page.press("[name=label]", "Enter")


def main(url: str, name: str, password_file: str, prefix: str) -> None:
    password = Path(password_file).read_text().rstrip("\n")
    with sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        refused: list[str] = []
        # Once logged in, the page must not be refused anything that its own recordings show it needs.
        page.on(
            "response",
            lambda answer: refused.append(f"{answer.status} {answer.request.method} {answer.url}")
            if answer.status in (401, 403, 405, 421) or answer.status >= 500
            else None,
        )

        page.goto(url)
        assert urlparse(page.url).path.endswith("/login"), f"a stranger was not sent to the login page but to {page.url}"
        page.screenshot(path=f"{prefix}-login.png")
        refused.clear()
        log_in(page, name, password)
        page.wait_for_selector("canvas", timeout=90_000)
        page.wait_for_function("() => window.app && window.app.graph", timeout=90_000)
        page.screenshot(path=f"{prefix}-loaded.png")

        # What the Run button does, with a graph that needs no model.
        page.keyboard.press("Escape")
        page.evaluate("graph => window.app.loadApiJson(graph, 'browser')", GRAPH)
        page.screenshot(path=f"{prefix}-graph.png")
        # The page shows the picture by asking for it: that is the proof that its events came through the gate. It may
        # ask before the queueing's answer has been looked at here, so both are awaited from the beginning.
        with page.expect_response(is_picture, timeout=60_000) as viewed:
            with page.expect_response(is_queueing) as queued:
                page.evaluate("() => window.app.queuePrompt(0, 1)")
            answer = queued.value
            assert answer.status == 200, f"queueing was answered {answer.status}: {answer.text()}"
            prompt = json.loads(answer.text())["prompt_id"]
        assert viewed.value.status == 200 and viewed.value.body(), "the picture could not be loaded"
        # The node has its picture, and what the page asks for after a run has been answered.
        page.wait_for_function(IS_SHOWN)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=f"{prefix}-picture.png")
        assert not refused, "the page was refused: " + "; ".join(refused)
        complaints = page.locator(".p-toast-message-error").all_inner_texts()
        assert not complaints, "the page complains: " + "; ".join(complaints)
        print(f"webui: {prompt} came to its picture, nothing was refused")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
