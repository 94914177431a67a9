"""One way to tell that something is made already: a hash of everything that decided it.

Whoever keeps a result keeps the stamp of its options and inputs beside it, or in its name. Options
are plain values, inputs are named by their own stamp or by the hash of their file. Code is not part
of it: what a change of code makes different gets a version number among its facts.
"""

import hashlib
import json
from collections.abc import Mapping


def stamp(facts: Mapping[str, object]) -> str:
    """Return the SHA-256 of facts (values of JSON, tuples, paths), in whatever order they are."""
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
