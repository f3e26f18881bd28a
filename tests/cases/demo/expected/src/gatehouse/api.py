"""Requests in, dictionaries out; the web server lives elsewhere."""

from datetime import datetime, timezone

from gatehouse import waivers
from gatehouse.baseline import BaselineStore

ROUTES = {}


def route(method, path):
    """Registers a handler under a method and a path."""

    def register(handler):
        ROUTES[(method, path)] = handler
        return handler

    return register


class Service:
    """What the handlers need: baselines, waivers, and the time."""

    def __init__(self, root, clock=None):
        self.baselines = BaselineStore(root)
        self.waivers = waivers.WaiverStore(root / "waivers.ndjson")
        self.clock = clock or (lambda: datetime.now(timezone.utc))

    def handle(self, method, path, body=None):
        handler = ROUTES.get((method, path))
        if handler is None:
            return {"status": 404, "error": "no such route"}
        try:
            return handler(self, body or {})
        except KeyError as missing:
            return {"status": 400, "error": f"missing {missing}"}
        except waivers.WaiverError as why:
            return {"status": 409, "error": str(why)}


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


@route("POST", "/waiver")
def request_waiver(service, body):
    waiver = waivers.request(
        body["branch"],
        body["check"],
        body["who"],
        body["reason"],
        service.clock(),
        body.get("days", 7),
    )
    service.waivers.append(waiver)
    return {"status": 201, "waiver": waiver.as_record()}


@route("POST", "/waiver/decision")
def decide_waiver(service, body):
    waiver = service.waivers.get(body["waiver_id"])
    comment = body.get("comment", "")
    waiver = waivers.decide(waiver, body["state"], body["who"], comment)
    service.waivers.append(waiver)
    return {"status": 200, "waiver": waiver.as_record()}


@route("GET", "/waivers")
def list_waivers(service, body):
    listed = []
    for waiver in service.waivers.all().values():
        if waiver.branch == body["branch"]:
            record = waiver.as_record()
            record["days_left"] = waiver.open_for(service.clock()).days
            listed.append(record)
    return {"status": 200, "waivers": listed}
