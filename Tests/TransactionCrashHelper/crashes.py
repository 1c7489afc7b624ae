"""Runs TransactionCrashHelper under strace(1), which kills it or lets a call fail, at each call of each kind.

After every run, and after the recovery that follows it, the tree must be entirely old or entirely new, without leftovers,
and the exit status must have told the truth.
"""

import collections
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

# Calls that change something, in the spelling of several machines; strace passes over those it does not know. Whatever
# opens a file for reading is among them, too: a failure there must be as harmless.
KINDS = (
    "openat write pwrite64 fsync fdatasync rename renameat renameat2 unlink unlinkat link linkat ftruncate fallocate "
    "fchmod fchown fsetxattr fremovexattr mkdir mkdirat flock fstatfs"
).split()
ERRORS = ["ENOSPC", "EROFS", "EIO"]
LOCATIONS = (
    ".env qwen/.env links/qwen.env .secrets/api.token login/PASSWORD video/.env forge/.env master.env"
).split()
IN_PLACE = [".secrets/api.token", "login/PASSWORD"]
DONE, REFUSED, UNFINISHED = 0, 1, 3
SECONDS = 20
TOTAL_SECONDS = 900


class Broken(Exception):
    pass


def snapshot(root):
    """Everything a change may touch: {path: (content or link, mode, owner, attributes)}."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            facts = os.lstat(path)
            key = os.path.relpath(path, root)
            if os.path.islink(path):
                content = os.readlink(path)
            elif os.path.isdir(path):
                content = None
            else:
                with open(path, "rb") as file:
                    content = file.read()
            extra = {
                name: os.getxattr(path, name, follow_symlinks=False)
                for name in os.listxattr(path, follow_symlinks=False)
            }
            found[key] = (content, facts.st_mode, facts.st_uid, facts.st_gid, extra)
    return found


def decorate(root):
    """Owner and attributes that only survive when they are carried over."""
    for path in (".env", "qwen/.env"):
        path = os.path.join(root, path)
        try:
            os.setxattr(path, "user.comfygate", b"kept")
        except OSError:
            pass
        if os.geteuid() == 0:
            os.chown(path, 12345, 12346)


class Bench:
    def __init__(self, helper, folder):
        self.helper = helper
        self.folder = folder
        self.counts = collections.Counter()
        self.states = {}
        for state in ("old", "new"):
            path = os.path.join(folder, state)
            subprocess.run([helper, state, path], check=True)
            decorate(path)
            self.states[state] = snapshot(path)

    def fresh(self, name):
        """A work folder with the old tree."""
        work = os.path.join(self.folder, name)
        root = os.path.join(work, "tree")
        shutil.copytree(os.path.join(self.folder, "old"), root, symlinks=True)
        decorate(root)
        return work, root

    def call(self, command, work, injections=(), log=None, more=()):
        root = os.path.join(work, "tree")
        words = [self.helper, command, root, os.path.join(root, ".secrets/.journal")]
        if injections or log:
            kinds = ",".join("?" + kind for kind in KINDS)
            # Not with --seccomp-bpf: strace 6.1 then loses the signals it shall inject.
            trace = ["strace", "-f", "-qq", "-s", "4096", "-e", "signal=none", "-e", "trace=" + kinds]
            trace += ["-o", log or "/dev/null"]
            trace += more
            for injection in injections:
                trace += ["-e", "inject=" + injection]
            words = trace + words
        run = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS)
        said = run.stdout + run.stderr
        if "S3CRET" in said:
            raise Broken("a message tells content: " + said)
        return run.returncode, run.stdout, run.stderr

    def baseline(self, command, work, always=()):
        """{kind: the numbers of its calls since the program itself began}."""
        log = os.path.join(work, "trace")
        self.call(command, work, always, log)
        numbers = collections.defaultdict(list)
        seen = collections.Counter()
        begun = False
        with open(log) as lines:
            for line in lines:
                match = re.match(r"\d+ +(\w+)\(", line)
                if not match:
                    continue
                kind = match.group(1)
                seen[kind] += 1
                begun = begun or work in line
                if begun:
                    numbers[kind].append(seen[kind])
        return dict(numbers)

    # What must hold

    def state_of(self, work, where):
        root = os.path.join(work, "tree")
        found = snapshot(root)
        journal = sorted(key for key in found if key.startswith(".secrets/.journal"))
        for key in journal:
            wanted = 0o700 if key == ".secrets/.journal" else 0o600
            if found[key][1] & 0o777 != wanted:
                raise Broken(f"{where}: {key} has mode {found[key][1]:o}")
        tree = {key: found[key] for key in found if key not in journal}
        left = [key for key in journal if key not in (".secrets/.journal", ".secrets/.journal/lock")]
        for name, state in self.states.items():
            if tree == state:
                return name, left
        wrong = {
            name: sorted(key for key in set(tree) | set(state) if tree.get(key) != state.get(key))
            for name, state in self.states.items()
        }
        return f"neither old nor new: {wrong}", left

    def expect(self, work, wanted, where):
        state, left = self.state_of(work, where)
        if state not in wanted:
            raise Broken(f"{where}: the tree is {state}, not {' or '.join(wanted)}")
        if left:
            raise Broken(f"{where}: left behind: {left}")
        return state

    def inodes(self, work):
        return [os.stat(os.path.join(work, "tree", path)).st_ino for path in IN_PLACE]

    def judge(self, work, status, out, err, where):
        """After the change itself: is what it said true? Returns the states that recovery may lead to."""
        said = err.strip()
        if status == DONE:
            if "changed" not in out:
                raise Broken(f"{where}: success without a word")
            if "warning" not in out:
                self.expect(work, ["new"], where)
            return ["new"]
        if status == REFUSED:
            self.expect(work, ["old"], where)
            if not any(location in said for location in LOCATIONS) and work not in said:
                raise Broken(f"{where}: the message names no file: {said}")
            return ["old"]
        if status == UNFINISHED:
            return ["old", "new"]
        if status not in (-9, 137):
            raise Broken(f"{where}: status {status}: {said}")
        return ["new"] if "changed" in out else ["old", "new"]

    def one(self, name, injection, always, recovery_kill):
        work, _ = self.fresh(name)
        where = f"{name} {injection} {' '.join(always)}"
        before = self.inodes(work)
        status, out, err = self.call("run", work, (*always, injection))
        wanted = self.judge(work, status, out, err, where)
        outcome = {DONE: "done", REFUSED: "refused", UNFINISHED: "unfinished"}.get(status, "killed")
        stopped = 0
        if recovery_kill:
            code, _, _ = self.call("recover", work, [recovery_kill])
            stopped = code != DONE
            where += f", recovery {recovery_kill}"
        code, out, err = self.call("recover", work)
        if code != 0 or "conflict" in out:
            raise Broken(f"{where}: recovery said {code}: {out}{err}")
        state = self.expect(work, wanted, where)
        if self.inodes(work) != before:
            raise Broken(f"{where}: a file in place has another inode")
        code, out, _ = self.call("recover", work)
        if code != 0 or "nothing" not in out:
            raise Broken(f"{where}: a second recovery found something: {out}")
        shutil.rmtree(work)
        return outcome, state, stopped


def mounts(bench):
    """Real mounts in the tree: a file by itself, which only a change in place can write, and a read-only folder."""
    if os.geteuid() != 0:
        return
    cases = [
        ("api.token", ".secrets/api.token", [], DONE, ""), (".env", ".env", [], REFUSED, "mounted by itself"),
        ("qwen", "qwen", ["-o", "remount,bind,ro"], REFUSED, "read-only"),
    ]
    for name, path, options, wanted, word in cases:
        work, root = bench.fresh("mount-" + name)
        target = os.path.join(root, path)
        source = os.path.join(work, "source")
        if os.path.isdir(target):
            source = target
        else:
            shutil.copy2(target, source)
            facts = os.stat(target)
            os.chown(source, facts.st_uid, facts.st_gid)
        if subprocess.run(["mount", "--bind", source, target], capture_output=True).returncode != 0:
            return
        try:
            if options:
                subprocess.run(["mount", *options, target], check=True)
            status, out, err = bench.call("run", work)
            if status != wanted or word not in err or (wanted == REFUSED and path not in err):
                raise Broken(f"{path} mounted: {status}: {out}{err}")
            bench.expect(work, ["new" if wanted == DONE else "old"], f"{path} mounted")
        finally:
            subprocess.run(["umount", target], check=True)


def full_disk(bench):
    """The change on a disk with less and less room: it stops, or it fits."""
    if os.geteuid() != 0:
        return None
    mount = os.path.join(bench.folder, "disk")
    os.mkdir(mount)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount], capture_output=True).returncode != 0:
        return None
    runs = 0
    outcomes = collections.Counter()
    try:
        for room in range(0, 41, 2):
            work = os.path.join(mount, "work")
            shutil.copytree(os.path.join(bench.folder, "old"), os.path.join(work, "tree"), symlinks=True)
            decorate(os.path.join(work, "tree"))
            filler = os.path.join(mount, "filler")
            with open(filler, "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"x" * 4096)
                except OSError:
                    pass
            os.truncate(filler, max(0, os.stat(filler).st_size // 4096 - room) * 4096)
            where = f"{room} free pages"
            status, out, err = bench.call("run", work)
            wanted = bench.judge(work, status, out, err, where)
            if status == REFUSED and "full" not in err:
                raise Broken(f"{where}: {err}")
            os.unlink(filler)
            code, out, err = bench.call("recover", work)
            if code != 0:
                raise Broken(f"{where}: {err}")
            outcomes[bench.expect(work, wanted, where)] += 1
            shutil.rmtree(work)
            runs += 1
    finally:
        subprocess.run(["umount", mount], check=True)
    if not outcomes["old"] or not outcomes["new"]:
        raise Broken(f"the disk was always too small or never: {outcomes}")
    return runs


def order(bench):
    """What a power cut needs: nothing is relied on before it has been synced. Kills cannot show that, the calls do."""
    work, root = bench.fresh("order")
    log = os.path.join(work, "trace")
    bench.call("run", work, (), log, ["-y"])
    unsynced, phase, missing, syncs = set(), "", [], 0
    with open(log) as lines:
        for line in lines:
            path = re.search(r"\(\d+<([^>]*)>", line)
            if not path or not path.group(1).startswith(root) or " = -1 " in line:
                continue
            path = path.group(1)
            if "pwrite64(" in line or "ftruncate(" in line:
                if not path.endswith("/lock"):
                    unsynced.add(path)
            elif "openat(" in line and "O_CREAT" in line and "lock" not in line:
                unsynced.add(path)
            elif "fsync(" in line:
                unsynced.discard(path)
                syncs += 1
            elif "unlinkat(" in line:
                if phase == "journal.committed" and '"journal.committed"' in line:
                    missing += unsynced
                unsynced.add(path)
            elif "rename" in line:
                names = re.findall(r'"([^"]*)"', line)
                is_journal = names[1].startswith("journal")
                # Before each step of the journal, and before the first target, all that was done has reached the disk.
                if is_journal or phase == "journal.applying" and not any(root in done for done in changed):
                    # The draft of the journal needs no name that lasts.
                    missing += unsynced - ({path} if names[1] == "journal" else set())
                if is_journal:
                    phase, changed = names[1], []
                else:
                    changed.append(path)
                unsynced.add(path)
    if missing or unsynced or phase != "journal.committed" or syncs < 20:
        raise Broken(f"not synced in time: {sorted(set(missing))}, in the end: {sorted(unsynced)}, {syncs} syncs")


def shared_folder(bench):
    """A file system that says it is 9p, and keeps neither modes nor owners, nor knows links and exchanges."""
    work, _ = bench.fresh("shared")
    calls = ["fchmod:error=EPERM", "fchown:error=EPERM", "renameat2:error=EINVAL", "linkat:error=EPERM"]
    calls += ["fallocate:error=EOPNOTSUPP", "fsetxattr:error=EOPNOTSUPP", "fstatfs:poke_exit=@arg2=9719020100000000"]
    status, out, err = bench.call("run", work, calls)
    if status != DONE or out.count("warning: ") != 1 or "9p" not in out or "metadata" not in out:
        raise Broken(f"on a shared folder: {status}: {out}{err}")
    found = snapshot(os.path.join(work, "tree"))
    for path, entry in bench.states["new"].items():
        if found.get(path, [None])[0] != entry[0]:
            raise Broken(f"on a shared folder: {path} is not new")
    if any(".comfygate-" in path for path in found):
        raise Broken(f"on a shared folder: left behind: {sorted(found)}")


def main():
    helper = os.path.abspath(sys.argv[1])
    begun = time.monotonic()
    dice = random.Random(20)
    with tempfile.TemporaryDirectory(prefix="comfygate-crashes-") as folder:
        bench = Bench(helper, folder)
        runs = []
        # Where renameat2 is unknown, other calls take its place.
        without_exchange = ["renameat2:error=EINVAL"]
        without_links = without_exchange + ["linkat:error=EPERM"]
        work, _ = bench.fresh("baseline-recover")
        bench.call("run", work, ["renameat2:signal=KILL:when=2"])
        recovery = bench.baseline("recover", work)
        bench.expect(work, ["old"], "baseline of the recovery")
        for label, always in (("plain", []), ("without-exchange", without_exchange), ("without-links", without_links)):
            work, _ = bench.fresh("baseline-" + label)
            numbers = bench.baseline("run", work, always)
            bench.expect(work, ["new"], "baseline " + label)
            for kind, calls in sorted(numbers.items()):
                if any(injection.startswith(kind + ":") for injection in always):
                    continue
                # The other ways differ only in a few calls: kills at each, errors at one in three.
                for number in calls:
                    one = f"error={dice.choice(ERRORS)}"
                    actions = [f"signal=KILL:when={number}"]
                    if kind == "write":
                        pass  # Only the words of the helper go that way.
                    elif label == "plain":
                        actions += [f"error={error}:when={number}" for error in ERRORS]
                        # The call fails from now on: undoing is stopped by it, too.
                        actions.append(f"{one}:when={number}+")
                    elif dice.random() < 0.34:
                        actions.append(f"{one}:when={number}")
                    for action in actions:
                        kill = None
                        if dice.random() < 0.4:
                            kill_kind = dice.choice(sorted(set(recovery) - {"flock", "mkdir", "write"}))
                            number_there = dice.choice(recovery[kill_kind])
                            kill = f"{kill_kind}:signal=KILL:when={number_there}"
                            if dice.random() < 0.3:
                                kill = f"{kill_kind}:error={dice.choice(ERRORS)}:when={number_there}+"
                        runs.append((f"{kind}:{action}", always, kill))
        outcomes, states, stopped, failures = collections.Counter(), collections.Counter(), 0, []
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            futures = [pool.submit(bench.one, f"run-{index}", *run) for index, run in enumerate(runs)]
            for future in concurrent.futures.as_completed(futures):
                if time.monotonic() - begun > TOTAL_SECONDS:
                    for other in futures:
                        other.cancel()
                    failures.append(f"not ended after {TOTAL_SECONDS} s")
                    break
                try:
                    outcome, state, was_stopped = future.result()
                    outcomes[outcome] += 1
                    states[state] += 1
                    stopped += was_stopped
                except Exception as problem:  # Every run is judged, whatever became of the others.
                    failures.append(str(problem))
        try:
            order(bench)
            shared_folder(bench)
            mounts(bench)
            disk = full_disk(bench)
        except Broken as problem:
            disk = None
            failures.append(str(problem))
    for failure in failures[:20]:
        print("transactions: " + failure, file=sys.stderr)
    told = ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items()))
    print(
        f"transactions: {len(runs)} runs ({told}; {stopped} recoveries stopped, too), then {states['old']} trees old, "
        f"{states['new']} new, {len(failures)} broken; full disk: {disk if disk is not None else 'left out'} runs; "
        f"{time.monotonic() - begun:.0f} s"
    )
    sys.exit(1 if failures or len(runs) < 500 else 0)


main()
