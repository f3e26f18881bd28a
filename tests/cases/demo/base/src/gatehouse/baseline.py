"""Remembers which checks already failed before a phase began."""

import json
from pathlib import Path


class BaselineStore:
    """One JSON file per branch, written whole."""

    def __init__(self, root):
        self.root = Path(root)

    def path_of(self, branch: str) -> Path:
        return self.root / (branch.replace("/", "__") + ".json")

    def load(self, branch: str) -> dict:
        path = self.path_of(branch)
        if not path.exists():
            return {"branch": branch, "known_failures": []}
        return json.loads(path.read_text(encoding="utf-8"))

    def save(self, branch: str, known_failures) -> dict:
        record = {
            "branch": branch,
            "known_failures": sorted(set(known_failures)),
        }
        self.root.mkdir(parents=True, exist_ok=True)
        text = json.dumps(record, indent=2, ensure_ascii=False)
        self.path_of(branch).write_text(text + "\n", encoding="utf-8")
        return record

    def known(self, branch: str) -> frozenset:
        return frozenset(self.load(branch)["known_failures"])
