# usage: answer-prompts.py PASSPHRASE COMMAND...: answers each prompt for a passphrase on the program's own terminal.
import os
import pty
import sys

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b""
while True:
    try:
        data = os.read(terminal, 1024)
    except OSError:
        break
    if not data:
        break
    seen = (seen + data).lower()
    while b"passphrase" in seen and b":" in seen.split(b"passphrase", 1)[1]:
        seen = seen.split(b"passphrase", 1)[1].split(b":", 1)[1]
        os.write(terminal, sys.argv[1].encode() + b"\n")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
