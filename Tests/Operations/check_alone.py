"""`comfygate check` where no engine runs: files, cards, workers, reports, history, timetables. `check.py` runs it."""

import base64
import html.parser
import http.server
import json
import os
import pathlib
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import xml.etree.ElementTree

PATIENCE = 60
# In place of the user's own history.
STATE = tempfile.mkdtemp(prefix="cg-state-")
TOKEN = "hf_" + "aB3" * 11


class StrictEngine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers as a current engine does: it refuses versions below 1.44 in its own words."""

    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if self.path == "/_ping":
                return self.answer(200, b"OK", "text/plain")
            version = self.path.split("/")[1].removeprefix("v")
            if tuple(map(int, version.split("."))) < (1, 44):
                words = f"client version {version} is too old. Minimum supported API version is 1.44"
                return self.answer(400, json.dumps({"message": words}).encode())
            self.server.asked.append(self.path)
            if self.path.endswith("/info") and self.server.time:
                return self.answer(200, json.dumps({"SystemTime": self.server.time}).encode())
            return self.answer(200, b"[]")

        def answer(self, status, body, kind="application/json"):
            self.send_response(status)
            self.send_header("Api-Version", self.server.version)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self):
            return "-"

        def log_message(self, *_):
            pass

    def __init__(self, path, version, time=None):
        self.version, self.asked, self.time = version, [], time
        super().__init__(str(path), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def check(program, root, docker_host, *words):
    """The exit code and the report."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMFYGATE_")}
    environment.setdefault("XDG_STATE_HOME", STATE)
    result = subprocess.run(
        [program, "check", "--root", root, "--json", "--lang", "en", *words], capture_output=True, text=True,
        env={**environment, "DOCKER_HOST": docker_host}, timeout=PATIENCE)
    if not result.stdout:
        raise AssertionError(result.stderr)
    return result.returncode, json.loads(result.stdout)


def found(report, name):
    return {fault["check"] for fault in report["faults"] if fault["place"].split(" ")[0] == name}


class Wrong:
    def __init__(self):
        self.count = 0

    def unless(self, holds, words):
        if not holds:
            self.count += 1
            print(f"check: {words}")


def absent_engines(program, folder, wrong):
    """Engines that are not there, are something else, are new, or are old."""
    def reasons(report):
        return " ".join(item["reason"] for item in report["unseen"])

    _, report = check(program, folder, f"unix://{folder}/none.sock")
    wrong.unless("no Docker Engine answers" in reasons(report), f"no socket: {reasons(report)}")
    _, report = check(program, folder, "ssh://somewhere")
    wrong.unless("ssh" in reasons(report), f"ssh: {reasons(report)}")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "odd.sock"))
    listener.listen()

    def speak():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.sendall(b"220 mail.example ESMTP\r\n")
            client.close()

    threading.Thread(target=speak, daemon=True).start()
    _, report = check(program, folder, f"unix://{folder}/odd.sock")
    wrong.unless("no Docker Engine" in reasons(report), f"not Docker: {reasons(report)}")
    listener.close()
    for version, expected in [("1.51", "/v1.51/"), ("1.99", "/v1.51/"), ("1.44", "/v1.44/")]:
        path = folder / f"strict-{version}.sock"
        engine = StrictEngine(path, version)
        _, report = check(program, folder, f"unix://{path}")
        wrong.unless(
            engine.asked and all(target.startswith(expected) for target in engine.asked),
            f"an engine of {version} was asked {engine.asked}: {reasons(report)}")
        engine.shutdown()
    # As after a laptop's sleep.
    path = folder / "asleep.sock"
    engine = StrictEngine(path, "1.47", "2026-01-01T00:00:00.123456789Z")
    _, report = check(program, folder, f"unix://{path}", "--only", "containers")
    faults = [fault["check"] for fault in report["faults"]]
    wrong.unless(faults == ["machine.clock"], f"an engine whose clock stands: {faults}")
    engine.shutdown()
    path = folder / "old.sock"
    engine = StrictEngine(path, "1.12")
    _, report = check(program, folder, f"unix://{path}")
    wrong.unless("1.24" in reasons(report), f"an engine of 1.12: {reasons(report)}")
    engine.shutdown()


def hostile(program, folder, wrong):
    """Circles of links, a huge dotenv file, rubbish, pipes, thousands of files: a line each, and an end."""
    root = folder / "tangle"
    for number in range(20):
        (root / f"d{number}").mkdir(parents=True)
        for file in range(500):
            (root / f"d{number}/f{file}.yaml").write_text("a: 1\n")
    (root / "loop").symlink_to("..")
    (root / "d0/back").symlink_to("../../hostile")
    with open(root / ".env", "wb") as file:
        file.truncate(1 << 30)
    (root / "d0/.env").write_bytes(os.urandom(100_000))
    (root / "d0/docker-compose.yml").write_bytes(b"\xff" + os.urandom(5_000))
    laughs = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for number in range(1, 10):
        laughs += f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n"
    (root / "d1/docker-compose.yml").write_text(laughs)
    os.mkfifo(root / "d2/.env")
    os.mkfifo(root / "d2/compose.yaml")
    os.symlink("/etc/passwd", root / "d3/.env")
    deep = root
    for number in range(40):
        deep = deep / "x"
    deep.mkdir(parents=True)
    _, report = check(program, root, f"unix://{folder}/none.sock", "--only", "files,containers")
    told = {(fault["check"], fault["place"].split(":")[0]): fault["evidence"] for fault in report["faults"]}
    wrong.unless("1 MB" in told.get(("files.left_out", ".env"), ""), f"the huge .env: {told}")
    wrong.unless(any(check == "files.left_out" and place.startswith("x/") for check, place in told), f"the deep folder: {told}")
    wrong.unless(("compose.broken", "d0/docker-compose.yml") in told, f"rubbish: {told}")
    wrong.unless("100000" in told.get(("compose.broken", "d1/docker-compose.yml"), ""), f"aliases that grow: {told}")


def cards(program, folder, wrong):
    """NVIDIA's library: a stand-in with two unlike cards, one that refuses, one that is none, and nvidia-smi in its place."""
    compiler = next((name for name in ["cc", "clang", "gcc"] if shutil.which(name)), None)
    if compiler is None:
        return wrong.unless("--where-possible" in sys.argv, "there is no C compiler for the stand-in of NVIDIA's library")

    def look(name, **environment):
        """With this folder as the loader's first."""
        old = {key: os.environ.get(key) for key in environment}
        os.environ.update(environment)
        try:
            _, report = check(program, folder / "project", f"unix://{folder}/none.sock")
        finally:
            for key, value in old.items():
                os.environ.pop(key, None) if value is None else os.environ.update({key: value})
        reason = " ".join(item["reason"] for item in report["unseen"])
        seen = report["seen"]["cards"]
        return seen, reason

    place = folder / "nvml"
    place.mkdir()
    library = place / "libnvidia-ml.so.1"
    source = pathlib.Path(__file__).with_name("nvml_stub.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    seen, reason = look("stub", LD_LIBRARY_PATH=str(place))
    wrong.unless(seen is not None, f"two cards: {reason}")
    if seen:
        first, second = seen["all"]
        wrong.unless((seen["source"], seen["driver"], seen["cuda"]) == ("nvml", "550.54.14", "12.4"), f"driver: {seen}")
        wrong.unless(
            (first["name"], first["memory"], first["memory_used"], first["temperature"], first["load"], first["power"],
             first["power_limit"], first["bus"], first["compute"])
            == ("NVIDIA GeForce RTX 3090", 24 << 30, 1 << 30, 61, 97, 348.5, 350, "00000000:01:00.0", "8.6"),
            f"first card: {first}")
        wrong.unless(
            (second["memory"], second["uuid"]) == (16 << 30, "GPU-66666666-7777-8888-9999-000000000000")
            and all(second[key] is None for key in ["temperature", "load", "power", "power_limit"]),
            f"what the second card does not tell is not null: {second}")
    _, reason = look("refuses", LD_LIBRARY_PATH=str(place), NVML_STUB_FAILS="1")
    wrong.unless("Driver Not Loaded (9)" in reason, f"a library that refuses: {reason}")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, "-x", "c", "/dev/null"], check=True)
    _, reason = look("empty", LD_LIBRARY_PATH=str(place))
    wrong.unless("nvmlInit_v2" in reason, f"a library without functions: {reason}")
    library.write_bytes(b"no library at all")
    _, reason = look("broken", LD_LIBRARY_PATH=str(place))
    wrong.unless("no NVIDIA driver" in reason, f"a broken library: {reason}")
    library.unlink()
    (place / "nvidia-smi").write_text(
        "#!/bin/sh\necho '0, GPU-1, NVIDIA A, 00000000:01:00.0, 24576, 1024, 61, 97, 348.50, 350.00, 8.6, 550.54.14'\n"
        "echo '1, GPU-2, NVIDIA B, 00000000:02:00.0, 16384, 1, [N/A], [Not Supported], [N/A], [N/A], 8.6, 550.54.14'\n")
    (place / "nvidia-smi").chmod(0o755)
    seen, reason = look("smi", PATH=f"{place}:{os.environ['PATH']}")
    wrong.unless(
        seen is not None and seen["source"] == "nvidia-smi" and seen["all"][0]["memory"] == 24 << 30
        and seen["all"][1]["temperature"] is None, f"nvidia-smi: {seen} {reason}")


def changes(program, folder, wrong):
    """Only what came and what went since the last time, and nothing where nothing did."""
    root = folder / "changing"
    root.mkdir()

    def look(*words):
        result = subprocess.run(
            [program, "check", "--root", root, "--lang", "en", "--only", "files", "--changes", *words], text=True,
            capture_output=True, timeout=PATIENCE, env={**os.environ, "XDG_STATE_HOME": STATE})
        return result.stdout + result.stderr

    wrong.unless(look() == "", "nothing has changed, and something is said")
    (root / ".env").write_bytes(b"\xef\xbb\xbfA=1\n")
    told = look()
    wrong.unless("env.byte_order_mark .env" in told and len(told.splitlines()) == 1, f"what came: {told}")
    wrong.unless(look() == "", "what is still there is told again")
    (root / ".env").unlink()
    told = look()
    wrong.unless("over: env.byte_order_mark .env" in told and len(told.splitlines()) == 1, f"what went: {told}")


def scheduled(program, folder, wrong):
    """A timer for systemd, whose systemctl is a stand-in here, as read by systemd's own reader; a real crontab."""
    root = folder / "it's 100% mine"
    root.mkdir()
    place = folder / "timed"
    (place / "bin").mkdir(parents=True)
    (place / "run/systemd").mkdir(parents=True)
    (place / "run/systemd/private").touch()
    (place / "bin/systemctl").write_text(f"#!/bin/sh\necho \"$@\" >>{place}/asked\n")
    (place / "bin/systemctl").chmod(0o755)

    def set_(when, *words, **environment):
        return subprocess.run(
            [program, "check", "--root", root, "--lang", "en", "--schedule", when, *words], capture_output=True, text=True,
            timeout=PATIENCE, cwd=folder, env={
                "PATH": os.environ["PATH"], "HOME": str(place), "DOCKER_HOST": f"unix://{folder}/none.sock",
                "XDG_STATE_HOME": str(place / "state"), **environment})

    user = {"XDG_RUNTIME_DIR": str(place / "run"), "PATH": f"{place}/bin:{os.environ['PATH']}"}
    result = set_("03:30", "--only", "files", "-o", "a report.html", **user)
    units = sorted((place / ".config/systemd/user").glob("comfygate-check-*"))
    wrong.unless(result.returncode == 0 and [unit.suffix for unit in units] == [".service", ".timer"],
                 f"a timer: {result.returncode} {result.stderr}")
    wrong.unless((place / "asked").read_text().splitlines()[1:] == [
        f"--user enable --now {units[1].name}", f"--user restart {units[1].name}"], (place / "asked").read_text())
    wrong.unless("OnCalendar=*-*-* 03:30:00\n" in units[1].read_text(), units[1].read_text())
    if shutil.which("systemd-analyze"):
        read = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
        own = [line for line in read.stderr.splitlines() if "comfygate-check" in line]
        wrong.unless(not own, f"systemd reads the units: {own}")
    result = set_("off", "--only", "files", **user)
    wrong.unless(result.returncode == 0 and not list((place / ".config/systemd/user").iterdir()), f"off: {result.stderr}")
    result = set_("noon")
    wrong.unless(result.returncode == 2 and "noon" in result.stderr, f"no time: {result.stderr}")
    result = set_("daily", "--watch", "1h")
    wrong.unless(result.returncode == 2 and "--watch" in result.stderr, f"both: {result.stderr}")
    result = set_("daily", PATH=str(place / "empty"))
    wrong.unless(result.returncode == 1 and "cron" in result.stderr and "--watch" in result.stderr, f"nobody: {result.stderr}")
    if shutil.which("crontab") is None or os.geteuid() != 0:
        return print("check: skipped the real crontab: there is none, or this user is not root")
    # In a view of the file system in which nobody's crontab is there to be harmed.
    apart = pathlib.Path("/var/spool/cron")
    script = f"""
        set -e
        mount -t tmpfs none {apart}
        install -d -m 1730 {apart}/crontabs
        printf 'MAILTO=me\n5 5 * * * keep # me\n' | crontab -
        cd {folder}
        {program} check --root "$1" --schedule daily -o x.md
        {program} check --root "$1" --schedule 03:30 -o x.md --lang fr
        crontab -l >{place}/on
        crontab -l | sed -n 's/^30 3 [*] [*] [*] //p' | sed 's/\\\\%/%/g' | sh >{place}/ran || true
        {program} check --root "$1" --schedule off
        crontab -l >{place}/off"""
    result = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", root], capture_output=True, text=True, timeout=PATIENCE,
        env={"PATH": os.environ["PATH"], "HOME": str(place), "DOCKER_HOST": f"unix://{folder}/none.sock",
             "XDG_STATE_HOME": str(place / "state")})
    if result.returncode and "mount" in result.stderr:
        return print("check: skipped the real crontab: nothing can be mounted here")
    wrong.unless(result.returncode == 0, f"crontab: {result.stderr}")
    table = (place / "on").read_text().splitlines()
    wrong.unless(table[:2] == ["MAILTO=me", "5 5 * * * keep # me"] and len(table) == 3 and "--lang fr" in table[2],
                 f"a crontab with the check: {table}")
    wrong.unless((folder / "x.md").exists(), "the line of the crontab, run by a shell, has written no report")
    wrong.unless((place / "off").read_text() == "MAILTO=me\n5 5 * * * keep # me\n", f"off: {(place / 'off').read_text()}")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def certificates(program, folder, wrong):
    """One that has ended lies among the files, and one that ends soon is met on a way."""
    root = folder / "certified"
    root.mkdir()

    def make(name, *options):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem",
             *options], check=True, capture_output=True)
        return folder / f"{name}.pem"

    ending = make("ending", "-days", "3")
    shutil.copy(ending, root / "ending.crt")
    shutil.copy(make("lasting", "-days", "90"), root / "lasting.pem")
    # Nobody is asked for its password.
    (root / "locked.pem").write_text(
        "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n"
        + base64.b64encode(bytes(48)).decode() + "\n-----END CERTIFICATE-----\n")
    (root / "authorities.pem").write_bytes(ending.read_bytes() * 20)
    # Of a past day, which only an authority's own command writes.
    place = folder / "authority"
    place.mkdir()
    (place / "index").touch()
    (place / "config").write_text(
        f"[ca]\ndefault_ca = d\n[d]\ndatabase = {place}/index\nnew_certs_dir = {place}\nrand_serial = yes\n"
        "default_md = sha256\npolicy = p\n[p]\ncommonName = supplied\n")
    subprocess.run(["openssl", "req", "-new", "-key", folder / "ending.key", "-subj", "/CN=ended", "-out", place / "wish"],
                   check=True, capture_output=True)
    subprocess.run(["openssl", "ca", "-batch", "-notext", "-selfsign", "-config", place / "config", "-keyfile",
                    folder / "ending.key", "-in", place / "wish", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z",
                    "-out", root / "ended.pem"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ending, folder / "ending.key")
    # It lists the folder it runs in, which is answer enough.
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), QuietHandler)
    server.handle_error = lambda *_: None
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://127.0.0.1:{server.server_port}/"
    os.environ["SSL_CERT_FILE"] = str(ending)
    _, report = check(program, root, f"unix://{folder}/none.sock", "--only", "hardening", "--url", url)
    del os.environ["SSL_CERT_FILE"]
    server.shutdown()
    told = sorted((fault["check"], fault["place"]) for fault in report["faults"])
    wrong.unless(told == [("certificate.ends_soon", "ending.crt"), ("certificate.ends_soon", url),
                          ("certificate.expired", "ended.pem")], f"certificates: {told}")


def configured(program, folder, wrong):
    """A gate's own configuration with a mistake in it."""
    root = folder / "configured"
    root.mkdir()
    (root / "comfygate.yaml").write_text("listen:\n  adresses: [127.0.0.1:8288]\n")
    code, report = check(program, root, f"unix://{folder}/none.sock", "--only", "files")
    faults = [(fault["check"], fault["place"].removeprefix(f"{root}/")) for fault in report["faults"]]
    wrong.unless(code == 4 and faults and faults[0][0] == "gate.configuration" and "comfygate.yaml:2" in faults[0][1],
                 f"a mistake in the configuration: {code} {report['faults']}")
    (root / "comfygate.yaml").write_text("listen:\n  addresses: [127.0.0.1:8288]\n")
    code, report = check(program, root, f"unix://{folder}/none.sock", "--only", "files")
    wrong.unless((code, report["faults"]) == (0, []), f"a configuration that is right: {code} {report['faults']}")


def around(program, folder, wrong):
    """A worker of old, with Manager and open to the network: in a network of its own, with one address beside loopback."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        return print("check: skipped a worker on the network: there is no ip, or this user may make no network")
    (folder / "old.py").write_text("""
import http.server, json
class Handler(http.server.BaseHTTPRequestHandler):
    def do(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, body = {
            "/system_stats": (200, {"system": {"comfyui_version": "0.3.39", "argv": ["main.py", "--listen", "--enable-cors-header"]},
                                    "devices": [{"name": "cpu", "type": "cpu"}]}),
            "/prompt": (400, {"error": {"type": "no_prompt"}, "node_errors": {}}),
            "/manager/version": (200, "V3.30")}.get(self.path, (404, {}))
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = do
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("0.0.0.0", 8188), Handler).serve_forever()
""")
    (folder / "nobody").mkdir()
    script = """
        ip link set lo up && ip addr add 10.9.8.7/32 dev lo || exit 9
        "$2" "$3" &
        for _ in $(seq 600); do "$2" -c 'import socket; socket.create_connection(("127.0.0.1", 8188))' 2>&- && break; done
        "$1" check --root "$4" --json --lang en --no-history --worker http://127.0.0.1:8188
        code=$?
        kill $!
        exit $code"""
    result = subprocess.run(
        ["unshare", "-n", "sh", "-c", script, "sh", program, sys.executable, folder / "old.py", folder / "nobody"],
        capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, "DOCKER_HOST": f"unix://{folder}/none.sock"})
    if not result.stdout:
        return print(f"check: skipped a worker on the network: {result.stderr.strip()}")
    told = {(fault["check"], fault["place"]) for fault in json.loads(result.stdout)["faults"]}
    here, there = "http://127.0.0.1:8188", "http://10.9.8.7:8188"
    wrong.unless(
        told == {("worker.open_here", here), ("worker.open_to_network", there), ("worker.manager_open", there),
                 ("worker.manager_hole", here), ("worker.known_hole", here), ("worker.any_origin", here)}
        and result.returncode == 5, f"a worker around the gate: {result.returncode} {sorted(told)}")


class Page(html.parser.HTMLParser):
    """Elements that are open, and what would run or be loaded."""

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong, self.words = [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag in ["script", "link", "img", "iframe", "object", "form"]:
            self.wrong.append(tag)
        self.wrong += [name for name, value in attributes if name.startswith("on") or name in ["src", "style"]]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_data(self, data):
        self.words += data


def history(program, folder, wrong):
    """The second whole check knows the first; a part of one is not kept."""
    root = folder / "remembered"
    root.mkdir()
    (root / ".env").write_bytes(b"\xef\xbb\xbfA=1\n")
    engine = f"unix://{folder}/none.sock"

    def trend(*words):
        _, report = check(program, root, engine, *words)
        return next(area["trend"] for area in report["areas"] if area["area"] == "files")

    wrong.unless(trend() is None, "a first check has a trend")
    wrong.unless(trend() == 0, "a second check that is the same has no trend of 0")
    (root / ".env").write_bytes(b"A=1\n")
    wrong.unless(trend("--only", "files") is None, "a part of a check is compared")
    wrong.unless(trend("--no-history") is None, "a check without a history is compared")
    wrong.unless(trend() > 0, "a mended file does not raise the score")
    wrong.unless(trend() == 0, "the last check was not kept")
    wrong.unless(sorted(path.name for path in root.iterdir()) == [".env"], "a check left something in the project")

    def words_with(state):
        return subprocess.run(
            [program, "check", "--root", root, "--lang", "en", "--only", "files", "--changes"], capture_output=True, text=True,
            stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "DOCKER_HOST": engine, **state}, timeout=PATIENCE).stderr

    (folder / "no-folder").write_bytes(b"")
    blocked = words_with({"XDG_STATE_HOME": f"{folder}/no-folder"})
    wrong.unless("no-folder/comfygate/checks/" in blocked and "--no-history" in blocked, f"a history that cannot be kept: {blocked}")
    wrong.unless("XDG_STATE_HOME" in words_with({}), "nowhere to keep a history, and nothing is said")


def watched(program, folder, wrong):
    """What comes and goes while somebody looks on."""
    root = folder / "watched"
    root.mkdir()
    process = subprocess.Popen(
        [program, "check", "--root", root, "--lang", "en", "--only", "files", "--watch", "1s"], text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "DOCKER_HOST": f"unix://{folder}/none.sock", "XDG_STATE_HOME": STATE})

    def until(word):
        for line in process.stderr:
            if word in line:
                return True
        return False

    wrong.unless(until("Nothing is wrong"), "the first look of a watch")
    (root / ".env").write_bytes(b"\xef\xbb\xbfA=1\n")
    wrong.unless(until("error env.byte_order_mark .env"), "a watch does not tell what came")
    (root / ".env").unlink()
    wrong.unless(until("over: env.byte_order_mark .env"), "a watch does not tell what went")
    process.terminate()
    process.wait(PATIENCE)


def workers(program, folder, wrong):
    """A simulated worker in both versions, open as ComfyUI is, and a way that is broken."""
    for version in ["0.3.64", "0.26.0"]:
        worker = subprocess.Popen(
            [program, "simulate", "--listen", "127.0.0.1:0", "--comfyui", version, "--json"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        url = next(json.loads("{" + line.strip().rstrip(",") + "}")["url"] for line in worker.stdout if '"url"' in line)
        _, report = check(program, folder / "project", f"unix://{folder}/none.sock", "--worker", url, "--url", url)
        faults = {fault["check"] for fault in report["faults"]}
        wrong.unless(faults == {"worker.open_here"}, f"a worker of {version}: {faults}")
        wrong.unless(report["seen"]["workers"][0]["version"] == version, f"its version: {report['seen']['workers']}")
        worker.terminate()
        worker.wait(PATIENCE)
    code, report = check(program, folder / "project", f"unix://{folder}/none.sock", "--url", url)
    wrong.unless({fault["check"] for fault in report["faults"]} == {"request.broken"} and code == 4,
                 f"a way that is broken: {code} {report['faults']}")


def misused(program, folder, wrong):
    """What cannot be meant is refused with its reason, and a password in it is not said again."""
    for options, words in [
            (["check", "--only", ""], "--only"), (["check", "--only", "gpu,,files"], "--only"),
            (["check", "--only", "nothing"], "nothing"), (["check", "--watch", "0s"], "--watch"),
            (["check", "--severity", "bad"], "--severity"), (["check", "--worker", "127.0.0.1:8188"], "http://127.0.0.1:8188"),
            (["check", "--worker", "https://x.example"], "--url https://x.example"), (["check", "--url", ""], "--url"),
            (["diagnose", "--url", "localhost:8188"], "http://localhost:8188"),
            (["diagnose", "--url", "http://anna:Unsaid-1@127.0.0.1:9"], "--token-stdin"),
            (["support-bundle", "--models", folder / "gone"], "gone")]:
        result = subprocess.run(
            [program, *options, "--root", folder / "project", "--lang", "en"], capture_output=True, text=True, timeout=PATIENCE)
        wrong.unless(
            result.returncode == 2 and words in result.stderr and "Unsaid" not in result.stderr and not result.stdout,
            f"{options}: {result.returncode} {result.stderr}")


def own(program, folder, wrong):
    """Checks of somebody's own: what fails, and a mistake in the file."""
    root = folder / "owned"
    root.mkdir()
    (root / "a.json").write_text("{")
    file = folder / "own.yaml"
    file.write_text("checks:\n  - {id: settings, json: a.json, severity: critical}\n  - {id: fine, command: ['true']}\n")
    code, report = check(program, root, f"unix://{folder}/none.sock", "--checks", file)
    wrong.unless(code == 5 and {"own.settings"} == {fault["check"] for fault in report["faults"] if "own" in fault["check"]},
                 f"own checks: {code} {report['faults']}")
    file.write_text("checks:\n  - {id: settings, jsn: a.json}\n")
    result = subprocess.run([program, "check", "--root", root, "--lang", "en", "--checks", file], capture_output=True, text=True,
                            timeout=PATIENCE)
    wrong.unless(result.returncode == 1 and "own.yaml:2:20" in result.stderr and "jsn" in result.stderr,
                 f"a mistake in own checks: {result.returncode} {result.stderr}")


def bundle(program, folder, wrong):
    """What goes to a helper has no secret in it, in whatever spelling."""
    root = folder / "bundled"
    (root / "x").mkdir(parents=True)
    hidden = "Pass/word$of+theirs?1"
    (root / ".env").write_text(f"# old: HF_TOKEN={TOKEN}\nHF_TOKEN={TOKEN}\nFORGE_PASSWORD='{hidden}'\nEMPTY=\n")
    (root / "x/compose.yaml").write_text(
        "services:\n  forge:\n    image: example/forge\n    command: ['--auth', 'admin:" + hidden.replace("$", "$$") + "']\n"
        f"    environment: ['HF_TOKEN={TOKEN}']\n")
    (root / "comfygate.yaml").write_text(
        f"# was: HF_TOKEN={TOKEN}\nworker:\n  url: http://127.0.0.1:8188\n  password: {hidden}\nlopps: 2\n")
    # Where nobody knows of a secret but by what stands before it.
    (root / "compose.yaml").write_text(
        "services:\n  odd:\n    image: example/odd\n    environment:\n      DB: 'postgres://anna:Unknown-1@db/x'\n"
        "      JSON: '{\"api_key\": \"Unknown-2\"}'\n    command: tunnel run --token Unknown-3\n"
        "    entrypoint: [run, '--password', 'Unknown-4']\n    healthcheck:\n"
        "      test: curl -fs 'http://x/?sig=Unknown-5' -H 'Authorization: Bearer Unknown-6' -u anna:Unknown-7 || exit 1\n"
        "configs:\n  odd:\n    content: |\n      api_key: Unknown-8\n      password = Unknown-9\n")
    (root / "docker-compose.broken.yaml").write_text("a: b: c\nPASSWORD: Unknown-10 and more\n")
    archive = folder / "help.zip"
    result = subprocess.run(
        [program, "support-bundle", "--root", root, "--output", archive, "--url", "http://127.0.0.1:9"], capture_output=True, text=True, timeout=PATIENCE,
        env={**os.environ, "DOCKER_HOST": f"unix://{folder}/none.sock"})
    wrong.unless(result.returncode == 0, f"support-bundle: {result.returncode} {result.stderr}")
    with zipfile.ZipFile(archive) as bundled:
        texts = {name: bundled.read(name).decode() for name in bundled.namelist()}
    wrong.unless({"check.json", "check.md", "comfygate.yaml", "project/.env", "project/compose.yaml", "project/docker-compose.broken.yaml",
                  "project/x/compose.yaml"} == set(texts), f"bundle: {list(texts)}")
    for name, text in texts.items():
        for secret in [TOKEN, hidden, hidden.replace("$", "$$"), "Pass/word", "Pass%2Fword", "Unknown", "and more"]:
            wrong.unless(secret not in text, f"bundle: {name} has a secret")
    wrong.unless("HF_TOKEN=…" in texts["project/.env"] and "EMPTY=\n" in texts["project/.env"], texts["project/.env"])
    wrong.unless("lopps: 2" in texts["comfygate.yaml"], texts["comfygate.yaml"])
    faults = {fault["check"] for fault in json.loads(texts["check.json"])["faults"]}
    wrong.unless({"gate.configuration", "request.broken"} < faults, f"bundle: its report has {faults}")
    wrong.unless("image: example/forge" in texts["project/x/compose.yaml"], texts["project/x/compose.yaml"])


def reports(program, folder, wrong):
    """A project whose names are hostile, written in every form, and places that cannot be written."""
    project = folder / "hostile"
    hostile = project / "a|`b`]]><script>alert(1)</script> é"
    hostile.mkdir(parents=True)
    (hostile / ".env").write_bytes(b"\xef\xbb\xbfAPI_TOKEN=changeme\nHF_TOKEN=" + TOKEN.encode() + b"\n")
    (project / "compose.yaml").write_text("services:\n  '<b>&\"x':\n    image: x\n    user: root\n")
    out = folder / "reports"
    out.mkdir()
    names = [out / f"report.{ending}" for ending in ["json", "md", "xml", "sarif", "html"]]
    (out / "report.md").write_text("old")
    options = [word for name in names for word in ["-o", name]]
    # By pipes, as in CI, and in a folder that is not the project's.
    code, shown = check(program, project, f"unix://{folder}/none.sock", *options)
    wrong.unless(code == 4, f"reports: exit code {code} instead of 4")
    wrong.unless(
        sorted(path.name for path in out.iterdir()) == sorted(name.name for name in names),
        f"reports: {[path.name for path in out.iterdir()]}")
    texts = {name.suffix: name.read_bytes().decode() for name in names}
    for ending, text in texts.items():
        wrong.unless(text.endswith("\n") and "\r" not in text, f"{ending}: its lines")
        wrong.unless("env.byte_order_mark" in text and "container.root" in text, f"{ending} lacks a fault")
        wrong.unless(TOKEN not in text, f"a secret stands in {ending}")
    wrong.unless((names[0].stat().st_mode & 0o777) == 0o666 & ~umask(), "reports: the mode is not the umask's")
    report = json.loads(texts[".json"])
    wrong.unless(
        {key: value for key, value in report.items() if key in shown and key != "seen"}
        == {key: value for key, value in shown.items() if key != "seen"}, "the JSON file is not what --json prints")
    wrong.unless(report["schema"] == "comfygate-check-1" and report["time"].endswith("Z"), "the JSON file's head")
    try:
        import jsonschema
    except ImportError:
        print("check: skipped the schema by another's validator: there is no jsonschema")
    else:
        schema = json.loads((pathlib.Path(__file__).parents[2] / "docs/check.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        errors = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(report)]
        wrong.unless(not errors, f"the schema: {errors[:3]}")
    suites = xml.etree.ElementTree.fromstring(texts[".xml"].encode())
    failed = {case.get("classname") for case in suites.iter("testcase") if case.find("failure") is not None}
    wrong.unless(
        failed == {fault["check"] for fault in report["faults"] if fault["severity"] != "notice"}, f"JUnit: {failed}")
    results = json.loads(texts[".sarif"])["runs"][0]["results"]
    wrong.unless(len(results) == len(report["faults"]), f"SARIF: {len(results)} results")
    page = Page(texts[".html"])
    wrong.unless(not page.wrong and not page.open, f"HTML: {page.wrong} {page.open}")
    wrong.unless(all(fault["place"] in page.words for fault in report["faults"]), "HTML: a place is missing")

    def refused(*words):
        result = subprocess.run(
            [program, "check", "--root", project, "--lang", "en", "--quiet", *words], capture_output=True, text=True,
            timeout=PATIENCE)
        return result.returncode, result.stderr.splitlines(), result.stdout

    code, lines, text = refused("-o", out / "none/report.md", "-o", out / "second.md")
    wrong.unless(
        code == 1 and len(lines) == 1 and "none/report.md" in lines[0] and "env.byte_order_mark" in text
        and (out / "second.md").exists(), f"a folder that is not there: {code} {lines}")
    (out / "folder.html").mkdir()
    code, lines, _ = refused("-o", out / "folder.html")
    wrong.unless(code == 1 and len(lines) == 1 and not list(out.glob("*.new")), f"a folder in its place: {code} {lines}")
    code, lines, _ = refused("-o", out / "report.txt")
    wrong.unless(
        code == 2 and all(name.suffix in lines[0] for name in names), f"an ending that is none: {code} {lines}")


def umask():
    value = os.umask(0o077)
    os.umask(value)
    return value


def run(program, folder, wrong):
    """All of it."""
    for part in [absent_engines, hostile, cards, reports, bundle, history, workers, misused, own, watched, around, certificates, configured,
                 changes, scheduled]:
        part(program, folder, wrong)
