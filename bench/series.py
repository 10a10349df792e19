"""How long a list's history takes to read, and in how much memory: 300 versions of 1 MB, in one process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.figures import Figure
from kooch.rosters import Member, Roster, write_roster

PEOPLE = 4_900
"""They fill 1 MB."""
_FIRST = date(2024, 1, 1)
_KINDS = (
    ("YAML, 1 row in 50 edited", "list.yaml", 50, ""),
    ("JSON, 1 row in 50 edited", "list.json", 50, ""),
    ("YAML, all rows edited", "list.yaml", 1, ""),
    # Such a text is parsed as a whole.
    ("YAML below a key", "list.yaml", 50, "people:\n"),
)
"""Name, file, of how many people one is edited in each version, and what stands above the list."""

# In a process of its own: its memory is the reader's.
_READ = """
import json, re, sys
from pathlib import Path
from time import process_time
from kooch.rosters import read_history, read_roster, runs_of

history, folder, path = map(Path, sys.argv[1:])
mapping = {"id.official": "official_ids", "social.twitter": "x", "social.twitter_id": "x_native_id"}
roster = read_roster(folder)
started = process_time()
found = read_history(history, roster, paths=[str(path)], mapping=mapping)
runs = runs_of(found.versions).runs
used = process_time() - started
peak = int(re.search("VmHWM:\\\\s+(\\\\d+) kB", open("/proc/self/status").read())[1])
print(json.dumps({"seconds": used, "mb": peak / 1000, "versions": len(found.versions), "runs": len(runs)}))
"""


def measure_series(folder: Path, *, versions: int, people: int, is_full: bool) -> Iterator[Figure]:
    """One git history of a list per kind."""
    members = [
        Member(
            figure_id=f"p-{n}",
            name=f"Person {n}",
            kind="person",
            role="member",
            source="made",
            official_ids=(f"official:{n}",),
        )
        for n in range(people)
    ]
    roster = Roster(
        slug="list",
        title="list",
        description="made",
        selection="listed",
        source="made",
        licence="CC0-1.0",
        as_of=_FIRST,
        time_zone="UTC",
        members=tuple(members),
    )
    write_roster(roster, folder)
    for kind, file, share, above in _KINDS:
        repository = folder / kind
        size = write_history(repository, file, versions=versions, people=people, share=share, above=above)
        finished = subprocess.run(
            [sys.executable, "-c", _READ, str(repository), str(folder / "list"), file],
            check=True,
            capture_output=True,
            text=True,
        )
        measured = json.loads(finished.stdout)
        what = f"{measured['versions']:,} versions of {size / 10**6:.1f} MB, {kind}"
        yield Figure(what=what, figure=measured["seconds"], unit="s", target=180 if is_full else None)
        yield Figure(what="  their memory", figure=measured["mb"], unit="MB", target=1000 if is_full else None)


def write_history(repository: Path, file: str, *, versions: int, people: int, share: int, above: str) -> int:
    """A repository with a commit a day: how large its last version is, in bytes.

    Each version edits one in `share` people. Over time most of them get a new handle.
    """
    _git("init", "-q", "--bare", str(repository))
    handles = [f"person{n}" for n in range(people)]
    texts = [_text(n, handle, "at first", file) for n, handle in enumerate(handles)]
    content = b""
    command = ["git", "-C", str(repository), "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        if process.stdin is None:
            raise AssertionError("git has no pipe")
        for version in range(versions):
            for n in range(version % share, people, share):
                if n % 500 == version:
                    handles[n] = f"renamed{n}"
                texts[n] = _text(n, handles[n], f"version {version}", file)
            content = ("[" + ",\n".join(texts) + "]\n" if file.endswith(".json") else above + "".join(texts)).encode()
            at = datetime.combine(_FIRST + timedelta(days=version), datetime.min.time(), UTC)
            process.stdin.write(
                f"commit refs/heads/main\ncommitter Made <made@a.test> {at.timestamp():.0f} +0000\ndata 0\n"
                f"M 100644 inline {file}\ndata {len(content)}\n".encode()
                + content
                + b"\n"
            )
    _git("-C", str(repository), "symbolic-ref", "HEAD", "refs/heads/main")
    return len(content)


def _git(*words: str) -> None:
    subprocess.run(["git", *words], check=True)  # noqa: S607 -- as installed


def _text(n: int, handle: str, seen: str, file: str) -> str:
    if file.endswith(".json"):
        ids = {"official": f"official:{n}", "thomas": f"{n:05}", "govtrack": 400_000 + n}
        social = {"twitter": handle, "twitter_id": _number(n), "facebook": f"person.{n}", "youtube_id": f"UC{n:022}"}
        return json.dumps({"id": ids, "social": social, "terms": {"seen": seen}})
    return (
        f"- id:\n    official: official:{n}\n    thomas: '{n:05}'\n    govtrack: {400_000 + n}\n"
        f"  social:\n    twitter: {handle}\n    twitter_id: {_number(n)}\n    facebook: person.{n}\n"
        f"    youtube_id: UC{n:022}\n  terms:\n    seen: {seen}\n"
    )


def _number(n: int) -> int:
    return 10_000_000 + 7 * n
