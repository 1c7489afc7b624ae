"""Reads dotenv files with python-dotenv, or with docker-compose v1's own function: one JSON object a line in, one out."""

import base64
import json
import logging
import os
import sys
import tempfile

logging.disable(logging.CRITICAL)
if sys.argv[1] == "compose":
    from compose.config.environment import env_vars_from_file as read
else:
    from dotenv import dotenv_values as read

folder = tempfile.mkdtemp()
path = os.path.join(folder, "file")
for line in sys.stdin:
    asked = json.loads(line)
    with open(path, "wb") as file:
        file.write(base64.b64decode(asked["file"]))
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(asked["environment"])
    try:
        values = {
            key: None if value is None else base64.b64encode(value.encode()).decode() for key, value in read(path).items()
        }
        answer = {"values": values}
    except Exception as error:  # whatever it is, the program that asked would have stopped
        answer = {"refused": type(error).__name__}
    os.environ.clear()
    os.environ.update(kept)
    print(json.dumps(answer), flush=True)
os.remove(path)
os.rmdir(folder)
