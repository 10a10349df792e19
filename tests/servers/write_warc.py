"""Captures from standard input (JSON lines) as a WARC file, the only argument. Runs in pywb's environment."""

import base64
import json
import sys
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

with Path(sys.argv[1]).open("wb") as file:
    writer = WARCWriter(file, gzip=True)
    for line in sys.stdin:
        capture = json.loads(line)
        body = base64.b64decode(capture["body"])
        headers = [("Content-Type", capture["mimetype"]), ("Content-Length", str(len(body))), *capture["headers"]]
        http = StatusAndHeaders(f"{capture['status']} Archived", headers, protocol="HTTP/1.1")
        if capture["repeats"]:
            record = writer.create_revisit_record(
                capture["url"],
                capture["digest"],
                capture["url"],
                capture["repeats"],
                http_headers=http,
                warc_headers_dict={"WARC-Date": capture["at"]},
            )
        else:
            record = writer.create_warc_record(
                capture["url"],
                "response",
                payload=BytesIO(body),
                http_headers=http,
                warc_headers_dict={"WARC-Date": capture["at"]},
            )
        writer.write_record(record)
