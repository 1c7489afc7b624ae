"""Runs ComfyUI's own websockets_api_example.py or websockets_api_example_ws_images.py, unchanged, through a gate.

usage: comfy_example.py PROGRAM EXAMPLE

The script knows neither another port than 8188 nor a way to say who it is. So its connections to that port are led to a
little proxy, which adds the account's token to each request, as an administrator's reverse proxy may. Everything else is as
the script has it: its `prompt_id`, its event socket, its history and its pictures. The second script's pictures come on the
event socket only, and ComfyUI puts no metadata into those.
"""

import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading

RUNNER = """
import os, runpy, socket, struct, sys
connect = socket.socket.connect
def redirected(self, address):
    if isinstance(address, tuple) and address[1] == 8188:
        address = (address[0], int(sys.argv[2]))
    return connect(self, address)
socket.socket.connect = redirected
found = runpy.run_path(sys.argv[1])["images"]
is_sent = os.path.basename(sys.argv[1]) == "websockets_api_example_ws_images.py"
for node, pictures in found.items():
    for picture in pictures:
        assert picture[:8] == b"\\x89PNG\\r\\n\\x1a\\n" and picture[-8:-4] == b"IEND", "not a whole picture"
        assert struct.unpack(">II", picture[16:24]) == (512, 512), "not of full size"
        assert (b"masterpiece best quality man" in picture) != is_sent, "the picture does not carry its prompt, or should not"
        assert b"comfygate" not in picture, "the picture tells of the gate"
        print(f"node {node}: a picture of {len(picture)} bytes")
assert sum(map(len, found.values())) == 1, found
"""


def run(program, *words, **options):
    return subprocess.run([program, *words], check=True, capture_output=True, text=True, **options).stdout.strip()


def started(program, pattern, *words):
    """A process, and what its first line of that pattern says."""
    process = subprocess.Popen([program, *words, "--lang", "en"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in process.stdout:
        if found := re.search(pattern, line):
            # What it says afterwards must not fill its pipe.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return process, int(found[1])
    raise AssertionError(f"{words[0]} does not start")


def add_token(listener, port, token):
    """Leads each connection to the gate, with the token in its first request; the script makes one for each."""
    def copy(source, sink):
        try:
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def serve(client):
        with client, socket.create_connection(("127.0.0.1", port)) as gate:
            head = b""
            while b"\r\n" not in head:
                data = client.recv(65_536)
                if not data:
                    return
                head += data
            line, rest = head.split(b"\r\n", 1)
            gate.sendall(line + b"\r\nAuthorization: Bearer " + token.encode() + b"\r\n" + rest)
            back = threading.Thread(target=copy, args=(gate, client), daemon=True)
            back.start()
            copy(client, gate)
            back.join()

    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(client,), daemon=True).start()


def until_ready(port):
    """The gate takes prompts once it has reached its worker."""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/ready")
        if connection.getresponse().status == 200:
            return connection.close()
        connection.close()


def main():
    program, example = os.path.abspath(sys.argv[1]), sys.argv[2]
    processes = []
    with tempfile.TemporaryDirectory(prefix="comfygate-example-") as folder:
        try:
            worker, worker_port = started(
                program, r"http://127\.0\.0\.1:(\d+)", "simulate", "--listen", "127.0.0.1:0", "--step-time", "5ms", "--models",
                "checkpoints:v1-5-pruned-emaonly.safetensors")
            processes.append(worker)
            config = pathlib.Path(folder) / "comfygate.yaml"
            config.write_text(json.dumps({
                "listen": {"addresses": ["127.0.0.1:0"]}, "console_listen": {"addresses": ["127.0.0.1:0"]},
                "data": f"{folder}/data", "worker": {"url": f"http://127.0.0.1:{worker_port}"}}))
            options = ["--config", str(config), "--quiet"]
            run(program, "account", "add", "script", "--machine", *options)
            token = run(program, "token", "create", "script", *options)
            gate, port = started(program, r"ComfyGate is at http://127\.0\.0\.1:(\d+)", "serve", "--config", str(config))
            processes.append(gate)
            until_ready(port)
            listener = socket.create_server(("127.0.0.1", 0))
            threading.Thread(target=add_token, args=(listener, port, token), daemon=True).start()
            subprocess.run(
                [sys.executable, "-c", RUNNER, example, str(listener.getsockname()[1])], check=True, timeout=120)
            listener.close()
            print(f"ok      {os.path.basename(example)} through the gate")
        finally:
            for process in processes:
                process.terminate()
                process.wait(60)
    return 0


if __name__ == "__main__":
    sys.exit(main())
