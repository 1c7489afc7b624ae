"""Asks real programs what they see in dotenv files, and records or compares their answers.

usage: readers.py record FILE [--docker SOCKET] [...]    write the answers to the cases written by hand
       readers.py compare FILE [...]                     ask again what is installed; exit status 1 on a difference
       readers.py draw FILE --count N --seed N [...]     write the answers to files of a seeded generator

options: --compose PROGRAM      a program built from compose.go
         --python PYTHON        an interpreter with python-dotenv from 1.2.4
         --old-python PYTHON    an interpreter with python-dotenv up to 1.2.2
         --compose-v1 PYTHON    an interpreter with docker-compose 1.29
         --docker SOCKET        an engine that has the image IMAGE
         --docker-program PATH  docker by default
         --image IMAGE          busybox by default

Bytes stand in the recording as the characters U+0000 to U+00FF, a long run of one byte as U+2039, byte, count, U+203A.
"""

import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import cases

HERE = os.path.dirname(os.path.abspath(__file__))
SHELLS = {"dash": ["dash"], "bash": ["bash", "--posix"], "busybox": ["busybox", "sh"]}
BARE_CONTAINER = [(b"HOME", b"/"), (b"PATH", b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")]
# What a shell has without any file.
OWN = {"PATH", "PWD", "IFS", "OPTIND", "PPID", "PS1", "PS2", "PS4", "_", "UID", "EUID", "LINENO"}


def packed(data):
    return re.sub(r"(.)\1{999,}", lambda run: f"\u2039{run[1]}{len(run[0])}\u203a", data.decode("latin-1"))


def unpacked(text):
    return re.sub("\u2039(.)(\\d+)\u203a", lambda run: run[1] * int(run[2]), text).encode("latin-1")


class Lines:
    """A program that answers a JSON line with a JSON line."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, file, environment):
        question = {"file": base64.b64encode(file).decode(), "environment": environment}
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if answer.get("refused"):
            return None
        return {
            packed(key.encode()): None if value is None else packed(base64.b64decode(value))
            for key, value in sorted(answer["values"].items())
        }

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def names_in(file):
    short = re.sub(rb"(.)\1{999,}", b"", file)
    return sorted({name.decode() for name in re.findall(rb"[A-Za-z_][A-Za-z0-9_]*", short)})[:60]


class Shell:
    def __init__(self, command):
        self.command = [shutil.which(command[0])] + command[1:]

    def ask(self, file, environment):
        names = names_in(file)
        script = ". ./file\n" + "".join(
            f"if [ \"${{{name}+x}}\" ]; then printf '%s=%s\\0' {name} \"${name}\" >&9; fi\n" for name in names
        ) + "printf 'END\\0' >&9\n"
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/file", "wb") as out:
                out.write(file)
            with open(f"{folder}/answer", "wb") as answer:
                # No program can be found: what a file runs by mistake does nothing.
                process = subprocess.Popen(
                    self.command + ["-c", f"exec 9>&{answer.fileno()}\n" + script], cwd=folder,
                    env={"PATH": "/nonexistent", **environment}, pass_fds=[answer.fileno()], stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                process.wait(timeout=20)
            with open(f"{folder}/answer", "rb") as answer:
                # These differ every time.
                volatile = {str(process.pid).encode(): b"<pid>", folder.encode(): b"<folder>"}
                found = answer.read()
                for name, mark in volatile.items():
                    found = found.replace(name, mark)
                lines = found.split(b"\0")
        if process.returncode < 0 or b"END" not in lines:
            return None
        found = dict(line.split(b"=", 1) for line in lines if b"=" in line)
        return {
            packed(name): packed(value) for name, value in sorted(found.items())
            if name.decode() not in OWN and environment.get(name.decode(), "\0").encode() != value
        }

    def end(self):
        pass


class Docker:
    """Runs a container for each file and reads its environment inside."""

    def __init__(self, program, socket, image):
        self.command = [program, "-H", f"unix://{socket}", "run", "--rm", "--network", "host"]
        self.image = image

    def ask(self, file, environment):
        with tempfile.NamedTemporaryFile() as out:
            out.write(file)
            out.flush()
            process = subprocess.run(
                self.command + ["--env-file", out.name, self.image, "/bin/busybox", "cat", "/proc/self/environ"],
                env={"PATH": os.environ["PATH"], **environment}, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        if process.returncode != 0:
            return None
        found = dict(line.split(b"=", 1) for line in process.stdout.split(b"\0") if b"=" in line)
        return {
            packed(name): packed(value) for name, value in sorted(found.items())
            if name != b"HOSTNAME" and (name, value) not in BARE_CONTAINER
        }

    def end(self):
        pass


class RawLine:
    """What `sed` finds behind `KEY=` at the start of a line; the last one counts."""

    def ask(self, file, environment):
        with tempfile.NamedTemporaryFile() as out:
            out.write(file)
            out.flush()
            found = {}
            for name in names_in(file):
                process = subprocess.run(
                    ["sed", "-n", f"s/\\r$//;s/^{name}=/+/p", out.name], env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
                    capture_output=True, check=True)
                lines = process.stdout.removesuffix(b"\n").split(b"\n")
                if lines[-1].startswith(b"+"):
                    found[packed(name.encode())] = packed(lines[-1][1:])
        return found

    def end(self):
        pass


def version(command):
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except OSError:
        return None
    return (process.stdout.strip() or process.stderr.strip()).splitlines()[0] if process.returncode == 0 else None


def package_version(name):
    return version(["dpkg-query", "-W", "-f", "${Version}", name])


def python_version(python):
    return version([python, "-c", "from importlib.metadata import version; print(version('python-dotenv'))"])


def readers_of(options):
    """Name -> (version, reader) of all that is here."""
    found = {}
    for shell, command in SHELLS.items():
        if shutil.which(command[0]):
            package = "busybox-static" if shell == "busybox" else shell
            found[shell] = (f"{shell} {package_version(package)}", Shell(command))
    found["rawLine"] = (version(["sed", "--version"]), RawLine())
    if options.python:
        found["pythonDotenv"] = (
            f"python-dotenv {python_version(options.python)}",
            Lines([options.python, f"{HERE}/python_reader.py", "dotenv"]))
    if options.old_python:
        found["pythonDotenvOld"] = (
            f"python-dotenv {python_version(options.old_python)}",
            Lines([options.old_python, f"{HERE}/python_reader.py", "dotenv"]))
    if options.compose_v1:
        found["composeV1"] = (
            f"docker-compose {package_version('docker-compose')}",
            Lines([options.compose_v1, f"{HERE}/python_reader.py", "compose"]))
    if options.compose:
        found["composeV2"] = (options.compose_version, Lines([options.compose]))
    if options.docker:
        found["dockerRun"] = (
            version([options.docker_program, "--version"]), Docker(options.docker_program, options.docker, options.image))
    return found


def answered(file, environment, readers, wanted):
    line = {"file": packed(file)}
    if environment:
        line["environment"] = environment
    line["answers"] = {name: reader.ask(file, environment) for name, (_, reader) in readers.items() if wanted(name)}
    return line


def write(path, readers, lines):
    with open(path, "w", encoding="ascii") as out:
        out.write('{"programs": ' + json.dumps({name: version for name, (version, _) in sorted(readers.items())}, indent=1))
        out.write(',\n"cases": [\n' + ",\n".join(json.dumps(line) for line in lines) + "\n]}\n")


def record(options, readers):
    templates = {file for value in cases.TEMPLATES for file in cases.spelled(value)}
    lines = []
    for file, environment in cases.written():
        # A container takes half a second, and `docker run` knows no templates.
        lines.append(answered(file, environment, readers, lambda name: name != "dockerRun" or file not in templates))
    write(options.file, readers, lines)
    print(f"{len(lines)} cases, {sum(len(line['answers']) for line in lines)} answers")


def draw(options, readers):
    lines = [answered(*case, readers, lambda _: True) for case in cases.drawn(options.count, options.seed)]
    write(options.file, readers, lines)


def compare(options, readers):
    with open(options.file, encoding="ascii") as source:
        recording = json.load(source)
    for name, known in sorted(recording["programs"].items()):
        here = readers[name][0] if name in readers else None
        print(f"{name}: recorded with {known}, " + (f"here {here}" if here else "not here: its recorded answers stand"))
    asked = differences = 0
    for case in recording["cases"]:
        file, environment = unpacked(case["file"]), case.get("environment", {})
        for name, known in case["answers"].items():
            if name not in readers:
                continue
            asked += 1
            answer = readers[name][1].ask(file, environment)
            if answer != known:
                differences += 1
                print(f"{name} answers differently now: file {case['file']!r}, recorded {known!r}, now {answer!r}")
    print(f"{asked} answers compared, {differences} differ")
    return differences == 0 and asked > 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("action", choices=["record", "compare", "draw"])
    parser.add_argument("file")
    parser.add_argument("--compose")
    parser.add_argument("--compose-version", default="compose-go, version unknown")
    for option in ["--python", "--old-python", "--compose-v1", "--docker"]:
        parser.add_argument(option)
    parser.add_argument("--docker-program", default="docker")
    parser.add_argument("--image", default="busybox")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    readers = readers_of(options)
    try:
        passed = {"record": record, "compare": compare, "draw": draw}[options.action](options, readers)
    finally:
        for _, reader in readers.values():
            reader.end()
    sys.exit(1 if passed is False else 0)


main()
