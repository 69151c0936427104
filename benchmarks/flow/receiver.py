"""A web site's receiver: takes webhooks, checks every signature, and remembers when each comment's verdict arrived."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time

from standardwebhooks import Webhook

ARRIVALS: dict[str, float] = {}
COUNTS = {"bad": 0, "all": 0}
VERIFIERS: list[Webhook] = []


class Receiver(asyncio.Protocol):
    """As little HTTP/1.1 as a benchmark needs, so that the receiver takes little of the machine."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that has come whole."""
        self._bytes += data
        while (end := self._bytes.find(b"\r\n\r\n")) >= 0:
            lines = bytes(self._bytes[:end]).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            length = int(headers.get("content-length", "0"))
            if len(self._bytes) < end + 4 + length:
                return
            body = bytes(self._bytes[end + 4 : end + 4 + length])
            del self._bytes[: end + 4 + length]
            status, answer = answer_to(lines[0], headers, body)
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(answer)}\r\nContent-Type: application/json\r\n\r\n"
            self._transport.write(head.encode() + answer)  # type: ignore[attr-defined]


def answer_to(line: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """Take a webhook, a secret to check by, or a question about arrivals."""
    method, path, _ = line.split(" ")
    if path == "/arrivals":
        return 200, json.dumps({"arrivals": ARRIVALS, **COUNTS}).encode()
    if path == "/count":
        return 200, json.dumps({"n": len(ARRIVALS), **COUNTS}).encode()
    if path == "/begin" and method == "POST":
        ARRIVALS.clear()
        COUNTS.update(bad=0, all=0)
        VERIFIERS[:] = [Webhook(body.decode())]
        return 204, b""
    now = time.time()
    COUNTS["all"] += 1
    try:
        VERIFIERS[0].verify(body, headers)
    except Exception:  # noqa: BLE001  whatever is wrong with it, it is a bad signature
        COUNTS["bad"] += 1
        return 401, b""
    ARRIVALS.setdefault(json.loads(body)["data"]["comment_id"], now)
    return 204, b""


async def main() -> None:
    """Serve on a free port and print it."""
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
