"""What disk.py breaks disks with: a file system of its own, and system calls that fail."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading

from operations import PATIENCE


class NotPossible(Exception):
    """This machine does not allow what a part needs."""


class SmallDisk:
    """A file system of its own, in memory."""

    def __init__(self, folder, megabytes):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "comfygate-disk", folder)

    @staticmethod
    def run(*words):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        if done.returncode != 0:
            raise NotPossible(f"{' '.join(str(word) for word in words[:2])}: {done.stderr.strip()}")

    @property
    def free(self):
        facts = os.statvfs(self.folder)
        return facts.f_bavail * facts.f_frsize

    def remount(self, option):
        self.run("mount", "-o", f"remount,{option}", self.folder)

    def fill(self, leave=0):
        """Takes all room but this, or all there is."""
        with open(self.folder / "filler", "ab", buffering=0) as filler:
            while self.free > leave:
                try:
                    filler.write(bytes(min(65_536, self.free - leave) if leave else 4_096))
                except OSError:
                    return

    def end(self):
        subprocess.run(["umount", "--lazy", self.folder], capture_output=True)


class Injection:
    """Has system calls of a running process fail, those on some paths or all of a kind."""

    def __init__(self, pid, calls, error, paths=(), when=None):
        self.words = self.lines = None
        rule = f"{calls}:error={error}" + (f":when={when}" if when else "")
        limits = [word for path in paths for word in ("-P", str(path))]
        self.output = tempfile.NamedTemporaryFile(prefix="comfygate-strace-")
        if not shutil.which("strace"):
            raise NotPossible("there is no strace")
        self.popen = subprocess.Popen(
            ["strace", "-f", "-p", str(pid), "-e", f"inject={rule}", "-e", f"trace={calls}", "-o", self.output.name, *limits],
            stderr=subprocess.PIPE, text=True)
        line = self.popen.stderr.readline()
        while line and "attached" not in line and "rror" not in line and "not permitted" not in line:
            line = self.popen.stderr.readline()
        if "attached" not in line:
            self.popen.wait(PATIENCE)
            raise NotPossible(f"strace: {line.strip()}")
        # What it says when it leaves must not fill the pipe.
        threading.Thread(target=self.popen.stderr.read, daemon=True).start()

    def end(self):
        """Lets go; how many calls have failed."""
        self.popen.send_signal(signal.SIGTERM)
        self.popen.wait(PATIENCE)
        return pathlib.Path(self.output.name).read_text(errors="replace").count("(INJECTED)")
