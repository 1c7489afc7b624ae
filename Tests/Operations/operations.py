"""A running gate as its operator handles it: SIGHUP, certificates, log files, hand-over, socket activation.

usage: operations.py PROGRAM [unittest's arguments]
Real processes, real files, loopback only; needs nothing but Python and the openssl command.
"""

import collections
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = ""
# For what must come and has no other end; never a measure of speed.
PATIENCE = 60


class Process:
    """A program whose words on standard error are read as they come."""

    def __init__(self, *words, **options):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COMFYGATE_")}
        environment.update(options.pop("environment", {}))
        self.popen = subprocess.Popen(
            [PROGRAM, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environment, **options)
        self.lines = []
        self.news = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.popen.stdout:
            self.lines.append(line.decode())
            self.news.put(self.lines[-1])
        self.news.put(None)

    def wait_for(self, pattern):
        """The match of the first new line that has the pattern; fails when the program ends before."""
        while True:
            try:
                line = self.news.get(timeout=PATIENCE)
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"no line with {pattern!r} in:\n{''.join(self.lines)}")
            if match := re.search(pattern, line):
                return match

    def end(self, with_signal=signal.SIGTERM):
        if self.popen.poll() is None:
            self.popen.send_signal(with_signal)
        return self.popen.wait(PATIENCE)


class Log:
    """Follows the lines of a log file."""

    def __init__(self, path):
        self.path, self.at = path, 0

    def lines(self):
        if not self.path.exists():
            return []
        text = self.path.read_text()[self.at:]
        end = text.rfind("\n") + 1
        self.at += end
        return [json.loads(line) for line in text[:end].splitlines()]

    def until(self, *events):
        """All new lines up to the first with one of these events."""
        seen = []
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            seen += self.lines()
            if any(line["event"] in events for line in seen):
                return seen
            time.sleep(0.02)
        raise AssertionError(f"none of {events} in {seen}")


def certificate(folder, name):
    """A new `cert.pem`, its own authority, and `key.pem`; returns the certificate's digest."""
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
         folder / "key.pem.new", "-out", folder / "cert.pem.new"], check=True, capture_output=True)
    # As a renewal does: each file appears whole.
    os.replace(folder / "key.pem.new", folder / "key.pem")
    os.replace(folder / "cert.pem.new", folder / "cert.pem")
    text = (folder / "cert.pem").read_text()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest()


class TLSClient:
    """One kept connection that trusts anything and remembers which certificate it saw."""

    def __init__(self, port):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE)
        self.connection.connect()
        self.seen = hashlib.sha256(self.connection.sock.getpeercert(binary_form=True)).hexdigest()

    def status(self, host=None):
        fields = {"Host": host} if host else {}
        self.connection.request("GET", "/health", headers=fields)
        response = self.connection.getresponse()
        response.read()
        return response.status


def get(port, path="/health", fields=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers={"Connection": "close", **(fields or {})})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


class Lost(Exception):
    """No answer came; what was asked for may have been done."""


class Client:
    """Asks with a token, by one kept connection for each thread."""

    def __init__(self, port, token, patience=PATIENCE):
        self.port, self.token, self.patience = port, token, patience
        self.local = threading.local()

    def exchange(self, method, target, body=None, kind="application/json", more=None):
        """The answer's head and its body; what is not bytes is sent as JSON, with more fields where there are any."""
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        fields = {"Authorization": f"Bearer {self.token}", **(more or {})}
        if body is not None:
            fields["Content-Type"] = kind
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
        try:
            connection.request(method, target, body, fields)
            response = connection.getresponse()
            return response, response.read()
        except (OSError, http.client.HTTPException) as error:
            self.leave()
            raise Lost(repr(error)) from error

    def send_picture(self, png, name):
        """Uploads as the web UI does, and returns what `ask` does."""
        edge = "edge-of-the-form"
        form = (f'--{edge}\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n'
                f"Content-Type: image/png\r\n\r\n").encode() + png + f"\r\n--{edge}--\r\n".encode()
        return self.ask("POST", "/upload/image", form, kind=f"multipart/form-data; boundary={edge}")

    def ask(self, method, target, body=None, kind="application/json"):
        response, answer = self.exchange(method, target, body, kind)
        return response.status, answer

    def leave(self):
        """Closes this thread's connection, as a browser does."""
        if connection := getattr(self.local, "connection", None):
            connection.close()
            self.local.connection = None


class TLSWorker:
    """A server that wants a certificate from its clients and remembers which one the last of them showed."""

    def __init__(self, folder, trusted):
        self.folder, self.seen = folder, None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.renew()
        self.trust(trusted)
        worker = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                worker.seen = hashlib.sha256(self.connection.getpeercert(binary_form=True)).hexdigest()
                # One connection for each request: each shows what is in force when it is made.
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = self.context.wrap_socket(self.server.socket, server_side=True)
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def renew(self):
        self.context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")

    def trust(self, folder):
        self.context.load_verify_locations(folder / "cert.pem")

    def end(self):
        self.server.shutdown()
        self.server.server_close()


class Load:
    """Short connections one after the other, on several threads, until told to stop."""

    def __init__(self, port, threads=4):
        self.port, self.stopping = port, threading.Event()
        self.done, self.failures = collections.Counter(), []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def _run(self):
        while not self.stopping.is_set():
            try:
                status = get(self.port)
                with self.lock:
                    self.done[status] += 1
            except Exception as error:  # noqa: BLE001  whatever it is, a client would have seen it
                with self.lock:
                    self.failures.append(repr(error))

    def count(self):
        with self.lock:
            return sum(self.done.values())

    def wait_for(self, more):
        """Until so many more requests are answered."""
        goal, end = self.count() + more, time.monotonic() + PATIENCE
        while self.count() < goal and time.monotonic() < end:
            time.sleep(0.01)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        return dict(self.done), self.failures


class OperationsCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="comfygate-operations-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.processes = []
        self.addCleanup(lambda: [process.popen.poll() is None and process.popen.kill() for process in self.processes])

    def write(self, **changes):
        """The configuration, as YAML that is also JSON."""
        config = {
            "listen": {"addresses": ["127.0.0.1:0"]}, "console_listen": {"addresses": ["127.0.0.1:0"]},
            "data": str(self.folder / "data"), "worker": {"url": "http://127.0.0.1:1"},
            "log": {"file": str(self.folder / "log")}, **changes}
        new = self.folder / "new.yaml"
        new.write_text(json.dumps(config))
        os.replace(new, self.folder / "comfygate.yaml")

    def serve(self, *words, **options):
        process = Process("serve", "--config", str(self.folder / "comfygate.yaml"), "--lang", "en", *words, **options)
        self.processes.append(process)
        return process

    def token(self):
        """A token of a new account; no gate runs yet."""
        options = ["--config", self.folder / "comfygate.yaml", "--quiet"]
        subprocess.run([PROGRAM, "account", "add", "anna", "--role", "user", "--password-stdin", *options],
                       input="a password of hers", text=True, check=True, capture_output=True)
        return subprocess.run([PROGRAM, "token", "create", "anna", "--label", "test", "--scopes", "read", *options],
                              text=True, check=True, capture_output=True).stdout.strip()

    def ready(self, process):
        """The port of a gate that has said where it is."""
        return int(process.wait_for(r"ComfyGate is at https?://127\.0\.0\.1:(\d+)")[1])

    def reload(self, process, log, *events):
        process.popen.send_signal(signal.SIGHUP)
        return log.until(*events)


class Reloading(OperationsCase):
    def test_what_can_change_changes_and_what_cannot_is_named(self):
        self.write()
        gate = self.serve()
        port, log = self.ready(gate), Log(self.folder / "log")
        self.assertEqual(get(port, fields={"Host": "gate.example"}), 421)
        self.assertEqual(get(port, fields={"Host": "127.0.0.1", "X-Long": "x" * 20_000}), 431)
        self.write(public_url=["http://gate.example"], limits={"head": "64KB"}, loops=2, guests=True)
        lines = self.reload(gate, log, "restart_needed", "reload_refused")
        changed = next(line for line in lines if line["event"] == "reloaded")
        self.assertEqual(sorted(changed["changed"]), ["limits.head", "public_url"])
        waiting = [line for line in lines if line["event"] == "restart_needed"]
        self.assertEqual([sorted(line["keys"]) for line in waiting], [["guests", "loops"]])
        self.assertEqual(get(port, fields={"Host": "gate.example"}), 200)
        self.assertEqual(get(port, fields={"Host": "gate.example", "X-Long": "x" * 20_000}), 200)
        self.assertEqual(gate.end(), 0)

    def test_a_wrong_configuration_changes_nothing_and_all_mistakes_are_told(self):
        self.write()
        gate = self.serve()
        port, log = self.ready(gate), Log(self.folder / "log")
        self.write(public_url=["http://gate.example"], limits={"head": "1", "feilds": 2}, loops=0)
        lines = self.reload(gate, log, "reload_refused")
        problems = [line for line in lines if line["event"] == "configuration_problem"]
        self.assertEqual(len(problems), 3, lines)
        self.assertTrue(all(line["place"] and line["problem"] for line in problems))
        self.assertEqual(get(port, fields={"Host": "gate.example"}), 421)
        self.assertEqual(gate.end(), 0)

    def test_a_log_file_that_was_moved_away_is_left(self):
        self.write(log={"file": str(self.folder / "log"), "access": False})
        gate = self.serve()
        port, log = self.ready(gate), self.folder / "log"
        log.rename(self.folder / "log.1")
        # Also when the configuration is wrong: rotation must work.
        (self.folder / "comfygate.yaml").write_text("loops: 0")
        self.reload(gate, Log(log), "reload_refused")
        before = (self.folder / "log.1").read_bytes()
        self.write(log={"file": str(self.folder / "other")})
        self.reload(gate, Log(self.folder / "other"), "reloaded")
        get(port)
        lines = Log(self.folder / "other").until("request")
        self.assertEqual(lines[-1]["path"], "/health")
        self.assertEqual((self.folder / "log.1").read_bytes(), before)
        self.assertEqual(gate.end(), 0)

    def test_a_service_may_come_and_go(self):
        self.write()
        gate = self.serve()
        port, log = self.ready(gate), Log(self.folder / "log")
        fields = {"Host": "forge.example"}
        self.assertEqual(get(port, "/", fields), 421)
        self.write(services={"forge": {"host": "forge.example", "upstream": "http://127.0.0.1:1"}})
        self.reload(gate, log, "reloaded", "reload_refused")
        self.assertNotEqual(get(port, "/", fields), 421)
        self.write()
        self.reload(gate, log, "reloaded", "reload_refused")
        self.assertEqual(get(port, "/", fields), 421)
        self.assertEqual(gate.end(), 0)


class Certificates(OperationsCase):
    def test_new_connections_get_the_new_certificate_and_old_ones_live_on(self):
        first = certificate(self.folder, "first")
        tls = {"certificate": str(self.folder / "cert.pem"), "key": str(self.folder / "key.pem")}
        self.write(tls=tls)
        gate = self.serve()
        port, log = self.ready(gate), Log(self.folder / "log")
        old = TLSClient(port)
        self.assertEqual((old.seen, old.status()), (first, 200))

        second = certificate(self.folder, "second")
        self.reload(gate, log, "reloaded", "reload_refused")
        new = TLSClient(port)
        self.assertEqual((new.seen, new.status()), (second, 200))
        self.assertEqual(old.status(), 200)

        (self.folder / "cert.pem").write_text("not a certificate")
        refused = self.reload(gate, log, "reload_refused", "reloaded")[-1]
        self.assertIn(tls["certificate"], refused["reason"])
        self.assertTrue(refused["detail"])
        broken = TLSClient(port)
        self.assertEqual((broken.seen, broken.status()), (second, 200))
        self.assertEqual((old.status(), new.status()), (200, 200))

        certificate(self.folder, "third")
        (self.folder / "key.pem").write_text(subprocess.run(
            ["openssl", "genpkey", "-algorithm", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
            check=True, capture_output=True, text=True).stdout)
        self.reload(gate, log, "reload_refused", "reloaded")
        self.assertEqual(TLSClient(port).seen, second)
        self.assertEqual(gate.end(), 0)

    def test_new_connections_to_the_worker_use_the_renewed_files(self):
        ours, theirs = self.folder / "ours", self.folder / "theirs"
        first = certificate(ours, "first")
        certificate(theirs, "worker")
        worker = TLSWorker(theirs, trusted=ours)
        self.addCleanup(worker.end)
        files = {"ca": str(theirs / "cert.pem"), "client_certificate": str(ours / "cert.pem"),
                 "client_key": str(ours / "key.pem")}
        self.write(worker={"url": f"https://127.0.0.1:{worker.port}", **files})
        token = self.token()
        gate = self.serve()
        port, log = self.ready(gate), Log(self.folder / "log")

        def asked():
            # A page that nobody has kept goes to the worker.
            return get(port, "/scripts/app.js", {"Authorization": f"Bearer {token}"})

        self.assertEqual((asked(), worker.seen), (200, first))

        second = certificate(ours, "second")
        certificate(theirs, "renewed")
        worker.trust(ours)
        worker.renew()
        self.assertEqual(asked(), 503)
        self.reload(gate, log, "reloaded", "reload_refused")
        self.assertEqual((asked(), worker.seen), (200, second))

        (ours / "cert.pem").write_text("not a certificate")
        self.assertIn(files["client_certificate"], self.reload(gate, log, "reload_refused", "reloaded")[-1]["reason"])
        self.assertEqual((asked(), worker.seen), (200, second))
        self.assertEqual(gate.end(), 0)

    def test_the_oldest_version_can_be_raised(self):
        certificate(self.folder, "first")
        tls = {"certificate": str(self.folder / "cert.pem"), "key": str(self.folder / "key.pem")}
        self.write(tls=tls)
        gate = self.serve()
        port, log = self.ready(gate), Log(self.folder / "log")

        def speaks(version):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.minimum_version = context.maximum_version = version
            try:
                with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain):
                    return True
            except ssl.SSLError:
                return False

        self.assertTrue(speaks(ssl.TLSVersion.TLSv1_2))
        self.write(tls={**tls, "minimum": "1.3"})
        self.reload(gate, log, "reloaded", "reload_refused")
        self.assertFalse(speaks(ssl.TLSVersion.TLSv1_2))
        self.assertTrue(speaks(ssl.TLSVersion.TLSv1_3))
        self.assertEqual(gate.end(), 0)


class HandOver(OperationsCase):
    def test_no_request_is_lost_when_a_successor_takes_over(self):
        self.write(loops=2, limits={"drain": "20s"})
        gate = self.serve()
        port = self.ready(gate)
        load = Load(port)
        load.wait_for(50)
        for _ in range(3):
            successor = self.serve("--takeover")
            self.assertEqual(self.ready(successor), port)
            self.assertEqual(gate.popen.wait(PATIENCE), 0)
            load.wait_for(50)
            gate = successor
        done, failures = load.stop()
        self.assertEqual(failures, [])
        self.assertEqual(set(done), {200})
        print(f"hand-over: {sum(done.values())} requests over 3 hand-overs, none failed", file=sys.stderr)
        self.assertEqual(gate.end(), 0)
        self.assertFalse((self.folder / "data/upgrade.sock").exists())
        self.assertFalse((self.folder / "data/console.sock").exists())

    def test_a_request_under_way_is_answered_and_a_waiting_one_too(self):
        self.write(limits={"drain": "20s"})
        gate = self.serve()
        port = self.ready(gate)
        slow = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        slow.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        get(port)
        successor = self.serve("--takeover")
        Log(self.folder / "log").until("upgrade_begins")
        waiting = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        waiting.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        slow.sendall(b"\r\n")
        self.assertIn(b" 200 ", slow.recv(4096))
        slow.close()
        self.assertIn(b" 200 ", waiting.recv(4096))
        self.ready(successor)
        self.assertEqual(gate.popen.wait(PATIENCE), 0)
        self.assertEqual(successor.end(), 0)

    def test_the_gate_goes_on_when_a_successor_dies_before_it_is_ready(self):
        self.write()
        gate = self.serve()
        port, log = self.ready(gate), Log(self.folder / "log")
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        peer.connect(str(self.folder / "data/upgrade.sock"))
        peer.send(b"hello 1")
        _, sockets, _, _ = socket.recv_fds(peer, 256, 1)
        for descriptor in sockets:
            os.close(descriptor)
        peer.close()
        log.until("upgrade_failed")
        self.assertEqual(get(port), 200)
        # Nothing stands in the way of the next one.
        successor = self.serve("--takeover")
        self.assertEqual(self.ready(successor), port)
        self.assertEqual(gate.popen.wait(PATIENCE), 0)
        self.assertEqual(successor.end(), 0)

    def test_the_gate_starts_itself_anew_when_a_successor_dies_later(self):
        self.write()
        gate = self.serve()
        port, log = self.ready(gate), Log(self.folder / "log")
        load = Load(port, threads=2)
        load.wait_for(20)
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        peer.connect(str(self.folder / "data/upgrade.sock"))
        peer.send(b"hello 1")
        while True:
            text, sockets, _, _ = socket.recv_fds(peer, 256, 1)
            for descriptor in sockets:
                os.close(descriptor)
            if text == b"end":
                break
        peer.send(b"ready")
        self.assertEqual(peer.recv(256), b"released")
        peer.close()
        log.until("upgrade_failed")
        self.assertEqual(self.ready(gate), port)
        load.wait_for(20)
        done, failures = load.stop()
        self.assertEqual((failures, set(done)), ([], {200}))
        self.assertEqual(gate.end(), 0)

    def test_a_wrong_configuration_leaves_the_running_gate_alone(self):
        self.write()
        gate = self.serve()
        port = self.ready(gate)
        self.write(tls={"certificate": "/nowhere", "key": "/nowhere"})
        self.assertEqual(self.serve("--takeover").popen.wait(PATIENCE), 1)
        self.write(listen={"addresses": ["127.0.0.1:1"]})
        self.assertEqual(self.serve("--takeover").popen.wait(PATIENCE), 1)
        self.assertEqual(get(port), 200)
        self.assertEqual(gate.end(), 0)

    def test_without_a_running_gate_there_is_nothing_to_take_over(self):
        self.write()
        process = self.serve("--takeover")
        process.wait_for("No gate runs")
        self.assertEqual(process.popen.wait(PATIENCE), 1)


class SocketActivation(OperationsCase):
    """As systemd starts a service with sockets: descriptors from 3 on, LISTEN_PID the process itself."""

    def start(self, sockets, names):
        moved = [os.dup(listener.fileno()) for listener in sockets]
        script = "import os, sys; os.environ['LISTEN_PID'] = str(os.getpid()); "
        for index, descriptor in enumerate(moved):
            script += f"os.dup2({descriptor}, {100 + index}); "
        for index in range(len(moved)):
            script += f"os.dup2({100 + index}, {3 + index}); "
        script += "os.execv(sys.argv[1], sys.argv[1:])"
        global PROGRAM
        program, PROGRAM = PROGRAM, sys.executable
        try:
            process = Process(
                "-c", script, program, "serve", "--config", str(self.folder / "comfygate.yaml"), "--lang", "en",
                environment={"LISTEN_FDS": str(len(sockets)), "LISTEN_FDNAMES": ":".join(names)}, pass_fds=moved)
        finally:
            PROGRAM = program
        self.processes.append(process)
        for descriptor in moved:
            os.close(descriptor)
        return process

    def listener(self, host="127.0.0.1"):
        listener = socket.create_server((host, 0), backlog=64)
        self.addCleanup(listener.close)
        return listener, listener.getsockname()[1]

    def test_the_sockets_of_the_service_manager_are_served_and_outlive_the_gate(self):
        self.write(loops=2)
        gate_socket, gate_port = self.listener()
        console_socket, console_port = self.listener()
        process = self.start([console_socket, gate_socket], ["console", "comfygate.socket"])
        self.assertEqual(self.ready(process), gate_port)
        self.assertEqual(get(gate_port), 200)
        # The gate sends people to its login page, the console to its account page.
        self.assertEqual((get(gate_port, "/"), get(console_port, "/")), (401, 303))
        load = Load(gate_port, threads=2)
        load.wait_for(20)
        # A restart as the service manager does it: what comes meanwhile waits in the socket.
        self.assertEqual(process.end(), 0)
        process = self.start([console_socket, gate_socket], ["console", "comfygate.socket"])
        self.assertEqual(self.ready(process), gate_port)
        load.wait_for(20)
        done, failures = load.stop()
        self.assertEqual((failures, set(done)), ([], {200}))
        self.assertEqual(process.end(), 0)

    def test_a_reachable_socket_needs_tls_or_a_reason(self):
        self.write()
        listener, port = self.listener("0.0.0.0")
        process = self.start([listener], ["gate"])
        process.wait_for("listen.plain")
        self.assertEqual(process.popen.wait(PATIENCE), 1)
        self.write(listen={"addresses": ["127.0.0.1:0"], "plain": "lan"})
        process = self.start([listener], ["gate"])
        process.wait_for("ComfyGate is at")
        self.assertEqual(get(port), 200)
        self.assertEqual(process.end(), 0)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(warnings="ignore")
