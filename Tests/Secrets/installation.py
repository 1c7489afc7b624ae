"""`secrets unify` on a copy of an installation as it was found: everything right, or a person's to decide.

usage: installation.py PROGRAM [unittest's arguments]
"""

import json
import pathlib
import shutil
import subprocess
import sys
import unittest

import project
from project import SOURCE, ProjectCase

FIXTURE = pathlib.Path(__file__).parent.parent / "SecretsTests/Fixtures/installation"
SERVICES = "docker-configurations/services"
TOKEN_FILE = ".secrets/qwen-api-user.token"
# What no program can know: how somebody meant `p$ss#word` to be read, and a key that nobody has.
LEFT = {(f"{SERVICES}/forge-turbo/.env", "FORGE_PASSWORD"), (f"{SERVICES}/whisper-api/.env", "WHISPER_API_KEY")}
# Lines that a change of values may touch, by their beginning; all others keep every byte.
VALUES = (
    "COMFYUI_API_TOKEN=", "COMFYUI_RAW_TOKEN=", "COMFYUI_BEARER_TOKEN=", "QWEN_API_TOKEN=", "HF_TOKEN=",
    "HUGGINGFACE_TOKEN=")


class Installation(ProjectCase):
    def setUp(self):
        super().setUp()
        shutil.copytree(FIXTURE, self.root, dirs_exist_ok=True)
        subprocess.run(["chmod", "-R", "u+w", str(self.root)], check=True)
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)

    def unify(self):
        """Some places are a person's to mend: they are named, and the exit code is an audit's."""
        result = self.secrets("unify")
        self.assertEqual(result.returncode, 1, result.stderr)
        for path, key in LEFT:
            self.assertIn(f"{path}:{key}: ", result.stderr)
        self.assertIn(f"{len(LEFT)} locations still need a hand", result.stderr)
        return result

    def off(self):
        rows = json.loads(self.secrets("audit", "--json").stdout)
        return {(row["path"], row["key"]) for row in rows if not row["ok"]}

    def files(self):
        """Bytes, inode and times of every file but the lock's."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and ".git" not in path.parts and path.parent.name != ".journal":
                facts = path.stat()
                found[str(path.relative_to(self.root))] = (path.read_bytes(), facts.st_ino, facts.st_mtime_ns, facts.st_mode)
        return found

    def test_everything_is_right_but_what_a_person_decides(self):
        self.assertGreater(len(self.off()), 10)
        self.unify()
        self.assertEqual(self.off(), LEFT)

    def test_a_second_time_nothing_is_touched(self):
        self.unify()
        before = self.files()
        self.assertIn("nothing was written", self.unify().stderr)
        self.assertEqual(self.files(), before)

    def test_what_was_not_listed_is_taken_in(self):
        inode = (self.root / TOKEN_FILE).stat().st_ino
        self.unify()
        source = self.source
        listed = {(rule["path"], rule.get("key")) for rule in source["locations"]}
        for place in (
            (TOKEN_FILE, None), (".secrets/.env.generated", "QWEN_API_TOKEN"),
            (f"{SERVICES}/comfyui-qwen/login/PASSWORD", None), (f"{SERVICES}/comfyui-video/.env", "COMFYUI_BEARER_TOKEN"),
            ("notebooks/comfyui-client.env", "COMFYUI_API_TOKEN")):
            self.assertIn(place, listed)
        self.assertEqual([rule["path"] for rule in source["locations"] if rule.get("in_place")], [TOKEN_FILE])
        # A container has it mounted by itself: another inode, and it would never see a change.
        self.assertEqual((self.root / TOKEN_FILE).stat().st_ino, inode)
        self.assertEqual((self.root / TOKEN_FILE).read_text().strip(), source["bcrypt_hash"])
        faces = {rule["path"] for rule in source["credentials"]["huggingface"]["locations"]}
        self.assertEqual(faces, {".env", ".secrets/.env.huggingface", f"{SERVICES}/comfyui-qwen/.env"})

    def test_only_values_change(self):
        before = self.files()
        self.unify()
        after = self.files()
        changed = 0
        for path, (old, *_) in before.items():
            new = after[path][0]
            if not path.rsplit("/", 1)[-1].startswith(".env") and not path.endswith(".env"):
                if path not in (SOURCE, TOKEN_FILE, f"{SERVICES}/comfyui-qwen/login/PASSWORD"):
                    self.assertEqual(new, old, path)
                continue
            lines = list(zip(old.split(b"\n"), new.split(b"\n"), strict=True))
            for was, now in lines:
                if was != now:
                    changed += 1
                    self.assertTrue(was.lstrip(b"\xef\xbb\xbf").startswith(tuple(key.encode() for key in VALUES)), was)
                    # The key and the line end stay, and so does what stands behind the value.
                    self.assertEqual(was.split(b"=")[0], now.split(b"=")[0])
                    self.assertEqual(was.endswith(b"\r"), now.endswith(b"\r"))
                    self.assertEqual(was.partition(b"  #")[1:], now.partition(b"  #")[1:])
            self.assertEqual(new.startswith(b"\xef\xbb\xbf"), old.startswith(b"\xef\xbb\xbf"), path)
        self.assertGreaterEqual(changed, 4)
        main = after[".env"][0]
        for line in (b"export LANG_HINT='fr'\n", b"HF_TOKEN=hf_exampleexampleexampleexample  # gated models\n", b"OPENAI_API_KEY=\"sk-"):
            self.assertIn(line, main)


if __name__ == "__main__":
    project.PROGRAM = sys.argv.pop(1)
    unittest.main()
