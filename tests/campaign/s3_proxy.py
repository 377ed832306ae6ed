"""An HTTP proxy in front of an S3 server that does what a bad day does.

Requests are passed on as they came, so signatures hold. `plan` maps the number of a request (from
1) to a fault:

    slow       the answer starts after a pause
    reset      the connection is reset instead of an answer
    500, 503   an S3 error document
    truncated  half of the announced body, then the connection is closed
    longer     a Content-Length of more than there is, then the connection is closed

`allowed(method, path, query)` decides which requests are answered with AccessDenied.
`on_get(key)` is called before a GET of an object is passed on. With `pages`, listings come in two
pages, and `between_pages()` is called before the second.
"""

import http.client
import http.server
import re
import socket
import struct
import threading
import time
import urllib.parse
import xml.sax.saxutils

FAULTS = ("slow", "reset", "500", "503", "truncated", "longer")
ERROR = ('<?xml version="1.0" encoding="UTF-8"?><Error><Code>{}</Code><Message>{}</Message>'
         "<RequestId>0</RequestId></Error>")


class S3Proxy:
    def __init__(self, port):
        self.target = port
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.proxy = self
        self.port = self.server.server_address[1]
        self.arm({})
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def arm(self, plan, on_get=None, pages=False, between_pages=None, every=None,
            allowed=lambda *_: True):
        with self.lock:
            self.allowed = allowed
            self.plan, self.on_get = plan, on_get
            self.pages, self.between_pages = pages, between_pages
            self.every = every  # a fault for every request
            self.requests = 0
            self.injected = 0
            self.rest = {}

    def next_fault(self):
        with self.lock:
            self.requests += 1
            fault = self.every or self.plan.get(self.requests)
            self.injected += fault is not None
            return fault

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy = property(lambda self: self.server.proxy)

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def handle_request(self):
        body = self.read_body()
        fault = self.proxy.next_fault()
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        if fault in ("500", "503"):
            code, text = ("InternalError", "We encountered an internal error.") \
                if fault == "500" else ("SlowDown", "Please reduce your request rate.")
            self.answer(int(fault), [("Content-Type", "application/xml")],
                        ERROR.format(code, text).encode())
            return
        if fault == "slow":
            time.sleep(0.5)
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))
        if not self.proxy.allowed(self.command, urllib.parse.unquote(address.path), query):
            self.answer(403, [("Content-Type", "application/xml")],
                        ERROR.format("AccessDenied", "Access Denied").encode())
            return
        token = query.get("continuation-token")
        if token in self.proxy.rest:
            self.second_page(token)
            return
        if self.command == "GET" and not query and self.proxy.on_get:
            self.proxy.on_get(urllib.parse.unquote(address.path))
        status, headers, data = self.ask(body)
        if self.proxy.pages and "list-type" in query and status == 200:
            data = self.first_page(data)
        self.answer(status, headers, data, fault)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_request

    def read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def ask(self, body):
        upstream = http.client.HTTPConnection("127.0.0.1", self.proxy.target, timeout=60)
        try:
            upstream.putrequest(self.command, self.path, skip_host=True,
                                skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in ("expect", "connection", "transfer-encoding",
                                        "content-length"):
                    upstream.putheader(name, value)
            if body or self.command in ("PUT", "POST"):
                upstream.putheader("Content-Length", str(len(body)))
            upstream.endheaders(body)
            reply = upstream.getresponse()
            data = reply.read()
            headers = [(n, v) for n, v in reply.getheaders()
                       if n.lower() not in ("connection", "transfer-encoding", "content-length")]
            self.length = reply.getheader("Content-Length")
            return reply.status, headers, data
        finally:
            upstream.close()

    def answer(self, status, headers, data, fault=None):
        length = len(data)
        if self.command == "HEAD":
            length = getattr(self, "length", None) or 0
        elif fault == "longer":
            length += 1000
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault == "truncated":
            data = data[:len(data) // 2]
        self.wfile.write(data)
        if fault in ("truncated", "longer"):
            self.close_connection = True

    def first_page(self, data):
        text = data.decode()
        entries = re.findall(r"<Contents>.*?</Contents>", text, re.S)
        if len(entries) < 2 or "<IsTruncated>true" in text:
            return data
        half = len(entries) // 2
        token = f"page-{id(self)}-{self.proxy.requests}"
        rest = text
        for entry in entries[:half]:
            rest = rest.replace(entry, "", 1)
        self.proxy.rest[token] = rest
        for entry in entries[half:]:
            text = text.replace(entry, "", 1)
        text = re.sub(r"<IsTruncated>false</IsTruncated>",
                      "<IsTruncated>true</IsTruncated><NextContinuationToken>"
                      f"{xml.sax.saxutils.escape(token)}</NextContinuationToken>", text)
        return text.encode()

    def second_page(self, token):
        text = self.proxy.rest[token]
        if self.proxy.between_pages:
            text = self.proxy.between_pages(text)
        self.answer(200, [("Content-Type", "application/xml")], text.encode())
