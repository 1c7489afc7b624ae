"""`comfygate diagnose` on real break-downs: servers that are wrong in one way or two, and the cause that is named first.

usage: diagnose.py PROGRAM
Real processes on loopback: a stand-in for ComfyUI-Login, proxies, TLS with wrong certificates, a gate. Needs openssl and nginx.
"""

import base64
import contextlib
import email.utils
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import operations
from operations import Process

# bcrypt hashes of invented passwords.
RIGHT = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"
OTHER = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCkm"
EATEN = "$2b$12/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"
STATS = {"system": {"os": "posix", "comfyui_version": "0.3.64"}, "devices": []}


class Server:
    """A web server whose every answer a function gives: status, fields, body."""

    def __init__(self, answer, certificate=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            server_version, sys_version = "aiohttp", ""

            def do(self):
                if self.headers.get("Upgrade") == "websocket":
                    return self.switch()
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                status, fields, body = answer(self)
                self.send_response_only(status)
                for name, value in {"Server": "Python/3.11 aiohttp/3.11", "Content-Type": "application/json", **fields}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def switch(self):
                """RFC 6455's handshake, and the end of the connection."""
                key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
                self.send_response_only(101)
                accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
                for name, value in {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.close_connection = True

            do_GET = do_POST = do

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, host="127.0.0.1", scheme=None):
        return f"{scheme or self.scheme}://{host}:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def words(status, value, **fields):
    return status, fields, json.dumps(value).encode()


def plain(_):
    return words(200, STATS)


def login(accepted):
    """As ComfyUI-Login answers: the bcrypt hash is the token."""
    def answer(request):
        if len(request.headers.get("Authorization", "two words").split()) != 2:
            return 500, {}, b"500 Internal Server Error"
        if request.headers.get("Authorization") == f"Bearer {accepted}":
            return words(400, {"error": {"type": "no_prompt"}}) if request.command == "POST" else words(200, STATS)
        return words(401, {"error": "Authentication required."})
    return answer


def always(status, server, body=b""):
    return lambda _: (status, {"Server": server, "Content-Type": "text/html"}, body)


def with_origin_check(request):
    """As ComfyUI does it: 403 when the origin's host is not the Host."""
    origin = request.headers.get("Origin")
    if origin and origin.split("://")[1] != request.headers["Host"].replace("comfy.example", "127.0.0.1"):
        return 403, {}, b""
    return words(200, STATS)


def rewriting_proxy(request):
    """A proxy that sets Host to what is behind it."""
    if request.headers.get("Origin"):
        return 403, {}, b""
    return words(200, STATS)


class Diagnoses:
    def __init__(self, program, folder):
        self.program, self.folder, self.count, self.wrong = program, folder, 0, 0

    def project(self, name, **files):
        root = self.folder / name
        for path, text in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
            place.chmod(0o600)
        root.mkdir(exist_ok=True)
        return root

    def expect(self, causes, *options, root=None, token=None):
        """The first cause, and the next where one is named."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COMFYGATE_")}
        environment["DOCKER_HOST"] = f"unix://{self.folder}/none.sock"
        command = [self.program, "diagnose", "--json", "--lang", "en", "--root", root or self.folder / "empty", *options]
        result = subprocess.run(
            command + (["--token-stdin"] if token else []), input=token, text=True, capture_output=True,
            env=environment, timeout=60)
        self.count += 1
        found = [cause["id"] for cause in json.loads(result.stdout or "{}").get("causes", [])]
        if found[:len(causes)] != causes or bool(found) != bool(causes) or result.returncode != (4 if causes else 0):
            self.wrong += 1
            print(f"diagnose: {' '.join(map(str, options))}: {found} instead of {causes}, exit code {result.returncode}")
            print(result.stdout[-800:], result.stderr[-800:])
        if token and token.strip() in result.stdout + result.stderr and len(token) > 20:
            self.wrong += 1
            print(f"diagnose: the token is shown: {options}")


def certificate(folder, name, *options):
    place = folder / name
    place.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
         f"/CN={name}", "-keyout", place / "key.pem", "-out", place / "cert.pem", *options], check=True,
        capture_output=True)
    return place / "cert.pem", place / "key.pem"


def main():
    program = os.path.abspath(sys.argv[1])
    operations.PROGRAM = program
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cg-diagnose-"))
    try:
        check = Diagnoses(program, folder)
        check.project("empty")
        run(check, folder)
        print(f"diagnose: {check.count} break-downs, {check.wrong} wrong")
        return 1 if check.wrong else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(check, folder):
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()

    # On the way.
    check.expect(["name.unknown"], "--url", "http://no-such-name.invalid:8188")
    nobody = "port.inside_container" if os.path.exists("/.dockerenv") else "port.nobody"
    check.expect([nobody], "--url", f"http://127.0.0.1:{port}")
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as mail:
        def speak():
            with contextlib.suppress(OSError):
                while True:
                    client, _ = mail.accept()
                    client.sendall(b"220 mail.example ESMTP\r\n")
                    client.close()
        threading.Thread(target=speak, daemon=True).start()
        check.expect(["tls.none"], "--url", f"https://127.0.0.1:{mail.getsockname()[1]}")
        check.expect(["port.not_http"], "--url", f"http://127.0.0.1:{mail.getsockname()[1]}")
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        def hang_up():
            with contextlib.suppress(OSError):
                while True:
                    client, _ = deaf.accept()
                    client.recv(4_096)
                    client.close()
        threading.Thread(target=hang_up, daemon=True).start()
        check.expect(["port.closes"], "--url", f"http://127.0.0.1:{deaf.getsockname()[1]}")
    for drip in [False, True]:
        # One that takes the connection and says nothing, and one whose answer never ends.
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as mute:
            def drop():
                with contextlib.suppress(OSError):
                    client, _ = mute.accept()
                    client.recv(4_096)
                    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" if drip else b"")
                    while drip:
                        client.sendall(b"x")
                        time.sleep(0.2)
                    client.recv(1)
            threading.Thread(target=drop, daemon=True).start()
            check.expect(["worker.hangs"], "--url", f"http://127.0.0.1:{mute.getsockname()[1]}")
    with Server(plain) as worker:
        check.expect([], "--url", worker.url())
        body = folder / "body.json"
        body.write_text('{"prompt": {"1": {"class_type": "EmptyImage", "inputs": {}}}, "client_id": null}')
        check.expect(["request.client_id"], "--url", worker.url(), "--request", body)
        body.write_text('{"nodes": [], "links": [], "version": 0.4}')
        check.expect(["request.ui_format"], "--url", worker.url(), "--request", body)
        check.expect(["tls.none"], "--url", worker.url(scheme="https"))
        check.expect(["port.loopback_only"], "--url", worker.url(), "--from-phone")
    with Server(plain, certificate(folder, "own", "-days", "2", "-addext", "subjectAltName=IP:127.0.0.1")) as worker:
        check.expect(["tls.untrusted"], "--url", worker.url())
        check.expect(["tls.wanted"], "--url", worker.url(scheme="http"))
    for status, server, cause in [
            (502, "nginx/1.22.1", "proxy.no_upstream"), (503, "Caddy", "proxy.no_upstream"),
            (504, "Microsoft-IIS/10.0", "proxy.slow_upstream"), (413, "nginx/1.22.1", "proxy.body_limit"),
            (404, "Microsoft-IIS/10.0", "proxy.no_route"), (500, "aiohttp", "worker.broken"),
            (421, "ComfyGate", "gate.other_name"), (404, "aiohttp", "worker.other_server"), (200, "Jupyter", "worker.other_server"),
            (403, "cloudflare", "request.refused"), (521, "cloudflare", "request.refused"), (429, "nginx/1.22.1", "request.refused"),
            (308, "Caddy", "proxy.redirects"), (301, "nginx/1.22.1", "proxy.redirects"), (200, "Caddy", "worker.other_server")]:
        with Server(always(status, server)) as worker:
            check.expect([cause], "--url", worker.url())
    with Server(lambda _: (302, {"Location": "https://sso.example/oauth2/start", "Server": "nginx"}, b"")) as proxy:
        check.expect(["login.elsewhere"], "--url", proxy.url(), token=RIGHT)
    with Server(lambda _: (401, {"WWW-Authenticate": "Basic realm=x", "Server": "nginx"}, b"")) as proxy:
        check.expect(["login.basic"], "--url", proxy.url(), token=RIGHT)
    with Server(rewriting_proxy) as proxy:
        check.expect(["proxy.origin"], "--url", proxy.url())
    with Server(lambda _: words(200, STATS, Date=email.utils.formatdate(time.time() - 7_200, usegmt=True))) as worker:
        check.expect(["clock.skew"], "--url", worker.url())

    # The login.
    with Server(login(RIGHT)) as worker:
        url = worker.url()
        check.expect(["login.none_found"], "--url", url)
        check.expect(["login.refused"], "--url", url, token=OTHER)
        check.expect([], "--url", url, token=RIGHT)
        check.expect(["login.password_sent"], "--url", url, token="Example/8!password-of-theirs")
        check.expect(["login.hash_eaten"], "--url", url, token=EATEN)
        check.expect(["login.hash_eaten_by_shell"], "--url", url, token="b2" + RIGHT[10:])
        check.expect(["login.bearer_twice"], "--url", url, token=f"Bearer {RIGHT}")
        check.expect(["login.wrapped"], "--url", url, token=f"'{RIGHT}'")
        check.expect(["login.placeholder"], "--url", url, token="your_token_here")
        check.expect(["login.hash_broken"], "--url", url, token=RIGHT + "x")
        own = check.project("own-project", **{"comfyui/login/PASSWORD": RIGHT + "\nadmin"})
        check.expect([], "--url", url, root=own)
        check.expect(["login.other_place"], "--url", url, root=own, token=OTHER)
        changed = check.project("changed", **{"comfyui/login/PASSWORD": OTHER + "\nadmin"})
        check.expect(["login.restart_needed"], "--url", url, root=changed)
        eaten = check.project("eaten", **{
            ".secrets/comfyui_auth_tokens.conf": json.dumps({"version": "1.0", "bcrypt_hash": OTHER, "locations": [".env"]}),
            ".env": f"COMFYUI_API_TOKEN={OTHER}\n"})
        check.expect(["login.hash_eaten"], "--url", url, root=eaten)
        # Two at a time: the nearer one, then the next; and the next alone once the nearer one is mended.
        check.expect([nobody, "login.hash_eaten"], "--url", f"http://127.0.0.1:{port}", root=eaten)

    # A gate.
    config = folder / "gate.yaml"
    config.write_text(json.dumps({
        "listen": {"addresses": ["127.0.0.1:0"]}, "console_listen": {"addresses": ["127.0.0.1:0"]},
        "data": str(folder / "data"), "worker": {"url": f"http://127.0.0.1:{port}"},
        "public_url": ["http://comfy.example"], "log": {"file": str(folder / "log")}}))
    gate = Process("serve", "--config", str(config), "--lang", "en")
    try:
        gate_port = int(gate.wait_for(r"ComfyGate is at https?://127\.0\.0\.1:(\d+)")[1])
        check.expect(["gate.no_worker"], "--url", f"http://localhost:{gate_port}")
    finally:
        gate.end()
    worker = Process("simulate", "--listen", "127.0.0.1:0", "--comfyui", "0.3.64", "--json")
    gate = None
    try:
        url = worker.wait_for(r'"url": "([^"]*)"')[1]
        config.write_text(config.read_text().replace(f"http://127.0.0.1:{port}", url))
        gate = Process("serve", "--config", str(config), "--lang", "en")
        gate_port = int(gate.wait_for(r"ComfyGate is at https?://127\.0\.0\.1:(\d+)")[1])
        address = f"http://localhost:{gate_port}"
        end = time.monotonic() + operations.PATIENCE
        while operations.get(gate_port, "/ready") != 200 and time.monotonic() < end:
            time.sleep(0.05)
        check.expect(["login.none_given"], "--url", address)
        check.expect(["login.refused_by_gate"], "--url", address, token="cg_" + "a" * 50)
        check.expect([], "--url", url)
        with Server(login(RIGHT)) as closed:
            proxied(check, folder, url, closed.url())
    finally:
        for process in filter(None, [gate, worker]):
            process.end()


def proxied(check, folder, worker, closed):
    """A real nginx as people first set it up, and what is still wrong after each of its mistakes is mended."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place = folder / "nginx"
    place.mkdir()
    host = "proxy_set_header Host $http_host;"
    upgrade = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"
    whole = [host, upgrade, "client_max_body_size 100m;"]
    for lines, causes in [
            (whole + ["limit_except GET { deny all; }"], ["request.post_refused"]),
            (whole + ["if ($request_method = POST) { return 503; }"], ["request.post_fails"]),
            (whole + ["} location /api/ { return 404;"], ["proxy.api_elsewhere"]),
            (whole + ["rewrite ^/(.*)$ /elsewhere/$1 break;"], ["proxy.other_path"]),
            (whole + ["if ($request_method = POST) { return 405; }"], ["request.post_refused"]),
            (["root /nowhere; try_files $uri /index.html =404;"], ["proxy.no_route"]),
            (["return 200 hello;"], ["worker.other_server"]),
            ([], ["proxy.origin"]), ([host], ["proxy.no_websocket", "proxy.body_limit"]),
            ([host, "client_max_body_size 30m;"], ["proxy.no_websocket", "proxy.body_limit"]),
            ([host, upgrade], ["proxy.body_limit"]), (whole, []),
            # In front of ComfyUI-Login, with the right token.
            (whole + ["#"], []), (whole + ["proxy_set_header Authorization \"\";", "#"], ["proxy.drops_authorization"])]:
        token = RIGHT if lines and lines[-1] == "#" else None
        lines, upstream = ([line for line in lines if line != "#"], closed) if token else (lines, worker)
        (place / "nginx.conf").write_text(
            f"daemon off; pid {place}/pid; error_log {place}/log; events {{}}\n"
            f"http {{ access_log off; client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;\n"
            f"fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n"
            f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {upstream}; {' '.join(lines)} }} }} }}\n")
        nginx = subprocess.Popen(["nginx", "-e", place / "log", "-c", place / "nginx.conf"])
        try:
            end = time.monotonic() + operations.PATIENCE
            while nginx.poll() is None and time.monotonic() < end:
                with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            check.expect(causes, "--url", f"http://localhost:{port}", token=token)
        finally:
            nginx.terminate()
            nginx.wait()


if __name__ == "__main__":
    sys.exit(main())
