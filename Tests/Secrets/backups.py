"""What was there before a change can be had again: backups, restoring, sealed tokens.

usage: backups.py PROGRAM [unittest's arguments]
Wants age and tar.
"""

import collections
import io
import json
import shutil
import subprocess
import sys
import tarfile
import unittest

import project
from project import QWEN, SOURCE, ProjectCase


class BackupCase(ProjectCase):
    def setUp(self):
        super().setUp()
        self.lay(token="the-first-token-of-all")
        self.before = self.snapshot()

    @property
    def identity(self):
        return self.home / ".config/comfygate/backup.identity"

    @property
    def folder(self):
        return next((self.home / ".local/state/comfygate/backups").iterdir())

    def backups(self):
        """Without what the last change left."""
        return sorted(file.name for file in self.folder.iterdir() if not file.name.endswith("-latest.tar.age"))

    def latest(self):
        return sorted(file.name for file in self.folder.glob("*-latest.tar.age"))

    def age(self, identity, name=None):
        """What Debian's programs find in it: {path: (bytes, mode)}."""
        opened = subprocess.run(
            ["age", "-d", "-i", str(identity), str(self.folder / (name or self.backups()[-1]))], capture_output=True)
        self.assertEqual(opened.returncode, 0, opened.stderr)
        out = self.base / "opened"
        out.mkdir(exist_ok=True)
        subprocess.run(["tar", "x", "-C", str(out), "--same-permissions"], input=opened.stdout, check=True)
        with tarfile.open(fileobj=io.BytesIO(opened.stdout)) as archive:
            return {
                member.name: ((out / member.name).read_bytes(), (out / member.name).stat().st_mode & 0o777)
                for member in archive if member.name != "BACKUP.json"}

    def same_bytes(self, paths):
        now = self.snapshot()
        for path in paths:
            self.assertEqual(now[path][0], self.before[path][0], path)


class Backups(BackupCase):
    def test_age_opens_what_was_there(self):
        self.done("unify")
        kept = self.age(self.identity)
        changed = {path for path, file in self.snapshot().items() if path in self.before and file != self.before[path]}
        self.assertIn("login/PASSWORD", changed)
        self.assertEqual(kept, {path: self.before[path] for path in changed})

    def test_everything_is_brought_back(self):
        self.done("unify")
        self.done("restore")
        self.same_bytes(self.before)

    def test_a_part_is_brought_back(self):
        self.done("unify")
        after = self.snapshot()
        self.done("restore", "--only", ".env")
        self.same_bytes([".env"])
        self.assertEqual(self.snapshot()["clients.json"], after["clients.json"])
        result = self.secrets("restore", "--only", "absent")
        self.assertEqual(result.returncode, 1)
        self.assertIn("The backup does not hold this file. It holds:", result.stderr)

    def test_a_dry_run_brings_nothing_back(self):
        self.done("unify")
        after, kept = self.snapshot(), self.backups()
        self.assertIn("files would change.", self.done("restore", "--dry-run").stderr)
        self.assertEqual((self.snapshot(), self.backups()), (after, kept))

    def test_an_older_one_is_brought_back_by_its_name(self):
        self.done("unify")
        name = self.backups()[0]
        for _ in range(2):
            self.done("unify", "--generate")
        self.done("restore", name)
        self.same_bytes(self.before)
        self.assertEqual(len(self.backups()), 4)
        listed = json.loads(self.done("history", "--json").stdout)
        self.assertEqual([line["reason"] for line in listed], ["restore", "unify", "unify", "unify"])

    def test_the_answer_names_the_backup_that_was_taken(self):
        self.done("unify")
        name = self.backups()[-1]
        self.assertEqual(json.loads(self.done("restore", "--json").stdout)["backup"], name)

    def test_a_mounted_file_keeps_its_inode(self):
        file = self.root / "login/PASSWORD"
        inode = file.stat().st_ino
        self.done("unify")
        self.assertEqual(file.stat().st_ino, inode)
        self.done("restore")
        self.assertEqual(file.stat().st_ino, inode)
        self.same_bytes(["login/PASSWORD"])

    def test_old_ones_go_by_count_and_by_age(self):
        self.done("unify")
        real = self.folder / self.backups()[0]
        def lay(year, count):
            for number in range(count):
                (self.folder / f"{year}0101T0000{number // 60:02}.{number % 60:03}Z-sync.tar.age").write_bytes(real.read_bytes())
        lay(2001, 60)
        (self.folder / "notes.txt").write_text("mine")
        self.done("unify", "--generate")
        # The newest fifty, of which two are of today.
        self.assertEqual(sum(name.startswith("2001") for name in self.backups()), 48)
        self.assertIn("notes.txt", self.backups())
        lay(2999, 60)
        self.done("unify", "--generate")
        self.assertEqual(sum(name.startswith("2001") for name in self.backups()), 0)
        self.assertEqual(sum(name.startswith("2999") for name in self.backups()), 60)

    def test_not_in_a_work_tree(self):
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        before = self.snapshot()
        result = self.secrets("unify", "--backups", str(self.root / "backups"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("one `git clean -fd` removes every backup. Name a folder outside with --backups.", result.stderr)
        self.assertEqual(self.snapshot(), before)
        subprocess.run(["git", "init", "-q", str(self.home)], check=True)
        result = self.done("unify")
        self.assertIn(f"The folder lies in the Git work tree {self.home}: one `git clean -fd`", result.stderr)

    def test_others_can_open_them(self):
        other = self.base / "other"
        subprocess.run(["age-keygen", "-o", str(other)], check=True, capture_output=True)
        recipient = subprocess.run(["age-keygen", "-y", str(other)], capture_output=True, text=True, check=True).stdout
        self.identity.parent.mkdir(parents=True)
        self.identity.with_suffix(".recipients").write_text("# the safe\n" + recipient)
        self.done("backup")
        # Their identity need not lie here.
        self.assertFalse(self.identity.exists())
        self.assertEqual(self.age(other)[".env"], self.before[".env"])
        self.done("unify")
        self.done("restore", "--identity", str(other))
        self.same_bytes(self.before)
        self.identity.with_suffix(".recipients").write_text("age1nonsense\n")
        before = self.snapshot()
        self.assertEqual(self.secrets("unify", "--generate").returncode, 1)
        self.assertEqual(self.snapshot(), before)

    def test_a_lost_identity_is_told(self):
        self.done("unify")
        self.identity.rename(self.base / "elsewhere")
        after = self.snapshot()
        result = self.secrets("restore")
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"There is no identity {self.identity}, without which no backup can be opened", result.stderr)
        self.assertEqual(self.snapshot(), after)
        self.done("restore", "--identity", str(self.base / "elsewhere"))
        self.same_bytes(self.before)

    def test_no_new_identity_is_begun_unasked(self):
        self.done("unify")
        self.identity.rename(self.base / "elsewhere")
        after, kept = self.snapshot(), self.backups()
        for words in (["unify", "--generate"], ["rotate"], ["backup"], ["restore", "--identity", str(self.base / "none")]):
            with self.subTest(words=words):
                result = self.secrets(*words)
                self.assertEqual(result.returncode, 1)
                self.assertIn(words[-1] if words[0] == "restore" else str(self.identity), result.stderr)
                self.assertEqual((self.snapshot(), self.backups()), (after, kept))
                self.assertFalse(self.identity.exists())
        # Another one that lies there is no better.
        subprocess.run(["age-keygen", "-o", str(self.identity)], check=True, capture_output=True)
        result = self.secrets("unify", "--generate")
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"The identity {self.identity} does not open the newest backup", result.stderr)
        self.assertIn("--new-identity", result.stderr)
        self.assertEqual((self.snapshot(), self.backups()), (after, kept))
        self.identity.unlink()
        result = self.done("rotate", "--new-identity")
        self.assertIn(f"{self.identity} was made", result.stderr)
        self.assertIn("only that one opens them", result.stderr)
        self.done("unify", "--generate")
        self.done("restore")
        self.done("restore", self.backups()[0], "--identity", str(self.base / "elsewhere"), "--new-identity")
        self.same_bytes(self.before)

    def test_a_project_that_was_lost_whole_begins_no_new_identity_either(self):
        self.done("unify")
        self.identity.unlink()
        shutil.rmtree(self.root)
        self.root.mkdir()
        before = self.snapshot()
        self.assertEqual(self.secrets("unify", "--generate").returncode, 1)
        self.assertEqual(self.snapshot(), before)
        self.done("unify", "--generate", "--new-identity")

    def test_without_a_backup_nothing_is_changed(self):
        # The identity is made once, with calls of its own.
        self.done("backup")
        place = self.base / "backups"
        words = [project.PROGRAM, "secrets", "unify", "--backups", str(place)]
        faults = {"pwrite64": "ENOSPC", "openat": "EROFS", "fsync": "EIO", "link,linkat,rename,renameat,renameat2": "EROFS"}
        for calls, error in faults.items():
            number = self.number(calls, place, words)
            trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={calls}:error={error}:when={number}"]
            with self.subTest(error=error, calls=calls):
                self.refused([*trace, *words], "No backup was made.")
        shutil.rmtree(place)
        place.write_text("a file")
        self.lay_anew()
        self.refused(words, "No backup was made.")

    def number(self, calls, place, words):
        """Which of these calls of its thread is the first in the backups' folder."""
        log = self.base / "trace"
        self.lay_anew()
        subprocess.run(
            ["strace", "-f", "-qq", "-y", "-o", str(log), "-e", "trace=" + calls, *words], cwd=self.root,
            env=self.environment, capture_output=True, check=True)
        self.lay_anew()
        seen = collections.Counter()
        for line in log.read_text().splitlines():
            thread = line.split()[0]
            seen[thread] += 1
            if f"<{place}" in line and ".age" in line or f"<{place}/" in line:
                return seen[thread]
        self.fail(f"no {calls} in {place}")

    def lay_anew(self):
        shutil.rmtree(self.root)
        self.root.mkdir()
        self.lay(token="the-first-token-of-all")

    def refused(self, words, said):
        result = subprocess.run(
            [*words, "--lang", "en"], cwd=self.root, env=self.environment, capture_output=True, text=True)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn(said, result.stderr)
        self.assertEqual(self.snapshot(), self.before)


class Newest(BackupCase):
    def lose(self, *paths):
        for path in paths:
            file = self.root / path
            shutil.rmtree(file) if file.is_dir() else file.unlink()

    def same(self, after):
        self.assertEqual({path: file[0] for path, file in self.snapshot().items()}, {path: file[0] for path, file in after.items()})

    def test_what_is_lost_comes_back_as_the_last_change_left_it(self):
        self.done("unify")
        self.done("rotate")
        after = self.snapshot()
        self.lose(".secrets", ".env")
        self.assertIn("lost, so the newest state is taken", self.done("restore").stderr)
        self.same(after)
        self.done("audit")
        # Age opens it, too.
        self.assertEqual(self.age(self.identity, self.latest()[-1])[SOURCE], after[SOURCE])
        (self.root / SOURCE).write_text("{torn")
        self.done("restore", "--only", SOURCE)
        self.same(after)

    def test_a_lost_file_comes_back_as_the_last_change_left_it(self):
        self.done("unify")
        self.done("unify", "--generate")
        after = self.snapshot()
        self.lose(".env")
        self.done("restore", "--only", ".env")
        self.same(after)
        self.lose(".env")
        self.assertEqual(self.run_program("env", "restore", ".env").returncode, 0)
        self.same(after)
        # One that is there goes back before the last change of it; by its name the newest state is had all the same.
        self.done("sync")
        self.write(".env", "torn")
        self.done("restore", "latest", "--only", ".env")
        self.same(after)

    def test_a_rotation_that_is_taken_back_is_no_newest_state(self):
        self.done("unify")
        source = self.source
        source["consumers"] = [{"name": "one", "after_file": "false"}]
        self.write(SOURCE, json.dumps(source))
        before = self.snapshot()
        self.assertEqual(self.secrets("rotate").returncode, 1)
        self.lose(".secrets")
        self.done("restore")
        self.same(before)

    def test_the_history_names_each_change_once(self):
        self.done("unify")
        self.done("unify", "--generate")
        self.assertEqual([line["reason"] for line in json.loads(self.done("history", "--json").stdout)], ["unify", "unify"])
        self.assertEqual(len(self.latest()), 1)
        self.assertIn("same", self.done("history", "latest").stdout)

    def test_the_history_is_readable_in_a_pipe(self):
        self.done("unify")
        source = self.source
        source["locations"] += [f"services/number-{number}/with/a/long/path/.env:A_TOKEN" for number in range(40)]
        source["locations"] = [
            {"path": rule.partition(":")[0], "key": rule.partition(":")[2], "value": "raw"} if isinstance(rule, str) and ":" in rule else rule
            for rule in source["locations"]]
        for number in range(40):
            self.write(f"services/number-{number}/with/a/long/path/.env", "A_TOKEN=old\n")
        self.write(SOURCE, json.dumps(source))
        self.done("sync")
        self.done("rotate", "--grace", "0s")
        lines = self.done("history").stdout.splitlines()
        self.assertEqual(len(lines), 4)
        self.assertLessEqual(max(map(len, lines)), 120)
        self.assertRegex(lines[1], r"-rotate\.tar\.age  rotate  .*\.conf .* \(\+\d\d\)$")
        self.assertEqual(len(json.loads(self.done("history", "--json").stdout)[1]["files"]), 40)

    def test_who_begins_anew_loses_nothing(self):
        self.done("unify")
        lost = self.source["raw_token"]
        self.lose(".secrets")
        self.done("unify", "--generate")
        self.done("unify", "--generate")
        names = [line["name"] for line in json.loads(self.done("history", "--json").stdout) if line["reason"] == "latest"]
        self.assertEqual(len(names), 1)
        self.done("restore", names[0])
        self.assertEqual(self.source["raw_token"], lost)

    def test_what_a_person_kept_later_is_newer(self):
        self.done("unify")
        source = self.source | {"description": "by hand"}
        self.write(SOURCE, json.dumps(source))
        self.done("backup")
        self.lose(".secrets")
        self.done("restore")
        self.assertEqual(self.source["description"], "by hand")


class Sealing(BackupCase):
    def key(self, mode=0o400):
        self.keyfile = self.base / "seal.key"
        return ["--key-file", str(self.keyfile)]

    def by_passphrase(self, text="a phrase for the tests"):
        return {"environment": {"COMFYGATE_SEAL_PASSPHRASE": text}}

    def test_closed_it_serves_what_needs_only_the_hash(self):
        self.done("unify")
        token = self.source["raw_token"]
        self.done("seal", *self.key())
        self.assertIsNone(self.source.get("raw_token"))
        self.assertNotIn(token, (self.root / SOURCE).read_text())
        self.done("audit")
        self.done("list")
        self.assertIn("nothing was written", self.done("sync").stderr)
        self.done("validate")
        self.done("get", "--value", "hash")
        # A hash can be put right without the token.
        self.write("login/PASSWORD", "drifted\nadmin")
        self.assertEqual(self.secrets("audit").returncode, 1)
        self.done("sync")
        self.done("audit")

    def test_closed_it_says_what_opens_it(self):
        self.done("unify")
        self.done("seal", *self.key())
        self.write("clients.json", '{"auth": {"token": "drifted"}}\n')
        before = self.snapshot()
        for words in (["sync"], ["get"], ["rotate"], ["unify", "--generate"], ["unseal"]):
            with self.subTest(words=words):
                result = self.secrets(*words)
                self.assertEqual(result.returncode, 1)
                self.assertIn("--key-file", result.stderr)
                self.assertEqual(self.snapshot(), before)
        self.done("sync", *self.key())
        self.done("audit")

    def test_round_trip_by_a_key_file(self):
        self.done("unify")
        first = self.source["raw_token"]
        self.done("seal", *self.key())
        self.assertEqual(self.keyfile.stat().st_mode & 0o777, 0o400)
        self.done("rotate", *self.key())
        self.assertIn("sealed_token", self.source)
        sealed = (self.root / SOURCE).read_text()
        self.assertNotIn(first, sealed)
        fresh = self.done("get", *self.key()).stdout.strip()
        self.assertNotEqual(fresh, first)
        self.assertIn(fresh, (self.root / "clients.json").read_text())
        self.assertNotIn(fresh, sealed)
        self.done("unseal", *self.key())
        self.assertEqual(self.source["raw_token"], fresh)
        self.assertEqual(self.source["previous"]["raw_token"], first)
        self.done("audit")

    def test_round_trip_by_a_passphrase(self):
        self.done("unify")
        first = self.source["raw_token"]
        self.done("seal", **self.by_passphrase())
        self.assertEqual(self.secrets("unseal", **self.by_passphrase("another one")).returncode, 1)
        self.done("rotate", **self.by_passphrase())
        fresh = self.done("get", **self.by_passphrase()).stdout.strip()
        self.assertNotIn(fresh, (self.root / SOURCE).read_text())
        self.done("unseal", **self.by_passphrase())
        self.assertEqual((self.source["raw_token"], self.source["previous"]["raw_token"]), (fresh, first))

    def test_only_the_source_of_truth_is_written(self):
        self.done("unify")
        self.write(".env", "COMFYUI_API_TOKEN=drifted\n")
        (self.root / "clients.json").write_text("no document")
        before = self.snapshot()
        for words in (["seal"], ["unseal"]):
            result = self.done(*words, *self.key())
            now = self.snapshot()
            self.assertEqual({path for path in now if now[path] != before[path]} - {SOURCE}, set())
            self.assertIn("1 file was changed.", result.stderr)
            self.assertIn("2 locations still need a hand", result.stderr)
        self.assertIn("nothing was written", self.done("unseal", *self.key()).stderr)

    def test_a_key_does_not_lie_with_what_it_seals(self):
        self.done("unify")
        before = self.snapshot()
        (self.base / "link").symlink_to(self.root / "login")
        for path in ("seal.key", ".secrets/seal.key", "made/seal.key", "../link/seal.key", str(self.root / "login/../k")):
            for environment in (None, {"COMFYGATE_SEAL_KEY_FILE": path}):
                with self.subTest(path=path, environment=environment):
                    result = self.secrets("seal", *([] if environment else ["--key-file", path]), environment=environment)
                    self.assertEqual(result.returncode, 1)
                    self.assertIn("whoever gets the folder, or a copy of it, gets both", result.stderr)
                    self.assertEqual(self.snapshot(), before)
        # One that lies there from before opens all the same.
        self.done("seal", *self.key())
        shutil.copy(self.keyfile, self.root / "seal.key")
        self.done("unseal", "--key-file", "seal.key")

    def test_a_key_file_that_others_read_is_refused(self):
        self.done("unify")
        self.done("seal", *self.key())
        before = self.snapshot()
        for mode in (0o440, 0o404, 0o444):
            self.keyfile.chmod(mode)
            result = self.secrets("unseal", *self.key())
            self.assertEqual(result.returncode, 1)
            self.assertIn("chmod", result.stderr)
            self.assertEqual(self.snapshot(), before)
        self.keyfile.chmod(0o600)
        self.done("unseal", *self.key())


if __name__ == "__main__":
    project.PROGRAM = sys.argv.pop(1)
    unittest.main()
