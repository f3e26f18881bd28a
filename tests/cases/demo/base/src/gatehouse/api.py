"""Requests in, dictionaries out; the web server lives elsewhere."""

from gatehouse.baseline import BaselineStore

ROUTES = {}


def route(method, path):
    """Registers a handler under a method and a path."""

    def register(handler):
        ROUTES[(method, path)] = handler
        return handler

    return register


class Service:
    """What the handlers need: a place for baselines."""

    def __init__(self, root):
        self.baselines = BaselineStore(root)

    def handle(self, method, path, body=None):
        handler = ROUTES.get((method, path))
        if handler is None:
            return {"status": 404, "error": "no such route"}
        try:
            return handler(self, body or {})
        except KeyError as missing:
            return {"status": 400, "error": f"missing {missing}"}


@route("GET", "/health")
def health(service, body):
    return {"status": 200, "ok": True}


@route("GET", "/baseline")
def read_baseline(service, body):
    record = service.baselines.load(body["branch"])
    return {"status": 200, "baseline": record}


@route("PUT", "/baseline")
def write_baseline(service, body):
    record = service.baselines.save(body["branch"], body["known_failures"])
    return {"status": 200, "baseline": record}
