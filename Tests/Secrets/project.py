"""A project with secrets in many places, and stand-ins for the programs that use them."""

import http.server
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import threading
import unittest

PROGRAM = ""
PATIENCE = 60
SOURCE = ".secrets/comfyui_auth_tokens.conf"
QWEN = "services/qwen"


class Consumer:
    """Answers like ComfyUI-Login, with the token that stood in a file when it was last `restarted`."""

    def __init__(self, loaded, closed=True, status=401, right=200):
        self.loaded = pathlib.Path(loaded)
        consumer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                lines = consumer.loaded.read_text().splitlines() if consumer.loaded.exists() else [""]
                given = self.headers.get("Authorization", "")
                passes = not closed or lines and lines[0] and given == f"Bearer {lines[0]}"
                self.send_response(right if passes else status)
                if status in (302, 303):
                    self.send_header("Location", "/login")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class ProjectCase(unittest.TestCase):
    def setUp(self):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="comfygate-secrets."))
        self.addCleanup(shutil.rmtree, self.base, ignore_errors=True)
        self.root = self.base / "project"
        self.home = self.base / "home"
        self.state = self.base / "state"
        for folder in (self.root, self.home, self.state):
            folder.mkdir()
        # Everything the program leaves outside the project goes here.
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def lay(self, consumers=(), token="first-token-of-the-project"):
        """A source of truth without a hash, and places that hold nothing right yet."""
        self.write(".env", "# main\nCOMFYUI_API_TOKEN=old\nOTHER='x y'\n")
        self.write(f"{QWEN}/.env", "COMFYUI_RAW_TOKEN=old\r\nTZ=Europe/Paris\r\n", mode=0o644)
        self.write("login/PASSWORD", "old\nadmin", mode=0o644)
        self.write("clients.json", '{"auth": {"token": "old"}}\n')
        source = {
            "version": "1.0", "raw_token": token, "description": "test",
            "locations": [
                ".env", f"{QWEN}/.env", {"path": "login/PASSWORD", "in_place": True},
                {"path": "clients.json", "key": "/auth/token", "value": "raw"},
                {"path": "video/.env", "key": "COMFYUI_BEARER_TOKEN"},
            ],
            "consumers": list(consumers),
        }
        self.write("video/docker-compose.yml", "services: {}\n")
        self.write(SOURCE, json.dumps(source))

    def write(self, path, text, mode=0o600):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        file.chmod(mode)

    def run_program(self, *words, given=None, environment=None, **options):
        return subprocess.run(
            [PROGRAM, *words, "--lang", "en"], cwd=self.root, env=self.environment | (environment or {}),
            input=given, text=True, capture_output=True, timeout=PATIENCE, **options)

    def secrets(self, *words, **options):
        return self.run_program("secrets", *words, **options)

    def done(self, *words, **options):
        result = self.secrets(*words, **options)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result

    @property
    def source(self):
        return json.loads((self.root / SOURCE).read_text())

    def snapshot(self):
        """Every file of the project but the lock and the log of changes: content, and who can read it."""
        found = {}
        for folder, _, names in os.walk(self.root):
            for name in names:
                path = pathlib.Path(folder) / name
                found[str(path.relative_to(self.root))] = (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        left = (".secrets/.journal/lock", ".secrets/changes.log")
        return {path: file for path, file in found.items() if path not in left}
