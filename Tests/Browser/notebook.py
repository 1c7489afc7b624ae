"""The notebook cell of the account page: made in the console in headless Chromium, run as it stands, taken by the gate.

usage: notebook.py CONSOLE_URL NAME PASSWORD_FILE PICTURE_PREFIX
"""

import io
import json
import os
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from playwright.sync_api import sync_playwright

from webui import GRAPH, make_token


def cell_of(console: str, name: str, password: str, prefix: str) -> str:
    with sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        make_token(page, console, name, password, "notebook")
        cell = page.locator("pre", has_text="urllib.request").first
        cell.wait_for()
        page.screenshot(path=f"{prefix}-token.png", full_page=True)
        text = cell.inner_text()
        browser.close()
        return text


def main(console: str, name: str, password_file: str, prefix: str) -> None:
    cell = cell_of(console, name, Path(password_file).read_text().rstrip("\n"), str(Path(prefix).absolute()))
    with tempfile.TemporaryDirectory() as folder:
        # Where a person keeps the notebook and the exported workflow.
        os.chdir(folder)
        Path("workflow_api.json").write_text(json.dumps(GRAPH))
        notebook: dict = {}
        shown = io.StringIO()
        with redirect_stdout(shown):
            exec(compile(cell, "notebook cell", "exec"), notebook)
        prompt = shown.getvalue().strip()
        assert prompt and prompt == notebook["job"]["prompt_id"], f"the cell showed {prompt!r}"
        # In this order, because a job that ends is in the history before it leaves the queue's answer.
        found = prompt in json.dumps(notebook["comfy"]("/api/queue")) or notebook["comfy"](f"/api/history/{prompt}")
        assert found, "the gate does not know the prompt it took"
        os.chdir("/")
    print(f"notebook: the cell of the account page queued {prompt}")


if __name__ == "__main__":
    main(*sys.argv[1:])
