"""Runs a workflow against a ComfyUI as scripts in the wild do, with three libraries that know nothing of ComfyGate.

usage: comfy_clients.py URL WORKFLOW

Each client connects a WebSocket, submits the workflow with its own seed, listens until the run has ended, and fetches
the picture: websocket-client with urllib (blocking), websockets with requests (the way of most wrappers), and aiohttp
(one library for both). A line per client; the exit code is 1 when any of them was not served.
"""

import asyncio
import copy
import io
import json
import struct
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
import zlib

import aiohttp
import requests
import websocket  # websocket-client
import websockets.asyncio.client

URL = sys.argv[1].rstrip("/")
WS_URL = "ws" + URL.removeprefix("http")
WORKFLOW = json.load(open(sys.argv[2], encoding="utf-8"))
TIMEOUT = 60


def workflow(seed):
    """The workflow with a seed of its own, so that no result comes from the worker's cache."""
    graph = copy.deepcopy(WORKFLOW)
    for node in graph.values():
        if "seed" in node["inputs"]:
            node["inputs"]["seed"] = seed
    return graph


def chunks(png):
    """The chunks of a PNG, their checksums verified."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
    stream = io.BytesIO(png[8:])
    while head := stream.read(8):
        count, kind = struct.unpack(">I4s", head)
        data = stream.read(count)
        (checksum,) = struct.unpack(">I", stream.read(4))
        assert zlib.crc32(kind + data) == checksum, f"checksum of {kind}"
        yield kind, data


def check_picture(png, graph):
    found = dict(chunks(png))
    assert b"IEND" in found
    width, height = struct.unpack(">II", found[b"IHDR"][:8])
    assert (width, height) == (512, 512), (width, height)
    key, _, value = found[b"tEXt"].partition(b"\0")
    assert key == b"prompt" and json.loads(value) == graph, "the picture does not carry its prompt"


class Listener:
    """What a script makes of the messages of its run."""

    def __init__(self, prompt_id):
        self.prompt_id = prompt_id
        self.types = []
        self.previews = 0
        self.steps = 0

    def hears(self, message):
        """True once the run has ended."""
        if isinstance(message, bytes):
            kind, form = struct.unpack(">II", message[:8])
            assert (kind, form) == (1, 1) and message[8:11] == b"\xff\xd8\xff", (kind, form)
            self.previews += 1
            return False
        event = json.loads(message)
        data = event["data"]
        if data.get("prompt_id") != self.prompt_id:
            return False
        self.types.append(event["type"])
        if event["type"] == "progress":
            self.steps = max(self.steps, data["value"])
        assert event["type"] not in ("execution_error", "execution_interrupted"), event
        return event["type"] == "executing" and data["node"] is None

    def check(self):
        for wanted in ("execution_start", "executing", "progress", "executed", "execution_success"):
            assert wanted in self.types, f"no {wanted} in {self.types}"
        assert self.previews == self.steps == 20, (self.previews, self.steps)


def image_of(entry):
    assert entry["status"]["completed"] is True and entry["status"]["status_str"] == "success"
    (image,) = [image for output in entry["outputs"].values() for image in output.get("images", [])]
    return image


def blocking():
    """websocket-client and urllib: the loop that ComfyUI's own example shows."""
    client_id = str(uuid.uuid4())
    graph = workflow(1)
    socket = websocket.WebSocket()
    socket.connect(f"{WS_URL}/ws?clientId={client_id}", timeout=TIMEOUT)
    body = json.dumps({"prompt": graph, "client_id": client_id}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{URL}/prompt", data=body), timeout=TIMEOUT) as answer:
        prompt_id = json.load(answer)["prompt_id"]
    listener = Listener(prompt_id)
    while not listener.hears(socket.recv()):
        pass
    socket.close()
    listener.check()
    with urllib.request.urlopen(f"{URL}/history/{prompt_id}", timeout=TIMEOUT) as answer:
        image = image_of(json.load(answer)[prompt_id])
    with urllib.request.urlopen(f"{URL}/view?{urllib.parse.urlencode(image)}", timeout=TIMEOUT) as answer:
        check_picture(answer.read(), graph)
    try:
        urllib.request.urlopen(urllib.request.Request(f"{URL}/prompt", data=b"{nope"), timeout=TIMEOUT)
        raise AssertionError("a prompt that is no JSON was accepted")
    except urllib.error.HTTPError as refusal:
        assert refusal.code in (400, 500), refusal.code


async def wrapper():
    """websockets beside requests, with an upload and a refused prompt, as wrappers for applications do."""
    session = requests.Session()
    client_id = uuid.uuid4().hex
    graph = workflow(2)
    async with websockets.asyncio.client.connect(f"{WS_URL}/ws?clientId={client_id}", max_size=None) as socket:
        first = json.loads(await socket.recv())
        assert first["type"] == "status" and first["data"]["sid"] == client_id, first
        info = session.get(f"{URL}/object_info/KSampler", timeout=TIMEOUT).json()
        assert "sampler_name" in info["KSampler"]["input"]["required"]
        name = f"in-{client_id}.png"
        files = {"image": (name, b"\x89PNG\r\n\x1a\nnot really", "image/png")}
        uploaded = session.post(f"{URL}/upload/image", files=files, data={"type": "input"}, timeout=TIMEOUT)
        assert uploaded.status_code == 200 and uploaded.json()["name"] == name, uploaded.text
        broken = workflow(2)
        broken["4"]["inputs"]["ckpt_name"] = "nowhere.safetensors"
        refused = session.post(f"{URL}/prompt", json={"prompt": broken, "client_id": client_id}, timeout=TIMEOUT)
        assert refused.status_code == 400, refused.status_code
        assert refused.json()["node_errors"]["4"]["errors"][0]["type"] == "value_not_in_list", refused.text
        accepted = session.post(f"{URL}/prompt", json={"prompt": graph, "client_id": client_id}, timeout=TIMEOUT)
        assert accepted.status_code == 200, accepted.text
        prompt_id = accepted.json()["prompt_id"]
        listener = Listener(prompt_id)
        while not listener.hears(await asyncio.wait_for(socket.recv(), TIMEOUT)):
            pass
        listener.check()
    image = image_of(session.get(f"{URL}/history/{prompt_id}", timeout=TIMEOUT).json()[prompt_id])
    picture = session.get(f"{URL}/view", params=image, timeout=TIMEOUT)
    assert picture.headers["Content-Type"] == "image/png", picture.headers
    check_picture(picture.content, graph)
    assert session.head(f"{URL}/view", params=image, timeout=TIMEOUT).headers["Content-Length"] == str(
        len(picture.content)
    )
    part = session.get(f"{URL}/view", params=image, headers={"Range": "bytes=1-3"}, timeout=TIMEOUT)
    assert (part.status_code, part.content) == (206, b"PNG"), part


async def one_library():
    """aiohttp for both, several runs in flight over one session."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:

        async def one(seed):
            client_id = uuid.uuid4().hex
            graph = workflow(seed)
            async with session.ws_connect(f"{WS_URL}/ws", params={"clientId": client_id}, max_msg_size=0) as socket:
                async with session.post(f"{URL}/prompt", json={"prompt": graph, "client_id": client_id}) as answer:
                    prompt_id = (await answer.json())["prompt_id"]
                listener = Listener(prompt_id)
                async for message in socket:
                    assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), message
                    if listener.hears(message.data):
                        break
                listener.check()
            async with session.get(f"{URL}/history/{prompt_id}") as answer:
                image = image_of((await answer.json())[prompt_id])
            async with session.get(f"{URL}/view", params=image) as answer:
                check_picture(await answer.read(), graph)

        await asyncio.gather(*(one(seed) for seed in (3, 4, 5)))


def main():
    status = 0
    for client in (blocking, wrapper, one_library):
        try:
            asyncio.run(client()) if asyncio.iscoroutinefunction(client) else client()
            print(f"ok      {client.__name__}")
        except Exception as error:  # whatever the library throws is a client that was not served
            status = 1
            print(f"failed  {client.__name__}: {type(error).__name__}: {error}")
    return status


if __name__ == "__main__":
    sys.exit(main())
