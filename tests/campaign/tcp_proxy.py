"""A TCP proxy that cuts connections: after so many bytes from the client, or all of them now."""

import socket
import threading


class TcpProxy:
    def __init__(self, port):
        self.target = port
        self.cut_after = None  # bytes from the client, over all connections
        self.cuts = 0
        self.seen = 0
        self.lock = threading.Lock()
        self.open = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, cut_after):
        with self.lock:
            self.seen, self.cut_after = 0, cut_after

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            with self.lock:
                self.open |= {client, server}
            for source, sink, counted in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pump, args=(source, sink, counted),
                                 daemon=True).start()

    def _pump(self, source, sink, counted):
        try:
            while data := source.recv(65536):
                if counted and self._must_cut(len(data)):
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
        with self.lock:
            self.open -= {source, sink}

    def _must_cut(self, more):
        with self.lock:
            self.seen += more
            if self.cut_after is None or self.seen <= self.cut_after:
                return False
            self.cuts += 1
            self.cut_after = None
            return True

    def stop(self):
        self.listener.close()
        with self.lock:
            for end in self.open:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
