"""An S3 on loopback: moto's server, from the environment of the lake's readers."""

import subprocess
import time
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.loopback import fetch, free_port

_PROGRAM = Path(__file__).parents[1] / "clients" / ".lake" / "bin" / "moto_server"
_START_SECONDS = 60


class S3Server:
    """A context manager; what it holds is gone when it ends. `environment` is what its users set."""

    def __enter__(self) -> Self:
        assert _PROGRAM.exists(), f"{_PROGRAM} is missing: run `make test` once"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            "AWS_ACCESS_KEY_ID": "loopback",
            "AWS_SECRET_ACCESS_KEY": "only-for-loopback-s3",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": self.url,
        }
        self._server = subprocess.Popen(
            [str(_PROGRAM), "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the S3 did not start")
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.kill()
        self._server.wait()

    def make_bucket(self, name: str) -> None:
        subprocess.run([str(_PROGRAM.with_name("python")), "-c", _MAKE_BUCKET, self.url, name], check=True)

    def give_rights(self, *, to_all: bool) -> None:
        """Let everybody in, or nobody whose keys it does not know: it knows none."""
        answer = fetch(
            f"{self.url}/moto-api/reset-auth",
            headers={"Content-Type": "text/plain"},
            body=b"1000000" if to_all else b"0",
        )
        assert answer.status == 200

    def _answers(self) -> bool:
        try:
            return fetch(f"{self.url}/moto-api/").status == 200
        except (OSError, HTTPException):
            return False


_MAKE_BUCKET = """
import sys
import boto3
url, name = sys.argv[1:]
boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b").create_bucket(Bucket=name)
"""
