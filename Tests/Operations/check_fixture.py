"""Faults planted one at a time in copies of a real installation's tree, which is healed before: each is found under its name,
and nothing else is red.

usage: check_fixture.py PROGRAM
The tree is Tests/SecretsTests/Fixtures/installation. Cards are a stand-in of NVIDIA's library, containers those of compose files.
"""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

FIXTURE = pathlib.Path(__file__).parents[1] / "SecretsTests/Fixtures/installation"
SERVICES = "docker-configurations/services"
CARDS = ["GPU-11111111-2222-3333-4444-555555555555", "GPU-66666666-7777-8888-9999-000000000000"]
OTHER = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCkm"
TOKEN = "hf_" + "aB3" * 11


class Tree:
    """A project's folder, changed as its owner's editor would."""

    def __init__(self, root):
        self.root = root

    def text(self, path):
        return (self.root / path).read_text()

    def put(self, path, content, mode=0o600):
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        place.chmod(mode)

    def change(self, path, old, new):
        text = self.text(path)
        assert old in text, f"{path} has no {old!r}"
        self.put(path, text.replace(old, new), (self.root / path).stat().st_mode & 0o777)

    def service(self, name, old, new):
        self.change(f"{SERVICES}/{name}/docker-compose.yml", old, new)

    def add(self, name, line):
        """A line more in a service of one compose file."""
        self.service(name, f"    container_name: {name}\n", f"    container_name: {name}\n    {line}\n")


def heal(tree, program, environment):
    """All that is wrong with the fixture, put right: by the program where it can, by hand where a person must."""
    subprocess.run([program, "check", "--root", tree.root, "--fix", "--no-history"], env=environment, capture_output=True)
    for name in ["comfyui-video", "forge-turbo", "whisper-api", "comfyui-qwen"]:
        tree.add(name, 'user: "1000:1000"')
        tree.add(name, "mem_limit: 32g")
        tree.add(name, "shm_size: 8gb")
        tree.service(name, ":latest", ":1")
    tree.service("comfyui-qwen", '"${COMFYUI_PORT:-8188}:8188"', '"127.0.0.1:${COMFYUI_PORT:-8188}:8188"')
    tree.service("comfyui-qwen", '"curl", "-f",', '"curl", "-s",')
    tree.service("comfyui-qwen", "['${GPU_DEVICE_ID:-0}']", f"['{CARDS[0]}']")
    for line in ["HF_TOKEN=${HF_TOKEN}", "COMFYUI_PASSWORD=${COMFYUI_PASSWORD}", "COMFYUI_BEARER_TOKEN=${COMFYUI_BEARER_TOKEN}",
                 "CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES:-0}"]:
        tree.service("comfyui-qwen", f"      - {line}\n", "")
    tree.service("comfyui-video", "COMFYUI_BEARER_TOKEN=${COMFYUI_BEARER_TOKEN}", "TZ=Europe/Paris")
    tree.service("forge-turbo", "0.0.0.0:17861", "127.0.0.1:17861")
    tree.service(
        "forge-turbo", '"--gradio-auth", "${FORGE_USER}:${FORGE_PASSWORD}"', '"--gradio-auth-path", "/run/secrets/forge"')
    tree.service("forge-turbo", "device_ids: ['1']", f"device_ids: ['{CARDS[1]}']")
    tree.change(f"{SERVICES}/forge-turbo/.env", 'FORGE_PASSWORD="p$ss#word"', "FORGE_PASSWORD='p$ss#word'")
    tree.change(".env", "CIVITAI_TOKEN=your_civitai_token_here", "")
    tree.change(f"{SERVICES}/comfyui-qwen/.env", "CIVITAI_TOKEN=your_civitai_token_here", "")
    tree.change(f"{SERVICES}/comfyui-qwen/.env", "SECRET_KEY=auto_generated_secret_key", "")
    tree.service("whisper-api", "API_KEY=${WHISPER_API_KEY:-}", "TZ=Europe/Paris")
    result = subprocess.run(
        [program, "secrets", "unify", "--root", tree.root, "--token-stdin", "--no-backup", "--lang", "en"],
        input="a-better-token-of-2026", text=True, env=environment, capture_output=True)
    assert result.returncode == 0, result.stderr
    subprocess.run([program, "check", "--root", tree.root, "--fix", "--no-history"], env=environment, capture_output=True)


def safetensors(count, kept):
    header = json.dumps({"a": {"dtype": "U8", "shape": [count], "data_offsets": [0, count]}}).encode()
    return (struct.pack("<Q", len(header)) + header + bytes(count))[:kept]


def models(tree, name, content):
    tree.add("comfyui-video", "volumes: ['./models:/workspace/ComfyUI/models']")
    tree.put(f"{SERVICES}/comfyui-video/models/checkpoints/{name}", content)


def tracked(tree):
    for words in [["init", "-q"], ["add", ".secrets/.env.huggingface"]]:
        subprocess.run(["git", "-C", tree.root, *words], check=True, capture_output=True)


QWEN, VIDEO, FORGE, WHISPER = "comfyui-qwen", "comfyui-video", "forge-turbo", "whisper-api"
ENV = "environment:\n      - TZ=Europe/Paris"
PLANTED = [
    ("env.byte_order_mark", lambda t: t.put(f"{SERVICES}/{FORGE}/.env", b"\xef\xbb\xbf" + t.text(f"{SERVICES}/{FORGE}/.env").encode())),
    ("env.carriage_returns", lambda t: t.put(
        f"{SERVICES}/{FORGE}/.env", t.text(f"{SERVICES}/{FORGE}/.env").replace("\n", "\r\n"))),
    ("env.placeholder", lambda t: t.put("services.env", "QWEN_API_TOKEN=your_qwen_api_token_here\n")),
    ("env.placeholder", lambda t: t.put("services.env", "CIVITAI_TOKEN=your_civitai_token_here\n")),
    ("env.refused", lambda t: t.put(
        f"{SERVICES}/{WHISPER}/.env", "TZ=Europe/Paris\n".encode("utf-16"))),
    ("env.repeated_key", lambda t: t.put(f"{SERVICES}/{WHISPER}/.env", "TZ=Europe/Paris\nTZ=UTC\n")),
    ("secrets.broken_truth", lambda t: t.change(".secrets/comfyui_auth_tokens.conf", "{", "{,")),
    ("port.taken_twice", lambda t: t.service(VIDEO, "127.0.0.1:8189:8188", "127.0.0.1:17861:8188")),
    ("env.missing_key", lambda t: t.service(WHISPER, ENV, ENV + "\n      - HF_TOKEN=${HF_TOKEN}")),
    ("env.misread", lambda t: t.change(f"{SERVICES}/{FORGE}/.env", "'p$ss#word'", '"p$ss#word"')),
    ("files.readable", lambda t: (t.root / ".secrets/.env.huggingface").chmod(0o644)),
    ("files.tracked", tracked),
    ("files.left_out", lambda t: t.put(f"{SERVICES}/new/.env", "A" * 1_100_000)),
    ("files.foreign_script", lambda t: (
        t.add(WHISPER, "volumes: ['./start.sh:/start.sh']"), t.put(f"{SERVICES}/{WHISPER}/start.sh", "#!/bin/sh\r\necho\r\n"))),
    ("secrets.drift", lambda t: t.put("notebooks/comfyui-client.env", f"COMFYUI_API_TOKEN='{OTHER}'\n")),
    ("secrets.malformed", lambda t: t.put("notebooks/comfyui-client.env", f"COMFYUI_API_TOKEN='{OTHER}x'\n")),
    ("compose.broken", lambda t: t.service(WHISPER, "services:", "services: [")),
    ("compose.broken", lambda t: t.add(WHISPER, "hostname: ${NEEDED:?name the host}")),
    ("compose.broken", lambda t: t.service(WHISPER, "    image:", "    x-image:")),
    ("compose.broken", lambda t: t.service(WHISPER, "    environment:", "    enviroment:")),
    ("compose.broken", lambda t: t.add(WHISPER, "extends: base")),
    ("compose.ignored", lambda t: t.put(f"{SERVICES}/{WHISPER}/docker-compose.yaml", t.text(f"{SERVICES}/{WHISPER}/docker-compose.yml"))),
    ("compose.missing_mount", lambda t: t.add(WHISPER, "volumes: ['./nothing.token:/token']")),
    ("container.root", lambda t: t.service(FORGE, 'user: "1000:1000"', "user: root")),
    ("container.no_memory_limit", lambda t: t.service(FORGE, "    mem_limit: 32g\n", "")),
    ("container.small_shared_memory", lambda t: t.service(FORGE, "    shm_size: 8gb\n", "")),
    ("container.privileged", lambda t: t.add(FORGE, "privileged: true")),
    ("container.broad_rights", lambda t: t.add(FORGE, "cap_add: [sys_admin]")),
    ("container.broad_rights", lambda t: t.add(WHISPER, "pid: host")),
    ("container.system_folder", lambda t: t.add(FORGE, "volumes: ['/:/host']")),
    ("container.engine_socket", lambda t: t.add(WHISPER, "volumes: ['/var/run:/var/run:ro']")),
    ("container.secret_in_command", lambda t: t.add(WHISPER, "command: serve --api-token of-theirs-1")),
    ("worker.any_origin", lambda t: t.service(QWEN, "    environment:\n", "    environment:\n      - CLI_ARGS=--enable-cors-header *\n")),
    ("compose.broken", lambda t: t.add(WHISPER, "env_file: gone.env")),
    ("compose.broken", lambda t: t.add(WHISPER, "extends: {file: gone.yml, service: base}")),
    ("container.engine_socket", lambda t: t.add(FORGE, "volumes: ['/var/run/docker.sock:/var/run/docker.sock']")),
    ("container.secret_in_environment", lambda t: t.service(VIDEO, ENV, f"{ENV}\n      - HF_TOKEN={TOKEN}")),
    ("container.blind_health_check", lambda t: t.service(QWEN, '"curl", "-s",', '"curl", "-f",')),
    ("container.installs_at_start", lambda t: t.add(VIDEO, "command: bash -c 'pip install torch && python main.py'")),
    ("container.installs_at_start", lambda t: (
        t.add(VIDEO, "volumes: ['./start.sh:/start.sh']"),
        t.put(f"{SERVICES}/{VIDEO}/start.sh", "#!/bin/sh\npip3 install torch\nexec python main.py\n"))),
    ("container.little_memory", lambda t: (
        models(t, "a.gguf", b"GGUF"), os.truncate(t.root / f"{SERVICES}/{VIDEO}/models/checkpoints/a.gguf", 33 << 30))),
    ("image.floating", lambda t: t.service(FORGE, "forge:1", "forge")),
    ("gate.configuration", lambda t: t.put("comfygate.yaml", "listen: {adresses: [127.0.0.1:8288]}\n")),
    ("port.public", lambda t: t.service(VIDEO, "127.0.0.1:8189:8188", "8189:8188")),
    # What a file named override adds counts in the one beside it, and lacks nothing that stands there.
    ("port.public", lambda t: t.put(
        f"{SERVICES}/{FORGE}/docker-compose.override.yml", f"services: {{{FORGE}: {{ports: ['17869:7860']}}}}\n")),
    ("worker.any_origin", lambda t: t.add(VIDEO, "command: python main.py --listen 0.0.0.0 --enable-cors-header")),
    ("login.empty_key", lambda t: t.service(WHISPER, ENV, ENV + "\n      - API_KEY=${WHISPER_KEY_OF_OLD:-}")),
    ("login.fresh_hash", lambda t: t.service(VIDEO, ENV, ENV + "\n      - COMFYUI_PASSWORD=changeme")),
    ("gpu.filtered_twice", lambda t: t.add(FORGE, "environment: {CUDA_VISIBLE_DEVICES: 1}")),
    ("gpu.named_by_number", lambda t: t.service(FORGE, CARDS[1], "1")),
    ("gpu.no_such_card", lambda t: t.service(FORGE, CARDS[1], "GPU-deadbeef")),
    ("models.truncated", lambda t: models(t, "a.safetensors", safetensors(500, 300))),
    ("models.not_a_model", lambda t: models(t, "a.safetensors", "<!DOCTYPE html><html>")),
    ("models.unfinished", lambda t: models(t, "a.safetensors.part", "x")),
]


def main():
    program = os.path.abspath(sys.argv[1])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cg-fixture-"))
    wrong = 0
    try:
        compiler = next((name for name in ["cc", "clang", "gcc"] if shutil.which(name)), None)
        if compiler is None:
            sys.exit("check_fixture: there is no C compiler for the stand-in of NVIDIA's library")
        (folder / "nvml").mkdir()
        source = pathlib.Path(__file__).with_name("nvml_stub.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "nvml/libnvidia-ml.so.1", source], check=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COMFYGATE_")}
        environment.update(
            LD_LIBRARY_PATH=str(folder / "nvml"), DOCKER_HOST=f"unix://{folder}/none.sock", HOME=str(folder / "home"),
            XDG_STATE_HOME=str(folder / "state"))

        def look(root):
            result = subprocess.run(
                [program, "check", "--root", root, "--json", "--no-history", "--lang", "en"], env=environment,
                capture_output=True, text=True)
            report = json.loads(result.stdout)
            # What this machine itself may be short of is not the tree's fault.
            faults = [fault for fault in report["faults"] if not fault["check"].startswith(("machine.", "disk."))]
            return {fault["check"] for fault in faults}, faults

        whole = Tree(folder / "whole")
        shutil.copytree(FIXTURE, whole.root)
        for place in whole.root.rglob("*"):
            place.chmod(0o700 if place.is_dir() else 0o600)
        before, _ = look(whole.root)
        heal(whole, program, environment)
        after, faults = look(whole.root)
        print(f"check_fixture: {len(before)} kinds of faults in the tree as it was, {len(after)} in the healed one")
        if after:
            sys.exit(f"check_fixture: the healed tree is not green: {faults}")
        for number, (check, plant) in enumerate(PLANTED):
            tree = Tree(folder / f"tree{number}")
            shutil.copytree(whole.root, tree.root, symlinks=True)
            plant(tree)
            found, faults = look(tree.root)
            if found != {check}:
                wrong += 1
                print(f"check_fixture: {check}: found {sorted(found)}: {[fault['place'] for fault in faults]}")
            shutil.rmtree(tree.root)
        print(f"check_fixture: {len(PLANTED)} faults planted one at a time, {wrong} wrong")
        return 1 if wrong else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
