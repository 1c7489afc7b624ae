"""New credentials for everybody, or nobody: `secrets rotate`, `validate` and `watch` with real processes.

usage: rotation.py PROGRAM [unittest's arguments]
"""

import json
import subprocess
import sys
import unittest

import project
from project import PATIENCE, Consumer, ProjectCase


class RotationCase(ProjectCase):
    def setUp(self):
        super().setUp()
        self.loaded = self.state / "loaded"
        self.consumer = self.start(self.loaded)
        self.restart = f"cp login/PASSWORD {self.loaded}"

    def start(self, loaded, **options):
        consumer = Consumer(loaded, **options)
        self.addCleanup(consumer.close)
        return consumer

    def begin(self, **changes):
        described = {"name": "qwen", "url": self.consumer.url, "after_file": self.restart} | changes
        self.lay([{key: value for key, value in described.items() if value is not None}])
        self.done("unify")
        subprocess.run(self.restart, shell=True, cwd=self.root, check=True)

    def change_source(self, **members):
        source = self.source
        source["consumers"][0] |= members
        self.write(project.SOURCE, json.dumps(source))


class Rotate(RotationCase):
    def test_everybody_gets_the_new_value(self):
        self.begin()
        before = self.source
        result = self.done("rotate")
        self.assertIn("qwen takes the new value.", result.stderr)
        after = self.source
        self.assertNotEqual(before["raw_token"], after["raw_token"])
        self.assertEqual(after["previous"]["raw_token"], before["raw_token"])
        self.assertNotIn("pending", after)
        self.assertEqual((self.root / "login/PASSWORD").read_text(), after["bcrypt_hash"] + "\nadmin")
        self.done("audit")
        self.done("validate")

    def test_without_a_grace_nothing_of_the_old_value_stays(self):
        self.begin()
        old = self.source["raw_token"]
        self.done("rotate", "--grace", "0s")
        self.assertNotIn("previous", self.source)
        for path, (content, _) in self.snapshot().items():
            self.assertNotIn(old.encode(), content, path)

    def test_a_consumer_that_does_not_take_it_returns_everything(self):
        self.begin(after_file=f"echo told >> {self.state}/told")
        before = self.snapshot()
        result = self.secrets("rotate", "--wait", "1s", "--then", f"echo then >> {self.state}/told")
        self.assertEqual(result.returncode, 1)
        self.assertIn("qwen: It refuses the right credential (401)", result.stderr)
        self.assertIn("All files are as before, and the consumers were told so.", result.stderr)
        self.assertEqual(self.snapshot(), before)
        # With the new value, and with the old one again.
        self.assertEqual((self.state / "told").read_text(), "told\nthen\n" * 2)

    def test_a_command_that_fails_returns_everything_and_shows_no_secret(self):
        self.begin(after_file="cat login/PASSWORD clients.json >&2; exit 3")
        before = self.snapshot()
        result = self.secrets("rotate")
        self.assertEqual(result.returncode, 1)
        self.assertIn("qwen: The command failed (3)", result.stderr)
        self.assertEqual(self.snapshot(), before)
        self.assertNotIn("$2b$", result.stdout + result.stderr)

    def test_what_is_made_and_made_readable_is_taken_back_too(self):
        self.begin(after_file="false")
        (self.root / "video/.env").unlink()
        (self.root / "clients.json").chmod(0o644)
        before = self.snapshot()
        self.assertEqual(self.secrets("rotate").returncode, 1)
        self.assertEqual(self.snapshot(), before)

    def test_a_rotation_that_was_stopped_goes_on(self):
        self.begin(after_file="kill -9 $PPID")
        old = self.source["raw_token"]
        self.assertEqual(self.secrets("rotate").returncode, -9)
        self.assertEqual(self.source["pending"], ["qwen"])
        self.change_source(after_file=self.restart)
        again = self.secrets("rotate")
        self.assertEqual(again.returncode, 1)
        self.assertIn("was stopped before these consumers were seen with the new value: qwen", again.stderr)
        self.done("rotate", "--resume")
        self.assertNotEqual(self.source["raw_token"], old)
        self.assertNotIn("pending", self.source)
        self.assertIn("No rotation was stopped.", self.secrets("rotate", "--resume").stderr)

    def test_a_rotation_that_was_stopped_is_undone(self):
        self.begin(after_file="kill -9 $PPID")
        old = self.source
        self.secrets("rotate")
        self.change_source(after_file=self.restart)
        self.done("rotate", "--undo")
        self.assertEqual(self.source["raw_token"], old["raw_token"])
        self.assertEqual(self.source["bcrypt_hash"], old["bcrypt_hash"])
        self.done("validate")

    def test_an_undo_that_a_consumer_does_not_take_goes_on(self):
        self.begin()
        old = self.source["raw_token"]
        self.done("rotate")
        self.change_source(after_file="false")
        stopped = self.secrets("rotate", "--undo")
        self.assertEqual(stopped.returncode, 1)
        self.assertIn("`rotate --resume` tries again", stopped.stderr)
        self.assertEqual((self.source["raw_token"], self.source["pending"]), (old, ["qwen"]))
        self.change_source(after_file=self.restart)
        self.done("rotate", "--resume")
        self.assertNotIn("pending", self.source)
        self.done("validate")

    def test_what_opens_the_secrets_is_not_handed_on(self):
        self.begin(after_file=f"{self.restart}; env > {self.state}/environment")
        self.environment |= {"COMFYGATE_SEAL_PASSPHRASE": "of-the-test", "KEPT": "yes"}
        self.done("rotate")
        handed = (self.state / "environment").read_text()
        self.assertIn("KEPT=yes", handed)
        self.assertNotIn("COMFYGATE_SEAL", handed)

    def test_commands_that_others_could_have_written_are_not_run(self):
        self.begin(after_file=f"touch {self.state}/ran; {self.restart}")
        source = self.root / project.SOURCE
        old = source.read_bytes()
        for path, mode, right in [(source, 0o666, 0o600), (source.parent, 0o777, 0o700)]:
            path.chmod(mode)
            result = self.secrets("rotate")
            self.assertEqual(result.returncode, 1)
            self.assertIn("Others can write it", result.stderr)
            path.chmod(right)
        self.assertEqual(source.read_bytes(), old)
        self.assertFalse((self.state / "ran").exists())
        self.done("rotate")
        self.assertTrue((self.state / "ran").exists())

    def test_a_command_that_says_nothing_is_told_in_one_sentence(self):
        self.begin(after_file="false")
        self.assertIn("qwen: The command failed (1) and said nothing.\n", self.secrets("rotate").stderr)

    def test_going_on_or_back_takes_no_token_and_not_both(self):
        self.begin()
        self.assertIn("give one of them", self.secrets("rotate", "--resume", "--undo").stderr)
        result = self.secrets("rotate", "--undo", "--generate")
        self.assertEqual(result.returncode, 2)
        self.assertIn("take no token", result.stderr)

    def test_the_value_is_looked_for_inside(self):
        tools = self.base / "tools"
        tools.mkdir()
        docker = tools / "docker"
        docker.write_text(
            f'#!/bin/sh\n[ "$*" = "exec qwen cat /proc/1/environ" ] || exit 1\n'
            f'printf "A=1\\\\0TOKEN=%s\\\\0" "$(head -n 1 {self.state}/inside)"\n')
        docker.chmod(0o755)
        self.environment["PATH"] = f"{tools}:{self.environment['PATH']}"
        self.begin(url=None, container="qwen", variable="TOKEN", after_env=f"cp login/PASSWORD {self.state}/inside")
        self.done("rotate")
        self.change_source(after_env="true", after_file="true")
        before = self.snapshot()
        result = self.secrets("rotate", "--wait", "1s")
        self.assertIn("qwen: it does not hold the new value.", result.stderr)
        self.assertEqual(self.snapshot(), before)

    def test_one_at_a_time(self):
        self.begin()
        waiting = self.state / "waiting"
        self.change_source(after_file=f"{self.restart}; mkfifo {waiting}; cat {waiting}")
        first = subprocess.Popen(
            [project.PROGRAM, "secrets", "rotate"], cwd=self.root, env=self.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        while not waiting.exists():
            self.assertIsNone(first.poll(), "the first one ended")
        second = self.secrets("sync")
        waiting.write_text("")
        _, said = first.communicate(timeout=PATIENCE)
        self.assertEqual(first.returncode, 0, said)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"Another change is being made by process {first.pid}", second.stderr)

    def test_a_dry_run_writes_nothing(self):
        self.begin()
        before = self.snapshot()
        self.assertIn("files would change.", self.done("rotate", "--dry-run").stderr)
        self.assertEqual(self.snapshot(), before)


class Validate(RotationCase):
    def verdict(self, url):
        self.change_source(url=url)
        result = self.secrets("validate", "--json")
        return json.loads(result.stdout)["consumers"][0]["verdict"], result.returncode

    def test_who_is_open_is_told(self):
        self.begin()
        cases = [
            ({}, "guarded", 0), ({"status": 403}, "guarded", 0), ({"status": 302}, "guarded", 0),
            ({"closed": False}, "open", 1), ({"closed": False, "right": 400}, "open", 1),
            ({"status": 400}, "open", 1), ({"status": 404}, "unclear", 1), ({"right": 502}, "unclear", 1),
        ]
        for options, verdict, code in cases:
            with self.subTest(options=options):
                self.assertEqual(self.verdict(self.start(self.loaded, **options).url), (verdict, code))
        self.assertEqual(self.verdict(self.start(self.state / "nothing").url), ("refuses_right", 1))
        self.assertEqual(self.verdict("http://127.0.0.1:1"), ("unreachable", 1))


class Watch(RotationCase):
    def watch(self, *words):
        process = subprocess.Popen(
            [project.PROGRAM, "secrets", "watch", "--lang", "en", *words], cwd=self.root, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def test_drift_is_told_and_its_end_too(self):
        self.begin()
        right = (self.root / "clients.json").read_text()
        self.write("clients.json", '{"auth": {"token": "drifted"}}\n')
        process = self.watch()
        self.assertRegex(process.stderr.readline(), r"clients\.json:/auth/token: different")
        self.write("clients.json", right)
        self.assertRegex(process.stderr.readline(), r"clients\.json:/auth/token: ok again")
        (self.root / "login/PASSWORD").unlink()
        self.assertRegex(process.stderr.readline(), r"login/PASSWORD: missing")

    def test_a_folder_that_is_never_quiet_hides_nothing(self):
        self.begin()
        noise = subprocess.Popen(
            ["/bin/sh", "-c", "while :; do echo >> noise.log; done"], cwd=self.root, stdout=subprocess.DEVNULL)
        self.addCleanup(noise.wait)
        self.addCleanup(noise.kill)
        process = self.watch()
        self.write("clients.json", '{"auth": {"token": "drifted"}}\n')
        self.assertRegex(process.stderr.readline(), r"clients\.json:/auth/token: different")
        self.write(".env", "COMFYUI_API_TOKEN=drifted\n")
        self.assertRegex(process.stderr.readline(), r"\.env:COMFYUI_API_TOKEN: malformed")

    def test_what_cannot_be_repaired_is_told_once(self):
        self.begin()
        (self.root / "clients.json").write_text("no document")
        result = self.secrets("watch", "--repair", "--looks", "3", "--interval", "1s")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr.count("Nothing was changed."), 1, result.stderr)

    def test_a_look_that_cannot_be_had_is_no_success(self):
        self.begin()
        (self.root / project.SOURCE).unlink()
        self.assertEqual(self.secrets("watch", "--looks", "1").returncode, 1)
        self.assertEqual(self.secrets("watch", "--looks", "0").returncode, 2)

    def test_each_event_is_a_line_of_json(self):
        self.begin()
        right = (self.root / "clients.json").read_text()
        self.write("clients.json", '{"auth": {"token": "drifted"}}\n')
        process = self.watch("--json")

        def event():
            found = json.loads(process.stdout.readline())
            self.assertRegex(found.pop("time"), r"^\d{4}-\d\d-\d\dT")
            return found

        place = {"credential": "default", "path": "clients.json", "key": "/auth/token"}
        self.assertEqual(event(), {"event": "off", **place, "states": ["different"]})
        self.write("clients.json", right)
        self.assertEqual(event(), {"event": "ok", **place})
        source = (self.root / project.SOURCE).read_text()
        self.write(project.SOURCE, "{torn")
        failed = event()
        self.assertEqual((failed["event"], failed["place"]), ("failed", project.SOURCE))
        self.assertTrue(failed["reason"])
        self.write(project.SOURCE, source)

    def test_a_repair_is_a_line_of_json_too(self):
        self.begin()
        self.write("clients.json", '{"auth": {"token": "drifted"}}\n')
        result = self.secrets("watch", "--repair", "--json", "--looks", "1")
        self.assertEqual(result.returncode, 0, result.stderr)
        events = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([(event["event"], event.get("files")) for event in events], [("repaired", ["clients.json"])])
        (self.root / "clients.json").write_text("no document")
        result = self.secrets("watch", "--repair", "--json", "--looks", "1")
        self.assertEqual(result.returncode, 1)
        events = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([event["event"] for event in events], ["off"])

    def test_drift_is_repaired(self):
        self.begin()
        right = (self.root / "clients.json").read_text()
        process = self.watch("--repair")
        self.write("clients.json", '{"auth": {"token": "drifted"}}\n')
        while "1 file was changed." not in process.stderr.readline():
            self.assertIsNone(process.poll())
        self.assertEqual((self.root / "clients.json").read_text(), right)


if __name__ == "__main__":
    project.PROGRAM = sys.argv.pop(1)
    unittest.main()
