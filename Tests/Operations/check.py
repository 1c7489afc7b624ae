"""`comfygate check` on a real Docker Engine: containers with one fault each, and what is found.

usage: check.py PROGRAM [--where-possible]

Starts an engine of its own (Debian's docker.io) in a new folder, without a bridge and without touching the firewall; images are
busybox alone. With --where-possible a machine that cannot run one is named and left out.
"""

import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

import check_alone
from check_alone import PATIENCE, STATE, TOKEN, Wrong, check, found

# Each container's name, what makes it faulty, and what has to be found there.
FAULTS = {
    "sound": (["--user", "1000:1000", "--memory", "64m"], ["sleep", "600"], set()),
    "rooted": (["--memory", "64m"], ["sleep", "600"], {"container.root"}),
    "greedy": (["--user", "1000:1000"], ["sleep", "600"], {"container.no_memory_limit"}),
    "almighty": (["--user", "1000:1000", "--memory", "64m", "--privileged"], ["sleep", "600"], {"container.privileged"}),
    "engineer": (["--user", "1000:1000", "--memory", "64m", "-v", "SOCKET:/var/run/docker.sock"], ["sleep", "600"],
                 {"container.engine_socket"}),
    "talkative": (["--user", "1000:1000", "--memory", "64m", "-e", f"HF_TOKEN={TOKEN}"], ["sleep", "600"],
                  {"container.secret_in_environment"}),
    "careless": (["--user", "1000:1000", "--memory", "64m", "-e", "API_KEY="], ["sleep", "600"], {"login.empty_key"}),
    "failed": (["--user", "1000:1000", "--memory", "64m"], ["sh", "-c", "exit 3"], {"container.ended"}),
    "dying": (["--user", "1000:1000", "--memory", "64m", "--restart", "always"], ["sh", "-c", "exit 3"],
              {"container.restarting"}),
    "ill": (["--user", "1000:1000", "--memory", "64m", "--health-cmd", "echo no; exit 1", "--health-interval", "100ms",
             "--health-retries", "1"], ["sleep", "600"], {"container.unhealthy"}),
    "blind": (["--user", "1000:1000", "--memory", "64m", "-e", "COMFYUI_LOGIN_ENABLED=true", "--health-cmd",
               "curl -f http://localhost:8188/ || true", "--health-interval", "1h"], ["sleep", "600"],
              {"container.blind_health_check"}),
    "installer": (["--user", "1000:1000", "--memory", "64m"], ["sh", "-c", "pip install torch || sleep 600"],
                  {"container.installs_at_start"}),
}


class Engine:
    """A Docker Engine in a folder."""

    def __init__(self, folder):
        self.socket = folder / "docker.sock"
        self.log = open(folder / "log", "wb")
        self.process = subprocess.Popen(
            ["dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", "-H", f"unix://{self.socket}",
             "--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile", folder / "pid",
             "--storage-driver", "vfs", "--add-runtime", f"nvidia={shutil.which('runc') or 'runc'}"],
            stdout=self.log, stderr=subprocess.STDOUT)
        self.environment = {**os.environ, "DOCKER_HOST": f"unix://{self.socket}"}

    def is_up(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            if self.socket.exists() and self.docker("version", check=False).returncode == 0:
                return True
            time.sleep(0.1)
        return False

    def docker(self, *words, check=True, **options):
        client = "/usr/bin/docker" if os.path.exists("/usr/bin/docker") else "docker"
        return subprocess.run([client, *words], env=self.environment, check=check, capture_output=True, **options)

    def busybox(self):
        """An image of nothing but busybox."""
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            # Its mode is that of the image's root, and not everybody in a container is root.
            root.chmod(0o755)
            (root / "bin").mkdir()
            shutil.copy("/bin/busybox", root / "bin/busybox")
            for tool in ["sh", "sleep", "cat", "echo", "true"]:
                (root / "bin" / tool).symlink_to("busybox")
            tar = subprocess.run(["tar", "-C", root, "-c", "."], check=True, capture_output=True).stdout
            self.docker("import", "-", "example/busybox:1", input=tar)

    def end(self):
        names = self.docker("ps", "-aq", check=False).stdout.split()
        if names:
            self.docker("rm", "-f", *[name.decode() for name in names], check=False)
        self.process.terminate()
        self.process.wait(PATIENCE)


def diagnoses(program, project, engine, wrong):
    """What is said of containers that should answer and do not."""
    says = {"installing": "Collecting torch==2.6.0", "loading": "Total VRAM 24576 MB",
            "inside": "To see the GUI go to: http://127.0.0.1:8188"}
    for name, line in says.items():
        engine.docker("run", "-d", "--network", "host", "--user", "1000:1000", "--memory", "64m", "--name", name,
                      "example/busybox:1", "sh", "-c", f"echo '{line}'; sleep 600")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    wanted = {"failed": {"worker.stopped"}, "dying": {"worker.dies", "worker.stopped"}, "installing": {"worker.installing"},
              "loading": {"worker.loading"}, "inside": {"worker.listens_inside"}}
    for name, causes in wanted.items():
        result = subprocess.run(
            [program, "diagnose", "--json", "--root", project, "--url", address, "--container", name],
            capture_output=True, text=True, env=engine.environment, timeout=PATIENCE)
        found = [cause["id"] for cause in json.loads(result.stdout or "{}").get("causes", [])]
        wrong.unless(found and found[0] in causes, f"{name}: diagnosed {found}, not {causes}: {result.stderr}")
    engine.docker("rm", "-f", *says)


def stale(program, project, engine, wrong):
    """A single file that is mounted, and then replaced as editors and our own scripts of old did it."""
    token = project / "a token"
    token.write_text("old")
    engine.docker("run", "-d", "--network", "host", "--user", "1000:1000", "--memory", "64m", "--name", "mounter",
                  "-v", f"{token}:/token:ro", "example/busybox:1", "sleep", "600")
    _, report = check(program, project, f"unix://{engine.socket}")
    wrong.unless(found(report, "mounter") == set(), f"a mount that is fresh: {found(report, 'mounter')}")
    new = project / "new"
    new.write_text("new")
    new.replace(token)
    _, report = check(program, project, f"unix://{engine.socket}")
    wrong.unless(found(report, "mounter") == {"container.stale_mount"}, f"a stale mount: {found(report, 'mounter')}")
    # Where the engine's processes are not this machine's, as with Docker Desktop, the container itself is asked.
    apart = ["unshare", "--pid", "--fork", "--mount-proc", program]
    result = subprocess.run(
        [*apart, "check", "--root", project, "--json", "--only", "container.stale_mount"], capture_output=True, text=True,
        env=engine.environment, timeout=PATIENCE)
    wrong.unless("container.stale_mount" in result.stdout, f"asked from apart: {result.stdout} {result.stderr}")
    inside = engine.docker("exec", "mounter", "cat", "/token").stdout
    wrong.unless(inside == b"old", f"the container sees {inside}: nothing is stale here")
    engine.docker("restart", "-t", "0", "mounter")
    _, report = check(program, project, f"unix://{engine.socket}")
    wrong.unless(found(report, "mounter") == set(), f"restarted: {found(report, 'mounter')}")
    engine.docker("rm", "-f", "mounter")


def inside(program, project, engine, folder, wrong):
    """Which card a container has, by a stand-in for nvidia-smi inside it; its runtime is called NVIDIA's and is none."""
    compiler = next((name for name in ["cc", "clang", "gcc"] if shutil.which(name)), None)
    if compiler is None:
        return
    place = folder / "inside"
    place.mkdir()
    subprocess.run([compiler, "-shared", "-fPIC", "-o", place / "libnvidia-ml.so.1",
                    pathlib.Path(__file__).with_name("nvml_stub.c")], check=True)
    first, second = "GPU-11111111-2222-3333-4444-555555555555", "GPU-66666666-7777-8888-9999-000000000000"
    says = {
        "right": (f"echo {first}", set()), "other": (f"echo {second}", {"gpu.other_card"}),
        "none": ("echo No devices were found", {"gpu.none_inside"}),
        "lost": ("echo Failed to initialize NVML: Unknown Error; exit 255", {"gpu.none_inside"}), "mute": (None, set())}
    for name, (line, _) in says.items():
        mounts = []
        if line:
            (place / name).write_text(f"#!/bin/sh\n{line}\n")
            (place / name).chmod(0o755)
            mounts = ["-v", f"{place / name}:/bin/nvidia-smi:ro"]
        engine.docker("run", "-d", "--network", "host", "--user", "1000:1000", "--memory", "64m", "--shm-size", "128m",
                      "--runtime", "nvidia", "-e", f"NVIDIA_VISIBLE_DEVICES={first}", "--name", name, *mounts,
                      "example/busybox:1", "sleep", "600")
    old = os.environ.get("LD_LIBRARY_PATH")
    os.environ["LD_LIBRARY_PATH"] = str(place)
    try:
        _, report = check(program, project, f"unix://{engine.socket}")
    finally:
        os.environ.pop("LD_LIBRARY_PATH") if old is None else os.environ.update({"LD_LIBRARY_PATH": old})
    for name, (_, wanted) in says.items():
        wrong.unless(found(report, name) == wanted, f"a container's card, {name}: {found(report, name)}")
    seen = {container["name"]: container["cards"] for container in report["seen"]["containers"]}
    wrong.unless((seen["other"], seen["none"], seen["mute"]) == ([second], [], None), f"cards inside: {seen}")
    engine.docker("rm", "-f", *says)


def aged(program, project, engine, wrong):
    """An image of years ago: the same one, with another date in its papers."""
    saved = engine.docker("save", "example/busybox:1").stdout
    with tarfile.open(fileobj=io.BytesIO(saved)) as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
    manifest = json.loads(files["manifest.json"])
    papers = json.loads(files[manifest[0]["Config"]])
    papers["created"] = "2020-01-02T03:04:05Z"
    files[manifest[0]["Config"]] = json.dumps(papers).encode()
    manifest[0]["RepoTags"] = ["example/old:1"]
    files["manifest.json"] = json.dumps(manifest).encode()
    files.pop("repositories", None)
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    engine.docker("load", input=target.getvalue())
    engine.docker("run", "-d", "--network", "host", "--user", "1000:1000", "--memory", "64m", "--name", "aged",
                  "example/old:1", "sleep", "600")
    _, report = check(program, project, f"unix://{engine.socket}")
    faults = [fault for fault in report["faults"] if fault["place"] == "aged"]
    wrong.unless([fault["check"] for fault in faults] == ["image.old"] and "2020-01-02" in faults[0]["evidence"],
                 f"an old image: {faults}")
    engine.docker("rm", "-f", "aged")


def on_host(program, project, engine, wrong):
    """A ComfyUI on the host's network, which publishes nothing: it is found by the port that its command names."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        engine.docker("run", "-d", "--network", "host", "--user", "1000:1000", "--memory", "64m", "--name", "comfyui-host",
                      "example/busybox:1", "sh", "-c", f"sleep 600 # main.py --port {port}")
        threading.Thread(target=lambda: [silent.accept()[0].close() for _ in range(3)], daemon=True).start()
        _, report = check(program, project, f"unix://{engine.socket}", "--only", "workers")
        places = [fault["place"] for fault in report["faults"] if fault["check"] == "worker.silent"]
        wrong.unless(places == [f"comfyui-host (http://127.0.0.1:{port})"], f"a worker on the host's network: {places}")
    engine.docker("rm", "-f", "comfyui-host")


def main():
    program = os.path.abspath(sys.argv[1])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cg-check-"))
    project = folder / "project"
    project.mkdir()
    wrong = Wrong()
    engine = None
    try:
        check_alone.run(program, folder, wrong)
        if shutil.which("dockerd") is None or os.geteuid() != 0:
            print("check: skipped the real engine: there is no dockerd, or this user may not start it")
            return 0 if "--where-possible" in sys.argv and not wrong.count else 1
        (folder / "engine").mkdir()
        engine = Engine(folder / "engine")
        if not engine.is_up():
            print("check: skipped the real engine: dockerd does not start here")
            print((folder / "engine/log").read_text()[-2000:])
            return 0 if "--where-possible" in sys.argv and not wrong.count else 1
        engine.busybox()
        for name, (options, words, _) in FAULTS.items():
            options = [word.replace("SOCKET", str(engine.socket)) for word in options]
            engine.docker("run", "-d", "--network", "host", "--name", name, *options, "example/busybox:1", *words)
        end = time.monotonic() + PATIENCE
        while True:
            code, report = check(program, project, f"unix://{engine.socket}")
            seen = {name: found(report, name) for name in FAULTS}
            # What the engine notices only after a while: the health check, the second restart.
            if all(seen[name] == wanted for name, (_, _, wanted) in FAULTS.items()) or time.monotonic() > end:
                break
            time.sleep(0.2)
        stale(program, project, engine, wrong)
        for name, (_, _, wanted) in FAULTS.items():
            wrong.unless(seen[name] == wanted, f"{name}: {sorted(seen[name])} instead of {sorted(wanted)}")
        wrong.unless(code == 5, f"exit code {code} instead of 5")
        wrong.unless(TOKEN not in json.dumps(report), "a secret stands in the report")
        diagnoses(program, project, engine, wrong)
        inside(program, project, engine, folder, wrong)
        aged(program, project, engine, wrong)
        on_host(program, project, engine, wrong)
        engine.docker("rm", "-f", *[name for name in FAULTS if name != "sound"])
        code, report = check(program, project, f"unix://{engine.socket}", "--only", "containers,hardening,login")
        wrong.unless((code, report["faults"]) == (0, []), f"a sound container alone: {code} {report['faults']}")
        version = engine.docker("version", "--format", "{{.Server.APIVersion}}").stdout.decode().strip()
        print(f"check: {len(FAULTS)} containers on a real engine of API {version}, {wrong.count} wrong")
        return 1 if wrong.count else 0
    finally:
        if engine:
            engine.end()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(STATE, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
