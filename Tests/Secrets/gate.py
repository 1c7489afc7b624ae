"""Secrets and the gate together: tokens made for locations, the audit trail, the old value in its grace, the policy.

usage: gate.py PROGRAM [unittest's arguments]
"""

import http.client
import json
import pathlib
import re
import sys
import unittest

import project
from project import Consumer, ProjectCase

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Operations"))
import operations  # noqa: E402


class GateCase(ProjectCase):
    def setUp(self):
        super().setUp()
        operations.PROGRAM = project.PROGRAM
        self.data = self.base / "data"
        self.data.mkdir(mode=0o700)
        self.config = self.base / "comfygate.yaml"
        self.processes = []
        self.addCleanup(lambda: [process.end() for process in reversed(self.processes)])
        self.configure()
        made = self.run_program("account", "add", "root", "--machine", "--role", "admin", "--config", self.config)
        self.assertEqual(made.returncode, 0, made.stderr)

    def configure(self, more=""):
        self.config.write_text(
            f"data: {self.data}\nlisten: 127.0.0.1:0\nconsole_listen: 127.0.0.1:0\nworker: {{url: http://127.0.0.1:1}}\n"
            + more)

    def serve(self, worker):
        self.configure()
        gate = operations.Process("serve", "--config", str(self.config), "--worker", worker, "--lang", "en")
        self.processes.append(gate)
        return int(gate.wait_for(r"http://127\.0\.0\.1:(\d+)")[1])

    def simulate(self):
        worker = operations.Process("simulate", "--listen", "127.0.0.1:0", "--lang", "en")
        self.processes.append(worker)
        return worker.wait_for(r"(http://127\.0\.0\.1:\d+)")[1]

    def gate(self, *words):
        result = self.run_program(*words, "--config", self.config)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def lay_token(self, **members):
        self.lay()
        source = self.source
        source["locations"].append(
            {"path": "notebooks/.env", "key": "COMFYGATE_TOKEN", "value": "token", "account": "notebooks"} | members)
        self.write(project.SOURCE, json.dumps(source))
        (self.root / "notebooks").mkdir()

    def token(self):
        return re.search(r"COMFYGATE_TOKEN=(cg_\w+)", (self.root / "notebooks/.env").read_text())[1]

    def tokens(self):
        return json.loads(self.gate("token", "list", "notebooks", "--json"))["tokens"]

    def records(self):
        return json.loads(self.gate("audit", "tail", "--json"))["records"]


class Tokens(GateCase):
    def test_a_location_gets_a_token_of_its_own(self):
        self.lay_token(scopes=["read"])
        refused = self.secrets("unify")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("notebooks/.env:COMFYGATE_TOKEN: The location wants a token of the gate: name the gate", refused.stderr)
        self.done("unify", "--config", self.config)
        first = self.token()
        self.assertEqual([(token["label"], token["scopes"]) for token in self.tokens()],
                         [("secrets: notebooks/.env:COMFYGATE_TOKEN", ["read"])])
        self.assertNotIn(first, (self.root / project.SOURCE).read_text())
        # Right without the gate, and again with it.
        self.done("audit")
        self.done("sync")
        self.done("sync", "--config", self.config)
        self.assertEqual(self.token(), first)
        # One that is gone is made anew, and the old one is good for nothing.
        (self.root / "notebooks/.env").unlink()
        self.done("sync", "--config", self.config)
        self.assertNotEqual(self.token(), first)
        self.assertEqual(len(self.tokens()), 1)

    def test_a_change_that_does_not_happen_leaves_no_token(self):
        self.lay_token()
        self.write("clients.json", "{broken")
        self.assertEqual(self.secrets("unify", "--config", self.config).returncode, 1)
        self.assertEqual(self.tokens(), [])

    def test_the_token_opens_a_running_gate(self):
        port = self.serve(self.simulate())
        self.lay_token()
        self.done("unify", "--config", self.config)

        def status(token):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=project.PATIENCE)
            connection.request("GET", "/system_stats", headers={"Authorization": f"Bearer {token}"})
            code = connection.getresponse().status
            connection.close()
            return code

        first = self.token()
        self.assertEqual((status(first), status("cg_wrong")), (200, 401))
        (self.root / "notebooks/.env").unlink()
        self.done("sync", "--config", self.config)
        self.assertEqual((status(self.token()), status(first)), (200, 401))


class Trail(GateCase):
    def test_each_change_is_in_the_trail(self):
        self.lay()
        self.done("unify", "--config", self.config)
        self.done("sync", "--config", self.config)
        records = [record for record in self.records() if record["action"].startswith("secrets.")]
        self.assertEqual([record["action"] for record in records], ["secrets.unify"])
        self.assertIn(".env", records[0]["detail"]["files"])
        self.assertTrue(records[0]["detail"]["backup"].endswith("-unify.tar.age"))
        self.gate("audit", "verify")
        log = [json.loads(line) for line in (self.root / ".secrets/changes.log").read_text().splitlines()]
        self.assertEqual([line["action"] for line in log], ["unify"])

    def test_a_gate_in_the_project_itself_is_not_taken_up(self):
        self.lay()
        self.config.rename(self.root / "comfygate.yaml")
        self.done("unify")
        self.config = self.root / "comfygate.yaml"
        self.assertFalse([record for record in self.records() if record["action"].startswith("secrets.")])


    def test_a_gate_that_is_not_there_fails_nothing_that_is_done(self):
        self.lay()
        before = self.snapshot()
        nowhere = self.base / "nowhere.yaml"
        # What needs the gate for its work asks it first.
        self.assertEqual(self.secrets("unify", "--config", nowhere).returncode, 1)
        self.assertEqual(self.snapshot(), before)
        self.done("unify")
        self.config.write_text(self.config.read_text().replace(str(self.data), str(self.base / "no data")))
        for config in (nowhere, self.config):
            with self.subTest(config=config):
                self.write(".env", "torn\n")
                result = self.run_program("env", "rebuild", ".env", "--yes", "--config", config)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn("COMFYUI_BEARER_TOKEN", (self.root / ".env").read_text())
                self.assertIn("The change is not in the gate's audit trail:", result.stderr)
                result = self.done("restore", "--only", ".env", "--config", config)
                self.assertEqual((self.root / ".env").read_text(), "torn\n")
                self.assertIn("The change is not in the gate's audit trail:", result.stderr)


class Grace(GateCase):
    def test_the_old_hash_counts_until_the_grace_is_over(self):
        port = self.serve(self.simulate())
        self.gate("account", "add", "scripts", "--machine")
        loaded = self.state / "loaded"
        consumer = Consumer(loaded)
        self.addCleanup(consumer.close)
        self.lay([{"name": "gate", "url": consumer.url, "account": "scripts", "after_file": f"cp login/PASSWORD {loaded}"}])
        self.done("unify")
        old = self.source["bcrypt_hash"]
        result = self.done("rotate", "--config", self.config, "--grace", "1h")
        self.assertIn("gate takes the old value, too, until", result.stderr)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=project.PATIENCE)
        connection.request("GET", "/system_stats", headers={"Authorization": f"Bearer {old}"})
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()


if __name__ == "__main__":
    project.PROGRAM = sys.argv.pop(1)
    unittest.main()
