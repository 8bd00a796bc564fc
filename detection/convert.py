"""Converts the rules of a folder to Lucene queries for ECS documents.

Prints a JSON object: the query of each rule, by the name of its file. The
versions of what it needs are in requirements.txt.
"""

import json
import pathlib
import sys

from sigma.backends.elasticsearch import LuceneBackend
from sigma.collection import SigmaCollection
from sigma.pipelines.elasticsearch.windows import ecs_windows


def main(folder: str) -> None:
    queries = {}
    for path in sorted(pathlib.Path(folder).glob("*.yml")):
        rules = SigmaCollection.from_yaml(path.read_text(encoding="utf-8"))
        (queries[path.stem],) = LuceneBackend(ecs_windows()).convert(rules)
    json.dump(queries, sys.stdout, indent=2, sort_keys=True, ensure_ascii=False)
    print()


main(sys.argv[1])
