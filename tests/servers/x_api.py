"""X's API v2 on loopback, held to what its documentation says: tokens, batches, partial errors, limits, what is charged.

Documents: https://docs.x.com/x-api/users/lookup/introduction, https://docs.x.com/x-api/fundamentals/rate-limits.
"""

import gzip
import json
import re
import time
from typing import Any

from tests.faults import Asked, Reply

TOKEN = "CANARY%2Bopens%2Bnothing"
_NAME = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)
_PROBLEMS = "https://api.twitter.com/2/problems"


def user(n: int, **more: object) -> dict[str, Any]:
    """Account 1000 + n, `figure<n>`, with n followers."""
    metrics = {"followers_count": n, "following_count": 1, "tweet_count": 2, "listed_count": 0}
    return {
        "id": str(1000 + n),
        "name": f"Figure {n}",
        "username": f"figure{n}",
        "created_at": "2013-12-14T04:35:55.000Z",
        "description": "In public office",
        "protected": False,
        "verified": False,
        "verified_type": "none",
        "public_metrics": metrics,
    } | more


class XApi:
    """Answers for `figure<n>`, by name or by id 1000 + n; every seventh is suspended, every eleventh unknown.

    `limit` requests are allowed in a window of `window` seconds, which begins with its first request. `charged` counts
    the accounts returned, `refused` the requests that were one too many.
    """

    def __init__(self, limit: int = 300, window: int = 900, token: str = TOKEN) -> None:
        self._token = token
        self.charged = 0
        self.refused = 0
        self._limit, self._window = limit, window
        self._left, self._reset_at = limit, 0.0

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {self._token}":
            return self._reply(
                {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}, 401
            )
        if time.time() >= self._reset_at:
            self._left, self._reset_at = self._limit, int(time.time()) + self._window
        if self._left == 0:
            self.refused += 1
            return self._reply({"title": "Too Many Requests", "type": "about:blank", "status": 429}, 429)
        self._left -= 1
        parameter = {"/2/users": "ids", "/2/users/by": "usernames"}[asked.path]
        names = asked.values(parameter)[0].split(",")
        wrong = [name for name in names if not _NAME.fullmatch(name)]
        if wrong or len(names) > 100:
            message = (
                f"The `{parameter}` query parameter value [{''.join(wrong)}] does not match ^[A-Za-z0-9_]{{1,15}}$"
            )
            faults = [{"message": message, "parameters": {parameter: names}}]
            return self._reply(
                {"title": "Invalid Request", "type": f"{_PROBLEMS}/invalid-request", "errors": faults}, 400
            )
        numbers = {
            name: int(name) - 1000 if parameter == "ids" else int(name.lower().removeprefix("figure")) for name in names
        }
        fields = {"id", "name", "username", *asked.values("user.fields")[0].split(",")}
        data = [user(n) for n in numbers.values() if is_shown(n)]
        self.charged += len(data)
        errors = [problem(name, parameter, is_suspended=n % 11 != 0) for name, n in numbers.items() if not is_shown(n)]
        found = {
            "data": [{key: value for key, value in each.items() if key in fields} for each in data],
            "errors": errors,
        }
        return self._reply({key: value for key, value in found.items() if value}, 200)

    def _reply(self, found: object, status: int) -> Reply:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Encoding": "gzip",
            "x-rate-limit-limit": str(self._limit),
            "x-rate-limit-remaining": str(self._left),
            "x-rate-limit-reset": str(int(self._reset_at)),
        }
        return Reply(status, gzip.compress(json.dumps(found).encode()), headers)


def is_shown(n: int) -> bool:
    return n % 7 != 0 and n % 11 != 0


def problem(name: str, parameter: str, *, is_suspended: bool) -> dict[str, str]:
    """Why an account is not shown. Both reasons have the type of a missing one."""
    title, detail = (
        ("Forbidden", f"User has been suspended: [{name}].")
        if is_suspended
        else ("Not Found Error", f"Could not find user with {parameter}: [{name}].")
    )
    about = {"value": name, "resource_id": name, "resource_type": "user", "parameter": parameter}
    return {**about, "title": title, "detail": detail, "type": f"{_PROBLEMS}/resource-not-found"}
