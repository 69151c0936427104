"""A store that speaks as much of S3 as keeping versions takes, on a real port; what it holds is in `objects`."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_WHEN = "2026-11-22T12:00:00.000Z"


class ObjectStore:
    """Objects by `bucket/key`; `refuses` makes it answer 403 to everybody, `log` remembers who asked for what."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.refuses = False
        self.log: list[tuple[str, str]] = []

        class Server(ThreadingHTTPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"store": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which clients of S3 find it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "of-the-tests",
            "AWS_SECRET_ACCESS_KEY": "of-the-tests-and-of-nothing-else",
            "AWS_REGION": "eu-central-1",
        }

    def listed(self, bucket: str, asked: dict[str, str]) -> str:
        """Write what stands under a prefix, up to the next delimiter."""
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        keys = sorted(path.removeprefix(f"{bucket}/") for path in self.objects if path.startswith(f"{bucket}/{prefix}"))
        folders: dict[str, None] = {}
        contents = []
        for key in keys:
            rest = key.removeprefix(prefix)
            if delimiter and delimiter in rest:
                folders[prefix + rest.partition(delimiter)[0] + delimiter] = None
                continue
            size = len(self.objects[f"{bucket}/{key}"])
            contents.append(
                f"<Contents><Key>{escape(key)}</Key><LastModified>{_WHEN}</LastModified>"
                f"<ETag>&quot;x&quot;</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            )
        prefixes = "".join(f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in folders)
        return (
            f"{_XML}<ListBucketResult><Name>{escape(bucket)}</Name><Prefix>{escape(prefix)}</Prefix>"
            f"<KeyCount>{len(contents)}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>"
            f"{''.join(contents)}{prefixes}</ListBucketResult>"
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    store: ObjectStore
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, asked = self._asked()
        if "list-type" in asked:
            self._answer(200, self.store.listed(path, asked).encode())
        elif path in self.store.objects:
            self._answer(200, self.store.objects[path])
        else:
            self._answer(404, _error("NoSuchKey"))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        path, _ = self._asked()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.store.refuses:
            self.store.objects[path] = body
        self._answer(200, b"")

    def do_DELETE(self) -> None:
        path, _ = self._asked()
        self.store.objects.pop(path, None)
        self._answer(204, b"")

    def do_POST(self) -> None:
        """Delete many at once."""
        bucket, _ = self._asked()
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        keys = [piece.partition("</Key>")[0] for piece in body.split("<Key>")[1:]]
        for key in keys:
            self.store.objects.pop(f"{bucket}/{key}", None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self._answer(200, f"{_XML}<DeleteResult>{gone}</DeleteResult>".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the standard library's name
        """Say nothing."""

    def _asked(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        self.store.log.append((self.command, unquote(parts.path)))
        asked = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        return unquote(parts.path).strip("/"), asked

    def _answer(self, status: int, body: bytes) -> None:
        if self.store.refuses:
            status, body = 403, _error("AccessDenied")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')
        self.send_header("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _error(code: str) -> bytes:
    return f"{_XML}<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
