"""The Moto server as server.py wants it: any free port, printed, until standard input ends."""

import logging
import sys
import threading
from pathlib import Path

from moto.moto_server.werkzeug_app import (DomainDispatcherApplication, MotoRequestHandler,
                                           create_backend_app)
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.server import end_with_stdin  # noqa: E402


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app),
                         threaded=True, request_handler=MotoRequestHandler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.port, flush=True)
    end_with_stdin(server.shutdown)


if __name__ == "__main__":
    main()
