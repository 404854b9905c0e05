"""A loopback server that sends validators and honours them, in a process of its own, with a log."""
import functools
import http.server
import multiprocessing
import os


class Handler(http.server.SimpleHTTPRequestHandler):
    """Python's own: Last-Modified on each file, 304 to If-Modified-Since."""
    protocol_version = "HTTP/1.1"
    log = None

    def send_response(self, code, message=None):
        self.log.put((self.path, code, "If-Modified-Since" in self.headers or "If-None-Match" in self.headers))
        super().send_response(code, message)

    def log_message(self, format, *args):
        pass


def serve(folder, log, port):
    Handler.log = log
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    port.put(server.server_port)
    server.serve_forever()


class Serving:
    def __init__(self, folder):
        self.folder = folder
        self.log, self._port = multiprocessing.Queue(), multiprocessing.Queue()

    def __enter__(self):
        self._process = multiprocessing.Process(target=serve, args=(self.folder, self.log, self._port), daemon=True)
        self._process.start()
        self.port = self._port.get(timeout=30)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.join()

    def address(self, root):
        return f"http://127.0.0.1:{self.port}/{root}"

    def roots(self):
        return sorted(os.listdir(self.folder))

    def mirrors(self):
        """ez's options: the repository's id is the last part of its archive root."""
        return [word for root in self.roots() for word in ("--mirror", f"{root}={self.address(root)}")]

    def requests(self):
        """What came since the last call."""
        seen = []
        while not self.log.empty():
            seen.append(self.log.get())
        return seen
