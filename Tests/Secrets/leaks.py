"""Looks for secrets in all that the commands about secrets leave behind.

usage: leaks.py PROGRAM [unittest's arguments]
Every secret of a project, and every one that a command is given, is a word that stands nowhere else. Every command runs in
both languages, as text and as JSON, with faults and without; then the words are looked for, also in base64, hexadecimal and
as parts, in outputs, file names, other files, temporary files, and in what child processes are given. Wants strace and git.
"""

import base64
import concurrent.futures
import contextlib
import http.server
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings

import project
from project import PATIENCE, SOURCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import crypt

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# Parts of a secret of so many bytes are looked for; a fingerprint shows four.
PART = 8
JOURNAL = ".secrets/.journal/journal.applying"
# In front of what a key file holds.
KEY = "comfygate-key-1:"


def word(length=40, start=""):
    return start + "".join(random.choice(LETTERS) for _ in range(length))


def hashed(token):
    return crypt.crypt(token, "$2b$04$" + word(21) + "e")


class Marks:
    """Words that must stand nowhere, in all spellings."""

    def __init__(self):
        self.known = {}

    def add(self, name, secret):
        data = secret.encode()
        # What is public in it: `$2b$12$`, `hf_`, and what a fingerprint shows.
        own = data[7:] if data.startswith(b"$2") else data[4:]
        spellings = {own, own.hex().encode(), own.hex().upper().encode()}
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + own)[2:(shift + len(own)) * 8 // 6]
            spellings |= {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}
        for spelling in spellings:
            size = PART if spelling == own else 2 * PART
            for start in range(0, len(spelling) - size + 1, size):
                self.known[spelling[start:start + size]] = name
        return secret

    def found(self, data):
        return sorted({name for part, name in self.known.items() if part in data})


class EchoServer:
    """Answers with all that it was asked with, wherever an answer has room.

    `/STATUS` answers so; `/right/NAME` lets in whoever has the hash of the project in the folder NAME.
    """

    def __init__(self, folder):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                said = self.headers.get("Authorization", "nothing")
                status = self.path.split("/")[1]
                if status == "right":
                    source = json.loads((folder / self.path.split("/")[2] / "project" / SOURCE).read_text())
                    status = 200 if said == "Bearer " + source["bcrypt_hash"] else 401
                status = int(status)
                self.send_response(status, "Sorry " + said)
                self.send_header("Location", "/elsewhere?" + said)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Template:
    """A project full of secrets and faults, laid once and copied for each command."""

    # Whatever holds a value by its purpose; a command may write these and nothing else.
    HOLDERS = [
        SOURCE, ".env", "login/PASSWORD", "clients.json", "values.yaml", "docker/secret", "services/qwen/.env",
        "services/forge/.env", "services/video/.env", ".secrets/qwen-api-user.token", ".secrets/.env.huggingface",
        "notebooks/client.env", "old.env", "torn.env", "keys/server.key", "broken.json", JOURNAL,
    ]

    def __init__(self, base, url):
        self.base, self.marks = base, Marks()
        self.root, self.home = base / "project", base / "home"
        (base / "tmp").mkdir(parents=True)
        self.home.mkdir()
        add = self.marks.add
        self.raw, self.forge, self.face = add("raw token", word()), add("forge", word()), add("hf", word(34, "hf_"))
        self.hash = add("hash", hashed(self.raw))
        self.forge_hash = add("hash of forge", hashed(self.forge))
        old, before = add("stale token", word()), add("previous token", word())
        burnt, own = add("burnt token", word()), add("password", word(24))
        stale = add("stale hash", hashed(old))
        self.file("rest/token", add("given by a file", word()))
        self.file("rest/passphrase", add("passphrase", word()))
        self.file("rest/wrong", add("wrong passphrase", word()))
        key = add("seal key", base64.b64encode(random.randbytes(32)).decode().rstrip("="))
        self.file("rest/key", f"{KEY}{key}\n", mode=0o400)
        self.file("rest/open.key", f"{KEY}{key}\n", mode=0o644)
        self.given, self.shown = add("given at standard input", word()), add("given as an argument", word())
        self.file("rest/schema.json", json.dumps({"extends": "none", "keys": {"COMFYUI_API_TOKEN": {"form": "hash"}}}))

        subprocess.run(["git", "init", "-q", "--template=", str(self.root)], check=True)
        git = ["git", "-C", str(self.root), "-c", "user.name=t", "-c", "user.email=t@example.org"]
        self.write("old.env", f"API_TOKEN={burnt}\n")
        self.write("services/qwen/.env", f"COMFYUI_API_TOKEN='{stale}'\n")
        subprocess.run([*git, "add", "-f", "old.env", "services/qwen/.env"], check=True)
        subprocess.run([*git, "commit", "-qm", "first"], check=True)
        self.write("services/qwen/.env", f"COMFYUI_API_TOKEN={self.hash}\r\nCOMFYUI_RAW_TOKEN={old}\r\nCOMFYUI_PASSWORD={own}\r\n")

        self.write(".env", f"# main\nCOMFYUI_API_TOKEN={self.hash}\nHF_TOKEN={self.face}  # gated\nOTHER='x y'\n", 0o644)
        self.write("login/PASSWORD", f"{stale}\nadmin")
        self.write("clients.json", json.dumps({"auth": {"token": old, "again": self.raw}}))
        self.write("values.yaml", f"auth:\n  token: {old}\n")
        self.write("docker/secret", self.raw)
        self.write("services/forge/.env", f"FORGE_API_TOKEN={old}\nFORGE_PASSWORD=\"p$as{own}\"\n")
        self.write("services/video/docker-compose.yml", "services:\n  v:\n    environment: [\"T=${COMFYUI_BEARER_TOKEN}\"]\n")
        self.write(".secrets/qwen-api-user.token", f"{stale[:-3]}\n", 0o644)
        self.write(".secrets/.env.huggingface", f"HUGGINGFACE_TOKEN={self.face}\n")
        self.write("notebooks/client.env", f"COMFYUI_API_TOKEN='{stale}'\n")
        # Lines that are no assignments, quotes that never end, secrets where names belong.
        self.write("torn.env", f"{word()}\nHF_TOKEN=\"{self.face}\nCOMFYUI_API_TOKEN '{self.hash}\nX Y={old}\n={own}\n{self.face}=1\n")
        self.write("broken.json", '{"auth": {"token": "%s", "%s"' % (old, self.raw))
        self.write("keys/server.key", f"-----BEGIN PRIVATE KEY-----\n{add('private key', word(60))}\n-----END PRIVATE KEY-----\n")
        self.write(SOURCE, json.dumps({
            "version": "1.1", "raw_token": self.raw, "bcrypt_hash": self.hash, "description": "test",
            "previous": {"raw_token": before, "bcrypt_hash": add("previous hash", hashed(before)),
                         "until": "2099-01-01T00:00:00Z"},
            "locations": [
                ".env", "services/qwen/.env", {"path": "login/PASSWORD", "in_place": True},
                {"path": "clients.json", "key": "/auth/token", "value": "raw"},
                {"path": "values.yaml", "key": "/auth/token", "value": "raw"},
                {"path": "docker/secret", "kind": "docker_secret", "value": "raw"},
            ],
            "consumers": [{"name": "qwen", "url": url, "after_file": "true"}],
            "credentials": {
                "forge": {"raw_token": self.forge, "bcrypt_hash": self.forge_hash, "locations": [
                    {"path": "services/forge/.env", "key": "FORGE_API_TOKEN", "value": "raw"}]},
                "huggingface": {"raw_token": self.face, "locations": [".secrets/.env.huggingface"]},
            },
        }))
        self.raws = [old, own]

    def write(self, path, text, mode=0o600):
        self.file("project/" + path, text, mode)

    def file(self, path, text, mode=0o600):
        file = self.base / path
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        file.chmod(mode)


class Work:
    """One copy of the template, and what its commands have said."""

    def __init__(self, template, base, copied=None):
        self.template, self.base = template, base
        shutil.copytree(copied or template.base, base, symlinks=True)
        self.root, self.home, self.rest = base / "project", base / "home", base / "rest"
        self.environment = {
            "HOME": str(self.home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TMPDIR": str(base / "tmp")}
        with contextlib.suppress(ValueError, KeyError):
            source = self.source
            # One that a case has sent elsewhere stays there.
            if source["consumers"][0].get("path", "/right").startswith("/right"):
                self.consume(path=f"/right/{base.name}")

    @property
    def source(self):
        return json.loads((self.root / SOURCE).read_text())

    def consume(self, **members):
        source = self.source
        source["consumers"][0] |= members
        (self.root / SOURCE).write_text(json.dumps(source))

    def run(self, *words, given=None, environment=None, trace=(), wrap=()):
        return subprocess.run(
            [*wrap, *trace, project.PROGRAM, *words], cwd=self.root, env=self.environment | (environment or {}),
            input=(given or "").encode(), capture_output=True, timeout=PATIENCE)

    def done(self, *words, **options):
        result = self.run(*words, **options)
        assert result.returncode == 0, (words, result.stdout, result.stderr)


# What comes before a command, by the words of its case.

def stop_rotation(work):
    work.consume(after_file="kill -9 $PPID")
    unify(work)
    assert work.run("secrets", "rotate").returncode == -9
    work.consume(after_file="true")


def seal_by_passphrase(work):
    work.done("secrets", "seal", environment={"COMFYGATE_SEAL_PASSPHRASE_FILE": str(work.rest / "passphrase")})


def seal_by_key(work):
    work.done("secrets", "seal", "--key-file", str(work.rest / "key"))


def unify(work):
    result = work.run("secrets", "unify", "--backups", str(work.base / "backups"))
    # Some places are a person's to mend.
    assert b"files were changed" in result.stderr, result.stderr


def tell_all(work):
    work.consume(after_file=(
        "cat .env login/PASSWORD clients.json services/*/.env .secrets/* >&2; "
        "for f in login/PASSWORD docker/secret; do head -1 $f | tr -d '\\n' | base64 -w0; head -1 $f | od -An -tx1 | tr -d ' \\n'; done; "
        "sed 's/\\$/$$/g' .env; exit 3"))
    unify(work)


def cut_in_two(work):
    # The last words of a command are shown: they begin within a secret.
    work.consume(after_file="cat docker/secret; head -c 1990 /dev/zero | tr '\\0' x; exit 3")
    unify(work)


def answer(status):
    def prepare(work):
        unify(work)
        work.consume(path=f"/{status}")
    return prepare


def spoil_source(how):
    def prepare(work):
        file = work.root / SOURCE
        file.write_text(how(file.read_text()))
    return prepare


def no_backups(work):
    shutil.rmtree(work.home)
    work.home.write_text("in the way")


def lose_identity(work):
    unify(work)
    (work.home / ".config/comfygate/backup.identity").unlink()


def damage_backup(work):
    unify(work)
    for file in (work.base / "backups").glob("*.age"):
        file.write_bytes(file.read_bytes()[:-40] + b"x" * 40)


def outside(work):
    (work.root / "login/PASSWORD").unlink()
    (work.root / "login/PASSWORD").symlink_to(work.rest / "token")


def damage_journal(work):
    (work.root / ".secrets/.journal").mkdir(mode=0o700)
    (work.root / JOURNAL).write_text(work.template.raw)


PHRASE = {"COMFYGATE_SEAL_PASSPHRASE": "{passphrase}"}
WRONG = {"COMFYGATE_SEAL_PASSPHRASE": "{wrong}"}
# (words, what comes before, further options of `Work.run`)
CASES = [
    ("secrets audit", None, {}),
    ("secrets audit --listed", None, {}),
    ("secrets audit", seal_by_key, {}),
    ("secrets audit", spoil_source(lambda text: text[:-2]), {}),
    ("secrets audit", spoil_source(lambda text: text.replace('"1.1"', '"9.1"')), {}),
    ("secrets audit", spoil_source(lambda text: text.replace('"raw_token": "', '"raw_token": ["').replace('", "bcrypt', '"], "bcrypt')), {}),
    ("secrets audit", spoil_source(lambda text: text.replace('"locations": [".env"', '"locations": [7')), {}),
    ("secrets audit", outside, {}),
    ("secrets audit --root {rest}", None, {}),
    ("secrets discover", None, {}),
    ("secrets discover", unify, {}),
    ("secrets sync", None, {}),
    ("secrets sync --dry-run", None, {}),
    ("secrets sync", seal_by_key, {}),
    ("secrets sync", outside, {}),
    ("secrets sync", damage_journal, {}),
    ("secrets sync", no_backups, {}),
    ("secrets unify", None, {}),
    ("secrets unify --dry-run", None, {}),
    ("secrets unify --generate --no-backup", None, {}),
    ("secrets unify --token-file {rest}/token", None, {}),
    ("secrets unify --token-file {rest}/absent", None, {}),
    ("secrets unify --token-stdin", None, {"given": "{given}\n"}),
    ("secrets unify --token-stdin", None, {"given": "{given}" + "x" * 5_000}),
    ("secrets unify --token-stdin --generate", None, {"given": "{given}\n"}),
    ("secrets unify --token {shown}", None, {"own": True}),
    ("secrets unify --from login/PASSWORD", None, {}),
    ("secrets unify --from clients.json:/auth/again", None, {}),
    ("secrets unify --from .secrets/qwen-api-user.token", None, {}),
    ("secrets unify --from broken.json:/auth/token", None, {}),
    ("secrets unify", None, {"environment": {"COMFYGATE_RAW_TOKEN": "{given}"}}),
    ("secrets unify", None, {"environment": {"COMFYGATE_RAW_TOKEN_FILE": "{rest}/token"}}),
    ("secrets unify", spoil_source(lambda text: text.replace('"previous"', '"before"')), {}),
    ("secrets unify --listed", spoil_source(lambda text: text.replace("docker/secret", "broken.json")), {}),
    ("secrets set forge --token-file {rest}/token --description again", None, {}),
    ("secrets set fresh --generate --location services/forge/.env:FRESH_TOKEN=raw", None, {}),
    ("secrets set fresh --token-stdin --location broken.json:/auth/token=raw", None, {"given": "{given}\n"}),
    ("secrets set nobody", None, {}),
    ("secrets get forge", None, {"reveals": True}),
    ("secrets get forge --value hash", None, {"reveals": True}),
    ("secrets get nobody", None, {}),
    ("secrets get", seal_by_passphrase, {"environment": WRONG}),
    ("secrets get", seal_by_key, {"environment": {"COMFYGATE_SEAL_KEY_FILE": "{rest}/open.key"}}),
    ("secrets list", None, {}),
    ("secrets list", seal_by_key, {}),
    ("secrets validate", unify, {}),
    ("secrets validate --offline", unify, {}),
    *(("secrets validate", answer(status), {}) for status in (302, 400, 401, 500)),
    ("secrets validate", seal_by_passphrase, {"environment": PHRASE}),
    ("secrets rotate", unify, {}),
    ("secrets rotate --dry-run --token-file {rest}/token", unify, {}),
    ("secrets rotate --token-stdin --grace 0s", unify, {"given": "{given}\n"}),
    ("secrets rotate --wait 1s", answer(401), {}),
    ("secrets rotate --wait 1s", tell_all, {}),
    ("secrets rotate --wait 1s", cut_in_two, {}),
    ("secrets rotate", stop_rotation, {}),
    ("secrets rotate --resume", stop_rotation, {}),
    ("secrets rotate --undo", stop_rotation, {}),
    ("secrets rotate --key-file {rest}/key", seal_by_key, {}),
    ("secrets rotate", seal_by_passphrase, {"environment": PHRASE}),
    ("secrets watch --looks 1", None, {}),
    ("secrets watch --looks 1 --repair", None, {}),
    ("secrets watch --looks 1 --repair", outside, {}),
    ("secrets seal", None, {"environment": PHRASE}),
    ("secrets seal --key-file {rest}/key", None, {}),
    ("secrets seal --key-file {rest}/made/key", None, {}),
    ("secrets seal --key-file {rest}/open.key", None, {}),
    ("secrets seal --key-file {rest}/token", None, {}),
    ("secrets unseal", seal_by_passphrase, {"environment": PHRASE}),
    ("secrets unseal", seal_by_passphrase, {"environment": WRONG}),
    ("secrets unseal --key-file {rest}/key", seal_by_key, {}),
    ("secrets unseal --key-file {rest}/token", seal_by_key, {}),
    ("secrets backup", None, {}),
    ("secrets backup .env torn.env", None, {}),
    ("secrets backup", no_backups, {}),
    ("secrets history --backups {backups}", unify, {}),
    ("secrets history --backups {backups}", lose_identity, {}),
    ("secrets restore --backups {backups}", unify, {}),
    ("secrets restore --dry-run --only .env --backups {backups}", unify, {}),
    ("secrets restore --backups {backups}", lose_identity, {}),
    ("secrets restore --backups {backups}", damage_backup, {}),
    ("secrets restore --identity {rest}/token --backups {backups}", unify, {}),
    ("env check .env", None, {}),
    ("env check torn.env", None, {}),
    ("env check .env --schema {rest}/schema.json", None, {}),
    ("env check .env --schema {rest}/token", None, {}),
    ("env rebuild .env --dry-run --source services/qwen/.env --source torn.env", None, {}),
    ("env rebuild .env --yes --source services/qwen/.env --source torn.env", None, {}),
    ("env rebuild torn.env --yes --source .env", None, {}),
    ("env rebuild services/video/.env --yes --example .env", None, {}),
    ("env backup .env", None, {}),
    ("env backup nowhere.env", None, {}),
    ("env restore .env --dry-run --backups {backups}", unify, {}),
    ("env restore .env --backups {backups}", unify, {}),
    ("env restore .env --backups {backups}", lose_identity, {}),
]
VARIANTS = [
    (("--lang", "en"), ("--json", "--lang", "fr")),
    (("--lang", "fr"), ("--json", "--lang", "en")),
]


def tokens_of(source):
    """Every value of a source of truth, be it of a command's own make."""
    for credential in [source, *source.get("credentials", {}).values()]:
        for place in (credential, credential.get("previous") or {}):
            for member in ("raw_token", "bcrypt_hash", "sealed_token"):
                if isinstance(place.get(member), str):
                    yield member, place[member]


class Leaks(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="comfygate-leaks."))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        server = EchoServer(cls.folder)
        cls.addClassCleanup(server.close)
        cls.template = Template(cls.folder / "template", server.url)
        cls.numbers, cls.prepared, cls.lock = itertools.count(), {}, threading.Lock()

    @contextlib.contextmanager
    def work(self, before=None):
        """A copy of the project after `before`, which is done once."""
        with Leaks.lock:
            if before not in Leaks.prepared:
                Leaks.prepared[before] = Work(self.template, self.folder / f"prepared-{len(Leaks.prepared)}")
                if before:
                    before(Leaks.prepared[before])
        base = self.folder / f"{next(Leaks.numbers)}"
        yield Work(self.template, base, Leaks.prepared[before].base)
        shutil.rmtree(base, ignore_errors=True)

    def look(self, where, data, marks):
        self.assertEqual(marks.found(data), [], f"in {where}: {data[:3000]!r}")

    def marks(self, work):
        """The template's, and those that commands have made since."""
        marks = Marks()
        marks.known = dict(self.template.marks.known)
        with contextlib.suppress(ValueError, AttributeError):
            for member, value in tokens_of(work.source):
                marks.add("made " + member, value)
        for path in [work.home / ".config/comfygate/backup.identity", *work.rest.glob("made/key")]:
            with contextlib.suppress(OSError):
                for line in path.read_text().splitlines():
                    if not line.startswith("#"):
                        marks.add(path.name, line.removeprefix("AGE-SECRET-KEY-1").removeprefix(KEY))
        return marks

    def look_at_files(self, work, marks):
        holders = {work.root / path for path in Template.HOLDERS}
        holders |= {work.root / "torn.env.damaged", work.home / ".config/comfygate/backup.identity"}
        for folder, folders, names in os.walk(work.base):
            place = pathlib.Path(folder)
            if place in (work.rest, work.root / ".git"):
                folders.clear()
                continue
            for name in [*folders, *names]:
                self.look(f"the name of {place / name}", name.encode(), marks)
            for file in (place / name for name in names):
                if not file.is_symlink() and file not in holders:
                    self.look(file, file.read_bytes(), marks)
        for name in ("torn.env.damaged",):
            if (work.root / name).exists():
                self.assertEqual((work.root / name).stat().st_mode & 0o077, 0, name)
        self.assertEqual(os.listdir(work.base / "tmp"), [])

    def look_at_trace(self, trace, work, marks, own):
        """What was given to every process, and where files were made."""
        programs = 0
        for line in trace.read_text().splitlines():
            if "execve(" in line and " = 0" in line:
                programs += 1
                # The first one is the command itself, with what somebody has given it.
                if programs > 1 or not own:
                    self.look("what a process was given", line.encode(), marks)
            made = re.search(r"O_CREAT.* = \d+<([^>]*)>", line)
            if made:
                self.assertTrue(made[1].startswith((str(work.base), "/dev/")), line)
        self.assertGreater(programs, 0)

    def one(self, words, before, options, variant, traced):
        with self.work(before) as work:
            text = {name: (work.rest / name).read_text() for name in ("passphrase", "wrong")}
            text |= {"rest": str(work.rest), "backups": str(work.base / "backups"), "given": self.template.given, "shown": self.template.shown}
            fill = lambda form: form.format_map(text)
            environment = {name: fill(value) for name, value in options.get("environment", {}).items()}
            earlier = self.marks(work)
            trace = work.rest / "trace"
            strace = ["strace", "-f", "-qq", "-y", "-v", "-s", "8192", "-e", "trace=execve,openat,creat", "-e", "signal=none", "-o", str(trace)]
            result = work.run(
                *fill(words).split(), *variant, given=fill(options.get("given", "")), environment=environment,
                trace=strace if traced else ())
            self.assertIn(result.returncode, (0, 1, 2), result.stderr)
            marks = self.marks(work)
            marks.known |= earlier.known
            self.look("errors", result.stderr, marks)
            if options.get("reveals"):
                self.assertNotEqual(marks.found(result.stdout), [])
            else:
                self.look("output", result.stdout, marks)
            if traced:
                self.look_at_trace(trace, work, marks, own=bool(options.get("own") or environment))
            self.look_at_files(work, marks)

    def test_every_command_has_a_case(self):
        for group in ("secrets", "env"):
            shown = subprocess.run([project.PROGRAM, group, "--help"], capture_output=True, text=True).stdout
            section = re.search(r"^Commands:\n((?: .*\n)+)", shown, re.MULTILINE)
            self.assertIsNotNone(section, shown)
            commands = set(re.findall(r"^  ([a-z]+) ", section[1], re.MULTILINE))
            self.assertGreater(len(commands), 1)
            self.assertEqual(commands, {words.split()[1] for words, *_ in CASES if words.split()[0] == group})

    def test_the_search_finds_what_is_there(self):
        secret, marks = word(), Marks()
        marks.add("secret", secret)
        data = secret.encode()
        for leak in (
            data, data[10:30], data.hex().encode(), data.hex().upper().encode(), base64.b64encode(data),
            base64.b64encode(b"u:" + data), base64.urlsafe_b64encode(b"Bearer " + data)):
            self.assertEqual(marks.found(b"before " + leak + b" behind"), ["secret"], leak)
        self.assertEqual(marks.found(data[:4] + b"..."), [])

    def test_no_command_leaves_a_secret_behind(self):
        # Both languages in turn; one of the two is watched by strace, which takes its time.
        jobs = [
            (*case, variant, index == number // 2 % 2)
            for number, case in enumerate(CASES) for index, variant in enumerate(VARIANTS[number % 2])]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            for job, end in [(job, pool.submit(self.one, *job)) for job in jobs]:
                words, before, _, variant, _ = job
                with self.subTest(words=words, before=getattr(before, "__name__", None), variant=variant):
                    end.result()

    def test_a_mistyped_line_is_not_told_with_its_value(self):
        mark = self.template.shown
        for words in (f"unify --tokn={mark}", f"unify --token-file={mark}x --tokn {mark}", f"set {mark}"):
            with self.subTest(words=words), self.work() as work:
                result = work.run("secrets", *words.split())
                self.assertEqual(result.returncode, 2)
                self.look("errors", result.stdout + result.stderr, self.template.marks)

    def test_half_way_only_the_owner_reads_the_copies(self):
        stops = 0
        for call in ("fsync", "rename,renameat,renameat2", "unlink,unlinkat"):
            for number in range(1, 200, 2):
                with self.work(unify) as work:
                    trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={number}"]
                    if work.run("secrets", "restore", "--backups", str(work.base / "backups"), trace=trace).returncode >= 0:
                        break
                    stops += 1
                    self.look_half_way(work)
        self.assertGreater(stops, 15)

    def look_half_way(self, work):
        marks = self.marks(work)
        holders = {work.root / path for path in Template.HOLDERS}
        journal = work.root / ".secrets/.journal"
        for folder, folders, names in os.walk(work.base):
            if pathlib.Path(folder) in (work.rest, work.root / ".git"):
                folders.clear()
                continue
            for file in (pathlib.Path(folder) / name for name in names):
                if file in holders or not marks.found(file.read_bytes()):
                    continue
                mode = stat.S_IMODE(file.stat().st_mode)
                if file.name == "backup.identity" or file.parent == journal:
                    self.assertEqual(mode, 0o600, file)
                    self.assertEqual(stat.S_IMODE(file.parent.stat().st_mode), 0o700, file)
                else:
                    # Beside its location, for nobody who could not read that one.
                    self.assertTrue(file.name.startswith(".comfygate-"), file)
                    self.assertTrue(file.parent in {holder.parent for holder in holders}, file)
                    self.assertLessEqual(mode & 0o077, 0o044, file)

    def test_what_a_child_may_look_at(self):
        with self.work(unify) as work:
            look = work.base / "look"
            work.consume(after_file=f"cat /proc/$PPID/cmdline /proc/self/environ /proc/$PPID/limits > {look}; false")
            work.run("secrets", "rotate", environment={
                "COMFYGATE_RAW_TOKEN": self.template.given,
                "COMFYGATE_SEAL_PASSPHRASE": (work.rest / "passphrase").read_text()})
            said = look.read_bytes()
            self.look("the process list", said, self.template.marks)
            self.assertRegex(said.decode(errors="replace"), r"Max core file size +0 +unlimited")

    def dumps_core(self, work, *words):
        """Whether the kernel says that it wrote a core, with no limit on it."""
        line = 'ulimit -c unlimited; exec "$@"'
        child = subprocess.Popen(
            ["/bin/sh", "-c", line, "sh", *words], cwd=work.root, env=work.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        _, status = os.waitpid(child.pid, 0)
        child.returncode = 0
        self.assertTrue(os.WIFSIGNALED(status), words)
        return os.WCOREDUMP(status)

    def test_no_core_is_written(self):
        cores = lambda work: [path for path in work.base.rglob("*core*") if ".git" not in path.parts]
        for name in (signal.SIGABRT, signal.SIGSEGV):
            with self.subTest(signal=name), self.work(unify) as work:
                if not self.dumps_core(work, "/bin/sh", "-c", f"kill -{int(name)} $$"):
                    self.skipTest("this system writes no core at all")
                for core in cores(work):
                    core.unlink()
                work.consume(after_file=f"kill -{int(name)} $PPID")
                self.assertFalse(self.dumps_core(work, project.PROGRAM, "secrets", "rotate"))
                self.assertEqual(cores(work), [])


if __name__ == "__main__":
    project.PROGRAM = sys.argv.pop(1)
    unittest.main()
