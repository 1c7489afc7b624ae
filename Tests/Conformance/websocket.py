"""Runs the WebSocket conformance suite (kosoku) against ConformancePeer, on both sides.

usage: websocket.py server|client PEER [CASE...]
  server  the peer serves, the suite is the client
  client  the suite serves, the peer is the client
Exit status 0 when no case failed; each that did is printed.
"""

import asyncio
import subprocess
import sys

from kosoku import FailureError, _caseindex, run_fuzzingclient, run_fuzzingserver

# What is left open by the RFC is reported as INFORMATIONAL; a wish not met as NON-STRICT. Neither is a failure.
ACCEPTED = {"OK", "NON-STRICT", "INFORMATIONAL"}

def has_passed(result):
    return result.behavior.value in ACCEPTED and result.behavior_close.value in ACCEPTED


def accept_uncompressed_messages():
    """The compression cases hash what comes back. kosoku 0.1.0 hands over a message that was not compressed as a str of
    its characters, on which hashing raises; a peer may well leave a message uncompressed (RFC 7692, section 6)."""
    build = _caseindex.build_index

    def build_index(*arguments):
        cases, groups = build(*arguments)
        for case in cases.values():
            if not hasattr(case, "TESTDATA"):
                continue

            def on_message(self, message, binary, original=case.onMessage):
                if isinstance(message, str):
                    message = message.encode("latin-1" if binary else "utf-8")
                original(self, message, binary)

            case.onMessage = on_message
        return cases, groups

    _caseindex.build_index = build_index


async def run(side, peer, cases):
    if side == "server":
        process = subprocess.Popen([peer, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            port = int(process.stdout.readline())
            return await run_fuzzingclient(f"127.0.0.1:{port}", cases, None, concurrency=2)
        finally:
            process.stdin.close()
            process.wait()
    async with run_fuzzingserver(cases, None, host="127.0.0.1", port=0) as server:
        process = await asyncio.create_subprocess_exec(peer, "client", server.address, str(server.port))
        results = asyncio.ensure_future(server.get_result())
        status = await process.wait()
        if status != 0:
            results.cancel()
            raise SystemExit(f"the peer ended with status {status}")
        return await results


def main():
    accept_uncompressed_messages()
    side, peer, cases = sys.argv[1], sys.argv[2], sys.argv[3:] or None
    try:
        results = asyncio.run(run(side, peer, cases))
    except FailureError as failure:
        results = failure.results
    passed = [result for result in results if has_passed(result)]
    failed = [result for result in results if not has_passed(result)]
    for result in failed:
        print(f"{result.case_id}: {result.behavior.value}, close {result.behavior_close.value}")
    print(f"{side}: {len(passed)} of {len(results)} cases passed")
    raise SystemExit(1 if failed or not results else 0)


main()
