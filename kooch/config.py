"""The settings of one installation: `kooch.toml` in the data folder, overridden by the environment (`KOOCH_…`)."""

import json
import os
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from kooch.errors import ConfigError
from kooch.folders import HOUSE
from kooch.home import TOKEN, data_folder, refuse_token
from kooch.platforms import known, learn
from kooch.shards import Shard

BUNDLED_ROSTERS = HOUSE / "rosters"
VIEWS = HOUSE / "analytics"


_HOST = r"^[a-z0-9.-]+$"
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_ASCII = r"^[\x20-\x7e]*$"
_PATTERNS = {
    _HOST: "a host's name has small letters, digits, dots and dashes",
    _SLUG: "use small letters, digits and single dashes",
    _ASCII: "use letters, digits and signs of ASCII",
}
_MAY_HOLD_SECRETS = {TOKEN, "lake", "lake.catalogue"}
"""Settings whose value no error repeats."""
# For these errors, pydantic's sentence names its own types.
_FAULTS = {
    "missing": "it is missing",
    "string_type": "it must be text",
    "string_too_long": "it must have at most {max_length} characters",
    "int_type": "it must be a whole number",
    "int_parsing": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "float_type": "it must be a number",
    "float_parsing": "it must be a number",
    "bool_type": "it must be true or false",
    "bool_parsing": "it must be true or false",
    "greater_than": "it must be more than {gt:g}",
    "greater_than_equal": "it must be {ge:g} or more",
    "less_than_equal": "it must be {le:g} or less",
    "tuple_type": "it must be a list",
    "dict_type": "it must be a table",
    "model_type": "it must be a table",
    "literal_error": "it must be one of {expected}",
    "date_type": "it must be a day such as 2027-02-08",
    "date_parsing": "it must be a day such as 2027-02-08",
    "date_from_datetime_inexact": "it must be a day such as 2027-02-08",
    "date_from_datetime_parsing": "it must be a day such as 2027-02-08",
    "url_parsing": "it must be a web address",
    "url_scheme": "it must begin with http:// or https://",
}


class Section(BaseModel):
    """A table of `kooch.toml`. An unknown key is an error, because it is probably misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _checked_address(text: str) -> str:
    address, port = split_address(text)
    if port is not None and not 1 <= port <= 65535:
        raise ValueError("a port is a number from 1 to 65535")
    ip_address(address)
    return text


def split_address(text: str) -> tuple[str, int | None]:
    """An IP address as `crawl.hosts` has it, and its port: `127.0.0.1`, `127.0.0.1:8443`, `[::1]:8443`."""
    found = re.fullmatch(r"\[([0-9a-fA-F:.]+)\]:(\d{1,5})|([0-9.]+):(\d{1,5})", text)
    if found is None:
        return text, None
    return found[1] or found[3], int(found[2] or found[4])


HostName = Annotated[str, Field(max_length=253, pattern=_HOST)]
HostAddress = Annotated[str, AfterValidator(_checked_address)]


class CrawlSettings(Section):
    """How crawls of every platform behave."""

    publish_every_minutes: Annotated[float, Field(gt=0)] = 5
    """How often a running crawl loads the spool and publishes a new version, in minutes."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 20
    """How long one request may take at most, including its body."""
    target_seconds: Annotated[float, Field(gt=0)] = 200
    """How long servers may take for one account at most, over all questions, tries and redirects. The time that Kooch waits for its turn, or because a server asked it to, does not count."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """How often a request is tried if a server fails or is busy."""
    outage_seconds: Annotated[float, Field(ge=0)] = 180
    """How long a crawl waits for a server that fails or cannot be reached. Meanwhile it asks again at growing intervals, and records no failures. With 0 it gives up a server that fails `attempts` times."""
    batch_rows: Annotated[int, Field(ge=1)] = 500
    """A spool file is closed after this many outcomes …"""
    batch_seconds: Annotated[float, Field(gt=0)] = 5
    """… or after this many seconds. A power cut can lose so much."""
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Private networks to which crawls may connect, as an exception; for tests and for your own servers."""
    hosts: dict[HostName, HostAddress] = {}
    """Addresses of names that no name server knows, e.g. `"social.example" = "127.0.0.1:8443"`; for tests and for your own servers. `allow_networks` still decides whether crawls may connect to them."""
    ca_file: Path | None = None
    """Certificates (PEM) to trust instead of the system's; for tests and for your own servers."""

    @field_validator("ca_file")
    @classmethod
    def _check_certificates(cls, file: Path | None) -> Path | None:
        if file is not None and not file.is_file():
            raise ValueError("there is no such file")
        return file


class BlueskySettings(Section):
    """Where Bluesky's services are, and how fast Kooch asks them."""

    appview: AnyHttpUrl = AnyHttpUrl("https://public.api.bsky.app")
    """The public API that shows profiles."""
    plc: AnyHttpUrl = AnyHttpUrl("https://plc.directory")
    """The directory that dates accounts and keeps their handles."""
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 10
    """Requests a second to each host. The servers publish a limit of 3,000 in 5 minutes."""


class MastodonSettings(Section):
    """Mastodon and every server that speaks its API: how fast Kooch asks each, and whose wishes it honours."""

    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 1
    """Requests a second to each server. Mastodon allows 300 in 5 minutes."""
    paging_requests: Annotated[int, Field(ge=1, le=100_000)] = 300
    """How many questions for older posts each server gets …"""
    paging_seconds: Annotated[float, Field(gt=0)] = 900
    """… in this many seconds. Mastodon allows 300 in 15 minutes, besides its limit for all requests."""
    honour_noindex: bool = False
    """Skip accounts that ask not to be indexed (`noindex`, `indexable`) or not to be visited by programs (`#nobot`). Lists hold people in a public role. Set it if one of your lists holds others."""


class XSettings(Section):
    """X's API v2, which charges for every account that it shows. Its token comes only from the environment: `KOOCH_X_BEARER_TOKEN`."""

    api: AnyHttpUrl = AnyHttpUrl("https://api.x.com")
    """Where the API is."""
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 300 / 900
    """Requests in 15 minutes. X allows an app 300, with 100 accounts each."""
    usd_per_user: Annotated[float, Field(ge=0, le=1000)] = 0.010
    """What X charges for an account that it shows, in US dollars. X's developer console says so."""
    monthly_budget_usd: Annotated[float, Field(ge=0, le=1_000_000)] = 0
    """What all crawls of a calendar month (UTC) may cost together. A crawl that could cost more than what is left does not begin. With 0 Kooch asks X nothing."""

    @field_validator("api")
    @classmethod
    def _check_encryption(cls, api: AnyHttpUrl) -> AnyHttpUrl:
        if api.scheme != "https" and api.host not in ("127.0.0.1", "[::1]", "localhost"):
            raise ValueError("it must be an https address, or one of this machine: the token goes there")
        return api


def _checked_token(token: SecretStr) -> SecretStr | None:
    """The token without the line break at the end of a file; None for an empty variable."""
    text = token.get_secret_value().strip()
    if not re.fullmatch(r"[\x21-\x7e]*", text):
        raise ValueError("a token has neither spaces nor letters beyond ASCII")
    return SecretStr(text) if text else None


def _checked_cron(cron: str) -> str:
    if len(cron.split()) != 5:
        raise ValueError("it must have five fields: minute, hour, day of the month, month, day of the week")
    try:
        next(CronSim(cron, datetime(2027, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise ValueError(str(error).lower()) from None
    except StopIteration:
        raise ValueError("no such day comes within 50 years") from None
    return cron


def _checked_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("it must be an IANA time zone such as Europe/Berlin") from None
    return name


def _checked_day(day: date) -> date:
    if not 1900 <= day.year <= 2200:
        raise ValueError("its year must be between 1900 and 2200")
    return day


def _checked_shard(text: str | None) -> str | None:
    return None if text is None else str(Shard.read(text))


Day = Annotated[date, AfterValidator(_checked_day)]
Hours = Annotated[float, Field(gt=0)]
Slug = Annotated[str, Field(max_length=60, pattern=_SLUG)]


class Schedule(Section):
    """When to crawl what, with one such table per schedule. `kooch schedule next` shows the next slots."""

    name: Slug
    """The name of the schedule, in small letters, digits and dashes. Each name occurs once."""
    cron: Annotated[str, AfterValidator(_checked_cron)]
    """Five fields as in crontab(5): minute, hour, day of the month, month, day of the week."""
    platforms: tuple[str, ...] = ()
    """The platforms to crawl. Without any, all that can be crawled."""
    roster: str | None = None
    """Only people and organisations of this list."""
    shard: Annotated[str | None, AfterValidator(_checked_shard)] = None
    """The part of the crawl that this machine does, e.g. `"2/3"`. Without it, the whole crawl. `docs/many-machines.md` says how."""
    time_zone: Annotated[str, AfterValidator(_checked_zone)] = "UTC"
    """The IANA time zone of `cron`, `from` and `until`. If a clock change skips a fixed hour, the slot is made up for. If it repeats the hour, the slot comes once, as in Debian's cron."""
    from_day: Annotated[Day | None, Field(alias="from")] = None
    """The first day, e.g. `2027-02-08`, such as the start of hourly crawls around an event …"""
    until_day: Annotated[Day | None, Field(alias="until")] = None
    """… and the last day, included."""
    jitter_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """Start up to this many seconds later, so that not everybody asks at the full hour. The same slot always starts equally late."""

    @model_validator(mode="after")
    def _check_window(self) -> Self:
        if self.from_day and self.until_day and self.until_day < self.from_day:
            raise ValueError(f"schedule {self.name!r} ends on {self.until_day}, before it begins on {self.from_day}")
        return self


class ActivitySettings(Section):
    """On which days accounts posted: whom to ask, and how much to read of one account. Kooch never keeps the text of a post."""

    rosters: tuple[Slug, ...] = ()
    """The lists whose accounts are asked when they posted, after each crawl that looks at them. For all other lists, `kooch crawl --activity` asks."""
    pages: Annotated[int, Field(ge=1, le=10_000)] = 100
    """How many answers are read of one account in one look at most, with a hundred posts each on Bluesky and forty on Mastodon. If an account has more posts, the newest ones and the first one are read."""


MoveKind = Literal[
    "joined",
    "returned",
    "left",
    "ended by platform",
    "not found",
    "renamed",
    "moved server",
    "moved account",
    "dormant",
    "returned to posting",
]
"""The moves that analytics/rollups/moves.sql finds."""


def _checked_site(address: str) -> str:
    if address and not re.fullmatch(r"https?://[^/\s]+\S*", address):
        raise ValueError("it must be a web address that begins with http:// or https://")
    return address


class Notify(Section):
    """Whom to tell what changed, with one such table per channel. The address comes only from the environment: `KOOCH_NOTIFY_<NAME>`."""

    name: Slug
    """The name of the channel, in small letters, digits and dashes. The address of `desk-two` is in `KOOCH_NOTIFY_DESK_TWO`."""
    roster: Slug | None = None
    """Only people and organisations of this list."""
    kinds: tuple[MoveKind, ...] = ()
    """Only these moves, such as `joined`, `left`, `not found`. Without any, all moves."""
    when: Literal["at once", "daily", "weekly"] = "daily"
    """The shortest time between two messages. `kooch notify` has to be called at least as often."""
    site: Annotated[str, Field(max_length=300), AfterValidator(_checked_site)] = ""
    """The address of your published pages. Messages link to it."""


class PlatformFreshness(Section):
    """Other thresholds for one platform. The table has its name: `[freshness.platforms.bluesky]`."""

    warn_after_hours: Hours | None = None
    """As above."""
    error_after_hours: Hours | None = None
    """As above."""


class FreshnessSettings(Section):
    """How old a platform's latest observation may be for `kooch status --check`. The defaults suit a daily crawl."""

    warn_after_hours: Hours = 36
    """A platform with an older observation is late (exit code 3)."""
    error_after_hours: Hours = 72
    """A platform with an older observation is stale (exit code 5)."""
    platforms: dict[str, PlatformFreshness] = {}
    """Tables for single platforms, see below."""

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        for name in ("", *self.platforms):
            warn, error = self.thresholds(name)
            if error < warn:
                of = f" of platform {name!r}" if name else ""
                raise ValueError(f"error_after_hours{of} is {error:g}, less than warn_after_hours, {warn:g}")
        return self

    def thresholds(self, platform: str) -> tuple[float, float]:
        """Hours until `platform` is late, and until it is stale."""
        own = self.platforms.get(platform, PlatformFreshness())
        return own.warn_after_hours or self.warn_after_hours, own.error_after_hours or self.error_after_hours


class WaybackSettings(Section):
    """The Wayback Machine, from which `kooch backfill` gets archived pages, and how fast Kooch asks it."""

    url: AnyHttpUrl = AnyHttpUrl("https://web.archive.org")
    """The address of the archive."""
    index_per_minute: Annotated[float, Field(gt=0, le=60_000)] = 24
    """Questions to the archive's index in a minute. The archive allows 30, and asks programs to use four fifths of that."""
    captures_per_second: Annotated[float, Field(gt=0, le=1000)] = 8
    """Archived pages in a second. The archive allows 600 a minute, and asks programs to use four fifths of that."""
    index_rows: Annotated[int, Field(ge=1, le=10_000)] = 5000
    """How many captures a page of the index lists."""
    pause_seconds: Annotated[float, Field(gt=0)] = 60
    """How long to wait after the archive says that it was asked too fast. It does not say itself how long."""


class WikidataSettings(Section):
    """The SPARQL service that `kooch roster wikidata` asks. The command needs `contact`."""

    endpoint: AnyHttpUrl = AnyHttpUrl("https://query.wikidata.org/sparql")
    """The address of the service. It can be any SPARQL 1.1 service that holds Wikidata's statements."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 70
    """How long one answer may take at most, including its body. The service gives up after 60 seconds."""
    most_megabytes: Annotated[int, Field(ge=1)] = 200
    """The largest answer that is accepted."""
    pause_seconds: Annotated[float, Field(ge=0)] = 30
    """How long to wait if a busy service does not say how long."""
    longest_wait_seconds: Annotated[float, Field(ge=0)] = 300
    """How long a service may ask to wait. If it asks for more, the command ends."""


def _checked_catalogue(text: str) -> str:
    found = re.fullmatch(r"postgresql://([^\s@/:]+)(:[^\s@]*)?@[^\s@/]+/[^\s/]+", text)
    if found is None:
        raise ValueError("write it as postgresql://USER@HOST/DATABASE")
    if found[2] is not None:
        raise ValueError("leave the password out, and set the environment variable PGPASSWORD")
    return text


class LakeSettings(Section):
    """A shared lake with each published version, in DuckLake. `kooch lake` writes it and, if this table exists, every load. Passwords and keys come from the environment: `PGPASSWORD`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`."""

    catalogue: Annotated[str, AfterValidator(_checked_catalogue)]
    """The PostgreSQL database of the lake: `postgresql://USER@HOST/DATABASE`, without a password."""
    data: Annotated[str, Field(min_length=1)]
    """Where the Parquet files are: a folder that all readers see under the same path, or `s3://BUCKET/FOLDER`."""
    keep_days: Annotated[int, Field(ge=1)] = 7
    """How many days earlier versions can be read. A suppression, a withdrawn run or a corrected link ends this at once."""
    python: Path | None = None
    """The Python of an environment with DuckDB 1.5 and its extensions; by default Kooch makes one beside its own."""


class ShardsSettings(Section):
    """A crawl on several machines: see docs/many-machines.md."""

    folder: str | None = None
    """What the machines share: a folder that all of them mount, or `s3://BUCKET/FOLDER`. The loader takes their batches from there. `--shared` overrides it. Keys of S3 come from the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`."""
    wait_hours: Hours = 24
    """How many hours the loader waits for the shards of a run. Targets without an outcome then count as failed (`missing_shard`)."""


class AppSettings(Section):
    """The Streamlit app."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8501
    """The port on 127.0.0.1."""
    roster: str = "in-koo-2021"
    """The list that the app opens with; `kooch start --roster` says another."""
    sql_page: bool = True
    """Whether the app offers the SQL page."""
    look_page: bool = True
    """Whether the app offers the page *Check by hand*, which writes looks by people. The app offers it only to a browser on this machine, and only if the data folder can be written."""


class Settings(BaseSettings):
    """All settings. `home` comes from `--home` or `KOOCH_HOME`, never from the file inside it."""

    model_config = SettingsConfigDict(
        env_prefix="KOOCH_", env_nested_delimiter="__", extra="forbid", frozen=True, validate_default=True
    )

    home: Path = Path("data")
    """The data folder."""
    contact: Annotated[str, Field(max_length=200, pattern=_ASCII)] = ""
    """A mail address or page by which the owner of a server can reach you. It is part of the User-Agent."""
    publisher: Annotated[str, Field(max_length=200)] = ""
    """The name of the publisher on published pages."""
    crawl: CrawlSettings = CrawlSettings()
    bluesky: BlueskySettings = BlueskySettings()
    mastodon: MastodonSettings = MastodonSettings()
    x: XSettings = XSettings()
    x_bearer_token: Annotated[SecretStr, AfterValidator(_checked_token)] | None = None
    """The bearer token of your app at X. It comes only from the environment."""
    activity: ActivitySettings = ActivitySettings()
    wayback: WaybackSettings = WaybackSettings()
    wikidata: WikidataSettings = WikidataSettings()
    freshness: FreshnessSettings = FreshnessSettings()
    app: AppSettings = AppSettings()
    lake: LakeSettings | None = None
    shards: ShardsSettings = ShardsSettings()
    schedule: tuple[Schedule, ...] = ()
    notify: tuple[Notify, ...] = ()

    @field_validator("notify")
    @classmethod
    def _check_channels(cls, channels: tuple[Notify, ...]) -> tuple[Notify, ...]:
        repeated = [name for name, n in Counter(channel.name for channel in channels).items() if n > 1]
        if repeated:
            raise ValueError(f"two channels are named {repeated[0]!r}")
        return channels

    @field_validator("schedule")
    @classmethod
    def _check_names(cls, schedules: tuple[Schedule, ...]) -> tuple[Schedule, ...]:
        repeated = [name for name, n in Counter(schedule.name for schedule in schedules).items() if n > 1]
        if repeated:
            raise ValueError(f"two schedules are named {repeated[0]!r}")
        if any(schedule.name == "recheck" for schedule in schedules):
            raise ValueError("'recheck' names Kooch's own second looks: choose another name")
        return schedules

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = TomlConfigSettingsSource(settings_cls)
        refuse_token(file.toml_data, file.toml_file_path)
        return init_settings, env_settings, file


def is_crawled(platform: str) -> bool:
    """Whether Kooch can crawl a platform: it has a table of settings then, named after it."""
    return platform in Settings.model_fields and platform in known()


def load_settings(home: Path | None = None) -> Settings:
    """Read and check the settings of the data folder `home` (default: `KOOCH_HOME`, else `./data`).

    Raises ConfigError that names the key, its value and the fault.
    """
    folder = data_folder(home)
    file = folder / "kooch.toml"
    _refuse_unreadable(file)

    class Located(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    learn(folder)
    try:
        return Located(home=folder)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}. Correct it or move it away.") from error
    except ValidationError as error:
        faults = error.errors()
        first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
        # For a union, pydantic also names the branch: `lax-or-strict[…]`, `function-after[…]`.
        place = [str(part) for part in first["loc"] if isinstance(part, int) or re.fullmatch(r"[\w.-]+", part)]
        key, variable = ".".join(place), _variable_of(place)
        if first["type"] == "extra_forbidden":
            source = f"Environment variable {variable}" if variable else file
            raise ConfigError(f"{source}: there is no setting {key!r}; docs/configuration.md lists them all.") from None
        given = str(first["input"]) if isinstance(first["input"], date) else first["input"]
        is_section = variable is not None and variable.upper() == f"KOOCH_{key.upper()}" and _is_section(variable)
        if variable and is_section and (no_json := _fault_of_json(os.environ[variable])):
            raise ConfigError(f"Environment variable {variable} holds no JSON: {no_json}. Correct it.") from None
        value = "" if isinstance(given, dict | list | tuple) or key in _MAY_HOLD_SECRETS else f" is {given!r}"
        table = (
            f"[[{place[0]}]] number {int(place[1]) + 1} of "
            if place[0] in {"schedule", "notify"} and len(place) > 1
            else ""
        )
        where = f"the environment variable {variable}" if variable else f"{table}{file}"
        raise ConfigError(f"Setting {key}{value}: {_in_words(first)}. Correct it in {where}.") from None
    except SettingsError as error:
        variable = next(
            (name for name in sorted(os.environ) if _is_section(name) and _fault_of_json(os.environ[name])), ""
        )
        raise ConfigError(
            f"Environment variable {variable or 'KOOCH_…'} holds no JSON: {error.__cause__}. Correct it."
        ) from None


def _in_words(fault: ErrorDetails) -> str:
    context = fault.get("ctx", {})
    if fault["type"] == "string_pattern_mismatch":
        return _PATTERNS[context["pattern"]]
    if fault["type"] in _FAULTS:
        return _FAULTS[fault["type"]].format_map(context)
    return fault["msg"].removeprefix("Value error, ")


def _refuse_unreadable(file: Path) -> None:
    try:
        file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{file}, line {line} is not UTF-8. Save the file as UTF-8.") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}). Correct it or move it away.") from error


def _variable_of(place: Sequence[str]) -> str | None:
    """The environment variable that gives the setting at `place`, whole or in a JSON value; or one below it."""
    ours = {name.upper(): name for name in sorted(os.environ) if _is_ours(name)}
    for n in range(len(place), 0, -1):
        name = "KOOCH_" + "__".join(place[:n]).upper()
        if name not in ours:
            continue
        value: object = os.environ[ours[name]]
        if n < len(place):
            value = None if _fault_of_json(str(value)) else json.loads(str(value))
            for part in place[n:]:
                if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
                    value = value[int(part)]
                else:
                    value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            return ours[name]
    below = "KOOCH_" + "__".join(place).upper() + "__"
    return next((ours[name] for name in ours if name.startswith(below)), None)


def _is_ours(name: str) -> bool:
    return name.upper().startswith("KOOCH_")


def _is_section(name: str) -> bool:
    """Whether the variable holds a whole section as JSON."""
    if name.upper().startswith("KOOCH_NOTIFY_"):
        return False
    return _is_ours(name) and name.upper()[6:].partition("__")[0].lower() not in {"home", "contact", TOKEN}


def contact_address(contact: str) -> str | None:
    """Where a link to the `contact` leads: a page, or a mailbox. None for anything else."""
    if contact.startswith(("https://", "http://", "mailto:")):
        return contact
    return f"mailto:{contact}" if re.fullmatch(r"[^@\s]+@[^@\s]+", contact) else None


def _fault_of_json(text: str) -> str:
    """Why `text` is no JSON; empty if it is."""
    try:
        json.loads(text)
    except ValueError as error:
        return str(error)
    return ""
