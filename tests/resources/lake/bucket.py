# mypy: disable-error-code="attr-defined"
"""A bucket on loopback that speaks as much of S3 as Delta asks for; prints its port and serves.

A process of its own: deltalake's file handler holds the interpreter while it waits for an answer.
"""

import hashlib
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Bucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # Head and body in one packet, or each answer waits 40 ms for an ACK

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    @property
    def key(self):
        return unquote(urlsplit(self.path).path).removeprefix("/lake").lstrip("/")

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            if self.headers["If-None-Match"] == "*" and self.key in self.server.objects:
                return self.answer(412)
            self.server.objects[self.key] = body
        return self.answer(200, ETag=etag(body))

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            return self.listed(query)
        body = self.server.objects.get(self.key)
        if body is None:
            return self.answer(404)
        headers = {"ETag": etag(body), "Last_Modified": formatdate(usegmt=True)}
        wanted = self.headers["Range"]
        if wanted is None or self.command == "HEAD":
            return self.answer(200, body, **headers)
        first, last = wanted.removeprefix("bytes=").split("-")
        start = int(first) if first else len(body) - int(last)
        part = body[start : int(last) + 1] if first and last else body[start:]
        span = f"bytes {start}-{start + len(part) - 1}/{len(body)}"
        return self.answer(206, part, Content_Range=span, **headers)

    do_HEAD = do_GET  # noqa: N815

    def do_DELETE(self):
        self.server.objects.pop(self.key, None)
        self.answer(204)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        keys = [part.partition("</Key>")[0] for part in body.split("<Key>")[1:]]
        for key in keys:
            self.server.objects.pop(key, None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self.answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode())

    def listed(self, query):
        prefix = query.get("prefix", [""])[0]
        after = query.get("start-after", [""])[0]
        deep = "delimiter" not in query
        keys = [k for k in sorted(self.server.objects) if k.startswith(prefix) and k > after]
        here = [k for k in keys if deep or "/" not in k[len(prefix) :]]
        folders = {prefix + k[len(prefix) :].split("/")[0] + "/" for k in set(keys) - set(here)}
        entries = "".join(
            f"<Contents><Key>{escape(k)}</Key><Size>{len(self.server.objects[k])}</Size>"
            f"<LastModified>2026-03-01T00:00:00.000Z</LastModified></Contents>"
            for k in here
        ) + "".join(
            f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>"
            for folder in sorted(folders)
        )
        self.answer(200, f"<ListBucketResult>{entries}</ListBucketResult>".encode())


def etag(body):
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Bucket) as server:
        server.objects, server.lock = {}, threading.Lock()
        print(server.server_port, flush=True)  # noqa: T201
        server.serve_forever()
