"""Questions to start from: each file is one SELECT under a comment that says what it answers."""

from pathlib import Path


def examples() -> dict[str, str]:
    """Title and SQL of every example, in the order of the files' names."""
    texts = [file.read_text(encoding="utf-8").strip() for file in sorted(Path(__file__).parent.glob("*.sql"))]
    return {text.splitlines()[0].removeprefix("-- "): text for text in texts}
