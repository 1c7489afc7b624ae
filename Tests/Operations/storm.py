"""A class logs in while somebody at the same address guesses: 30 right passwords among 100 wrong ones, sent within 5 s.

usage: storm.py PROGRAM [--hash bcrypt|yescrypt|both] [--seed N]
A fresh gate for each mix of wrong names. Prints how long the right ones and the wrong ones waited; exit code 1 when a
right one was refused or a wrong one let in.
"""

import argparse
import http.client
import json
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import operations

WITHIN = 5.0
PUPILS = 30
GUESSES = 100
MIXES = {
    "names nobody has": lambda number: f"nobody{number}",
    "names of the class": lambda number: f"pupil{number % PUPILS}",
    "one name of the class": lambda number: "pupil7",
    "all of these": lambda number: [f"nobody{number}", f"pupil{number % PUPILS}", "pupil7"][number % 3],
}


def login(port, name, password):
    """The status of one login, as a program sends it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request(
        "POST", "/login", json.dumps({"username": name, "password": password}), {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def storm(folder, scheme, guess, dice):
    """Waits of the right logins and of the wrong ones, in seconds, and what went wrong."""
    settings = folder / "comfygate.yaml"
    settings.write_text(
        f'listen: ["127.0.0.1:0"]\nconsole_listen: ["127.0.0.1:0"]\ndata: {folder}/data\n'
        f"worker: {{url: \"http://127.0.0.1:9\"}}\npassword_hash: {scheme}\nlog: {{file: {folder}/log}}\n")
    pupils = folder / "class.csv"
    pupils.write_text("name,password\n" + "".join(f"pupil{n},right password {n}\n" for n in range(PUPILS)))
    subprocess.run(
        [operations.PROGRAM, "account", "import", pupils, "--config", settings, "--quiet"], check=True,
        capture_output=True)
    gate = operations.Process("serve", "--config", str(settings), "--lang", "en")
    port = int(gate.wait_for(r"ComfyGate is at http://127\.0\.0\.1:(\d+)")[1])
    attempts = [(f"pupil{n}", f"right password {n}", True) for n in range(PUPILS)]
    attempts += [(guess(n), f"wrong{n}", False) for n in range(GUESSES)]
    waits, wrong = {True: [], False: []}, []

    def attempt(moment, name, password, is_right):
        time.sleep(moment)
        begin = time.monotonic()
        try:
            status = login(port, name, password)
        except OSError as error:
            status = error
        waits[is_right].append(time.monotonic() - begin)
        if (status == 200) != is_right:
            wrong.append(f"{name}: {status}")

    threads = [threading.Thread(target=attempt, args=(dice.uniform(0, WITHIN), *words)) for words in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gate.end()
    return waits[True], waits[False], wrong


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program")
    arguments.add_argument("--hash", choices=["bcrypt", "yescrypt", "both"], default="both")
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    operations.PROGRAM = options.program
    failed = False
    for scheme in ["bcrypt", "yescrypt"] if options.hash == "both" else [options.hash]:
        for name, guess in MIXES.items():
            with tempfile.TemporaryDirectory() as folder:
                right, other, wrong = storm(pathlib.Path(folder), scheme, guess, random.Random(options.seed))
            failed = failed or bool(wrong)
            print(
                f"{scheme:8} wrong: {name:21} right in {PUPILS - sum(bool(re.match('pupil', w)) for w in wrong):2}"
                f" of {PUPILS}: median {statistics.median(right):5.2f} s, longest {max(right):5.2f} s;"
                f" wrong longest {max(other):5.2f} s{'; NOT as it should be: ' + ', '.join(wrong[:5]) if wrong else ''}",
                flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
