"""Stops `secrets sync` and `secrets rotate` at every call that changes something: by SIGKILL, and by a call that fails.

usage: crashes.py PROGRAM [--all]
After the next start the project is entirely old or entirely new, and the exit status has told the truth. Without --all each
call is killed once and fails once, in turn by ENOSPC, EROFS and EIO; with it, it fails in all three ways. Wants strace.

Strace counts calls for each thread by itself, so that the number of a call of the one that works also hits the loader or the
parser of the command's words, in a thread that has not got so far: exit status 127 (a library could not be opened) and 2 (a file
that an option names could not be read) are true answers then, but only while the project is untouched.
"""

import collections
import concurrent.futures
import crypt
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from project import SOURCE

KINDS = (
    "openat write pwrite64 fsync fdatasync rename renameat renameat2 unlink unlinkat link linkat ftruncate fallocate "
    "fchmod fchown fsetxattr fremovexattr mkdir mkdirat flock"
).split()
ERRORS = ["ENOSPC", "EROFS", "EIO"]
OLD, NEW = "S3CRET-old-token-of-the-project", "S3CRET-new-token-of-the-project"
# Cheap, so that a run takes little more than its calls.
HASH = crypt.crypt(OLD, "$2b$04$" + "1" * 21 + "e")
SECONDS = 60


class Broken(Exception):
    pass


def lay(root, drifted):
    """Every location right, or each with another value."""
    def value(right):
        return "drifted" if drifted else right

    files = {
        ".env": (f"# main\nCOMFYUI_API_TOKEN='{value(HASH)}'\nOTHER=x\n", 0o600),
        "qwen/.env": (f"COMFYUI_RAW_TOKEN={value(OLD)}\r\nTZ=Europe/Paris\r\n", 0o644),
        "login/PASSWORD": (f"{value(HASH)}\nadmin", 0o644),
        "clients.json": (json.dumps({"auth": {"token": value(OLD)}}), 0o600),
        "video/docker-compose.yml": ("services: {}\n", 0o644),
        SOURCE: (json.dumps({
            "version": "1.1", "raw_token": OLD, "bcrypt_hash": HASH, "locations": [
                ".env", "qwen/.env", {"path": "login/PASSWORD", "in_place": True},
                {"path": "clients.json", "key": "/auth/token", "value": "raw"},
                {"path": "video/.env", "key": "COMFYUI_BEARER_TOKEN"},
            ]}), 0o600),
    }
    for path, (text, mode) in files.items():
        file = root / path
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        file.chmod(mode)


def snapshot(root):
    """Content and mode of every file a change is about; what a rotation makes anew each time stands for itself."""
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = pathlib.Path(folder) / name
            key = str(path.relative_to(root))
            if key in (".secrets/.journal/lock", ".secrets/changes.log"):
                continue
            found[key] = (path.read_bytes(), path.stat().st_mode & 0o777)
    source = json.loads(found[SOURCE][0])
    fresh = source["bcrypt_hash"]
    if fresh != HASH:
        for key, (content, mode) in found.items():
            found[key] = (content.replace(fresh.encode(), b"FRESH"), mode)
        text = re.sub(rb'"(rotated_at|until)": "[^"]*"', rb'"\1": "TIME"', found[SOURCE][0])
        found[SOURCE] = (text, found[SOURCE][1])
    return found


class Bench:
    def __init__(self, program, folder, command, drifted):
        self.program, self.folder, self.command = program, pathlib.Path(folder), command
        self.token = self.folder / "token"
        self.token.write_text(NEW)
        self.drifted = drifted
        self.outcomes = collections.Counter()
        old = self.fresh("old")
        self.old = snapshot(old / "tree")
        status, said, _ = self.run(old, *self.words())
        if status != 0:
            raise Broken(f"{command} without a fault: {said}")
        self.new = snapshot(old / "tree")

    def words(self):
        return ["rotate", "--token-file", str(self.token)] if self.command == "rotate" else [self.command]

    def fresh(self, name):
        work = self.folder / self.command / name
        (work / "home").mkdir(parents=True)
        (work / "tree").mkdir()
        lay(work / "tree", self.drifted)
        return work

    def run(self, work, *words, injection=None, log=None):
        trace = []
        if injection or log:
            trace = ["strace", "-f", "-qq", "-s", "4096", "-e", "signal=none", "-o", log or "/dev/null"]
            trace += ["-e", "trace=" + ",".join("?" + kind for kind in KINDS)]
            if injection:
                trace += ["-e", "inject=" + injection]
        result = subprocess.run(
            [*trace, self.program, "secrets", *words, "--lang", "en"], cwd=work / "tree", capture_output=True,
            text=True, timeout=SECONDS, env={"HOME": str(work / "home"), "PATH": os.environ["PATH"]})
        said = result.stdout + result.stderr
        if "S3CRET" in said or "$2b$" in said.replace("$2b$…", ""):
            raise Broken("a message tells a secret: " + said)
        return result.returncode, said, result.stderr

    def calls(self):
        """{kind: the numbers of its calls since the program began to look at the project}."""
        work = self.fresh("baseline")
        log = str(work / "trace")
        self.run(work, *self.words(), log=log)
        numbers, seen, begun, thread = collections.defaultdict(list), collections.Counter(), False, None
        with open(log) as lines:
            for line in lines:
                match = re.match(r"(\d+) +(\w+)\(", line)
                if not match:
                    continue
                key = match.groups()
                seen[key] += 1
                if not begun and ("tree" in line or '".secrets' in line or '"./.secrets' in line):
                    begun, thread = True, match[1]
                # One thread does all the work.
                if begun and match[1] == thread:
                    numbers[match[2]].append(seen[key])
        return numbers

    def one(self, name, kind, number, fault):
        injection = f"{kind}:signal=KILL:when={number}" if fault == "KILL" else f"{kind}:error={fault}:when={number}"
        work = self.fresh(name)
        tree = work / "tree"
        where = f"{self.command} {injection}"
        status, said, _ = self.run(work, *self.words(), injection=injection)
        # The next start ends what was stopped, and changes nothing else: there is no rotation to go on with.
        _, recovered, _ = self.run(work, "rotate", "--resume")
        if "No rotation was stopped." not in recovered:
            raise Broken(f"{where}: the next start said {recovered}")
        found = snapshot(tree)
        state = "old" if found == self.old else "new" if found == self.new else None
        if not state:
            keys = sorted(key for key in set(found) | set(self.new) if found.get(key) not in (self.old.get(key), self.new.get(key)))
            raise Broken(f"{where}: neither old nor new: {keys or 'a mixture'}\n{said}")
        if status == 0 and state != "new" or status == 1 and "Nothing was changed" in said and state != "old":
            raise Broken(f"{where}: status {status}, and the project is {state}: {said}")
        # The loader (127), or the words of the command (2), were hit before it began: see above.
        if status not in (0, 1, 2, -9, 127, 137) or status in (2, 127) and state != "old":
            raise Broken(f"{where}: status {status}: {said}")
        code, said, _ = self.run(work, "sync", "--quiet")
        if code != 0:
            raise Broken(f"{where}: afterwards a sync says {code}: {said}")
        shutil.rmtree(work)
        return state


def main():
    program = os.path.abspath(sys.argv[1])
    everything = "--all" in sys.argv[2:]
    runs, broken = 0, []
    with tempfile.TemporaryDirectory(prefix="comfygate-crashes.") as folder:
        for command, drifted in (("sync", True), ("rotate", False)):
            bench = Bench(program, folder, command, drifted)
            jobs, states = [], collections.Counter()
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
                turn = 0
                for kind, numbers in bench.calls().items():
                    for number in numbers:
                        faults = ["KILL", *(ERRORS if everything else [ERRORS[turn % 3]])]
                        turn += 1
                        for fault in faults:
                            name = f"{kind}-{number}-{fault}"
                            jobs.append(pool.submit(bench.one, name, kind, number, fault))
                for job in jobs:
                    try:
                        states[job.result()] += 1
                    except (Broken, subprocess.TimeoutExpired, OSError, ValueError, KeyError) as error:
                        broken.append(str(error))
            runs += len(jobs)
            print(f"crashes: {command}: {len(jobs)} runs, {states['old']} old, {states['new']} new")
            if not (states["old"] and states["new"]):
                broken.append(f"{command}: never old, or never new")
    for line in broken[:20]:
        print("crashes: " + line)
    print(f"crashes: {runs} runs, {len(broken)} broken")
    return 1 if broken or runs < 500 else 0


if __name__ == "__main__":
    sys.exit(main())
