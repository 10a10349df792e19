"""A platform as its file describes it (names, sites, forms, days, archive questions), and the reading of such a file."""

import re
from calendar import monthrange
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from kooch.errors import ConfigError
from kooch.platforms.patterns import PLACE, Form, PatternError, Place, compile_form, compile_place, compile_text

SLUG = re.compile(r"[a-z][a-z0-9]{0,29}")
FIRST_YEAR, LAST_YEAR = 1900, 2200
LANGUAGE = "{language}"
"""Among sub-domains: `de`, or `de-de`."""
_IS_LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2})?")
_SITE = re.compile(r"\*|([a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Span(_Entry):
    """A day that is known to lie between two days, both inclusive."""

    not_before: date
    not_after: date

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.not_after < self.not_before:
            raise ValueError("not_after is before not_before")
        if not FIRST_YEAR <= self.not_before.year <= self.not_after.year <= LAST_YEAR:
            raise ValueError(f"is not between {FIRST_YEAR} and {LAST_YEAR}")
        return self


def _read_span(value: object) -> object:
    """`2006-03-21`, `2020-03`, `2016`, or a mapping of both ends."""
    if isinstance(value, date):
        return {"not_before": value, "not_after": value}
    if isinstance(value, int) and FIRST_YEAR <= value <= LAST_YEAR:
        return {"not_before": date(value, 1, 1), "not_after": date(value, 12, 31)}
    month = _MONTH.fullmatch(value) if isinstance(value, str) else None
    if month and FIRST_YEAR <= int(month[1]) <= LAST_YEAR and 1 <= int(month[2]) <= 12:
        year, number = int(month[1]), int(month[2])
        return {"not_before": date(year, number, 1), "not_after": date(year, number, monthrange(year, number)[1])}
    if isinstance(value, dict):
        return value
    raise ValueError("is no day: write 2020-03-17, or 2020-03 or 2020 where the day is not known")


Days = Annotated[Span, BeforeValidator(_read_span)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class Source(_Entry):
    """Where a date was read."""

    citation: Text
    publisher: Text
    url: Text | None = None
    published_on: date | None = None


class NameForm(_Entry):
    """The form of handles, of ids, or of a part of an address."""

    form: str
    """A regular expression with bounded repetitions; the whole name must match. `{host}` stands for a DNS name."""
    write: Text
    """What people should write, after "write"."""
    never: tuple[str, ...] = ()
    """Expressions that are found in no such name, in whatever case."""
    checksum: Literal["bech32"] | None = None

    def compiled(self) -> Form:
        return Form(
            pattern=compile_form(self.form),
            write=self.write,
            never=tuple(compile_form(never, re.IGNORECASE) for never in self.never),
            has_checksum=self.checksum is not None,
        )


class Url(_Entry):
    """Addresses of one kind, and what they name: the handle or the id made of their places."""

    url: str
    handle: str | None = None
    id: str | None = None

    @cached_property
    def place(self) -> Place:
        return compile_place(self.url)

    @cached_property
    def text(self) -> re.Pattern[str] | None:
        """For texts that are not web addresses: `at://{handle}`."""
        return None if self.url.startswith("/") else compile_text(self.url)

    def account(self, names: dict[str, str]) -> tuple[str | None, str | None]:
        """The handle and the id that an address names, as it spells them."""
        return self._filled(self.handle, names), self._filled(self.id, names)

    @staticmethod
    def _filled(template: str | None, names: dict[str, str]) -> str | None:
        return None if template is None else PLACE.sub(lambda place: names[place[1]], template)


def _read_url(value: object) -> object:
    if not isinstance(value, str):
        return value
    return {"url": value} | {kind: f"{{{kind}}}" for kind in ("handle", "id") if f"{{{kind}}}" in value}


class ArchiveQuestion(_Entry):
    """What an archive's index is asked about a handle: one address (`exact`), or all that begin with it (`prefix`)."""

    url: Text
    match: Literal["exact", "prefix"]
    mimetype: Text | None = None
    last_day: date | None = None
    sure_until: date | None = None
    """Every capture until this day holds what is needed, so no other question is asked for that time."""


class Block(_Entry):
    """A country that kept its people from the platform, from `since` to `until`, both inclusive and days there."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    since: date
    until: date | None = None
    """None: it still does, according to the source."""
    by: Text
    """Who ordered it."""
    source: Source

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.until and self.until < self.since:
            raise ValueError("until is before since")
        return self


class WikidataProperty(_Entry):
    """A property of Wikidata whose statements hold accounts of the platform."""

    property: Annotated[str, Field(pattern=r"^P[1-9][0-9]{0,9}$")]
    holds: Literal["handle", "id"]
    write: Text = "{value}"
    """The handle or id made of the value, where it is not the value: `in/{value}`."""
    of: Literal["all", "people", "organisations"] = "all"
    """Whose accounts it holds."""


class Platform(_Entry):
    """All that is known of a platform before it is asked."""

    platform: str
    """Its slug: the name of its file, of its spider, of its table in `kooch.toml`, and in SQL."""
    name: Text
    account_url: Text
    """An account's page: holds {handle} or {native_id}; {user} and {server} where a handle is user@server."""
    handle_urls: dict[str, Text] = {}
    """An account's page where only its handle is known, by how the handle begins; the longest beginning counts."""
    search_url: Text | None = None
    """The address at which a person searches by name: holds {name}."""
    sites: tuple[str, ...] = ()
    """Hosts of account pages; `*` means any host that is no other platform's."""
    subdomains: tuple[str, ...] = ()
    """Sub-domains that may stand before a site."""
    other_sites: tuple[str, ...] = ()
    """Hosts of the platform, or mistaken for it, that show no account: short links, help, news."""
    handle: NameForm
    shown: NameForm | None = None
    """Handles that pages show and nobody can ask for: of accounts older than the platform's own rule."""
    id: NameForm | None = None
    """None: any text is accepted."""
    is_id_first: bool = False
    """Whether a cell that could be a handle and an id is an id."""
    has_bare_ids: bool = False
    """Whether an id may stand alone in a cell for handles."""
    parts: dict[str, NameForm] = {}
    """Forms of other places in addresses."""
    urls: tuple[Annotated[Url, BeforeValidator(_read_url)], ...] = ()
    """Addresses of accounts, tried in this order."""
    fragment: Text | None = None
    """What begins a path behind a #."""
    own_pages: tuple[str, ...] = ()
    """Words that are pages of the site where a handle would stand. They are never handles."""
    secret: str | None = None
    """What a secret of this platform looks like. A text that holds one is refused and never repeated."""
    mirrors: tuple[str, ...] = ()
    """Hosts that mirror or bridge accounts of other platforms, with their sub-domains; `name*` is a first label."""
    closed_servers: tuple[str, ...] = ()
    opened: Days | None = None
    """The day on which the first account of a user could be there."""
    closed: Days | None = None
    sources: tuple[Source, ...] = ()
    """What dates the opening, then what dates the end. Whoever is told of the end is shown the last one."""
    note: Text | None = None
    blocked: tuple[Block, ...] = ()
    wikidata: tuple[WikidataProperty, ...] = ()
    archive: tuple[ArchiveQuestion, ...] = ()
    archive_note: Text | None = None
    """What a reader must know of counts read from archived pages."""

    @model_validator(mode="before")
    @classmethod
    def _without_lists(cls, content: Any) -> Any:  # noqa: ANN401 -- whatever YAML holds
        """YAML has lists where a row has tuples and sets."""
        return _frozen(content)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not SLUG.fullmatch(self.platform):
            raise ValueError(f"platform '{self.platform}' is no slug: use up to 30 small letters and digits")
        if (self.opened or self.closed) and not self.sources:
            raise ValueError("has a day and no source: name one under sources")
        if self.search_url and "{name}" not in self.search_url:
            raise ValueError(f"search_url '{self.search_url}' has no place for a name: write {{name}} there")
        for site in (*self.sites, *self.other_sites):
            if not _SITE.fullmatch(site):
                raise ValueError(f"site '{site}' is no host: write it as example.com")
        known = {"handle", "id", "host", *self.parts}
        for url in self.urls:
            if not (url.handle or url.id):
                raise ValueError(f"url '{url.url}' names neither {{handle}} nor {{id}}: say what it is made of")
            for place in re.findall(r"\{(\w*)\}", url.url + (url.handle or "") + (url.id or "")):
                if place not in known:
                    raise ValueError(f"url '{url.url}' holds {{{place}}}: describe it under parts")
            url.text or url.place  # noqa: B018 -- raises for a pattern that is none
        _ = self.handle_form, self.shown_form, self.id_form, self.part_forms, self.secret_form
        return self

    @cached_property
    def handle_form(self) -> Form:
        return self.handle.compiled()

    @cached_property
    def shown_form(self) -> Form:
        return self.shown.compiled() if self.shown else self.handle_form

    @cached_property
    def id_form(self) -> Form | None:
        return self.id.compiled() if self.id else None

    @cached_property
    def part_forms(self) -> dict[str, Form]:
        return {name: form.compiled() for name, form in self.parts.items()}

    @cached_property
    def secret_form(self) -> re.Pattern[str] | None:
        return compile_form(self.secret, re.IGNORECASE) if self.secret else None

    @property
    def has_servers(self) -> bool:
        """Whether an account's page may be at any host, and its handle is user@host."""
        return "*" in self.sites

    @property
    def has_host(self) -> bool:
        """Whether a handle holds a host name, so that the word alone names the account."""
        return bool({"host", "ascii_host"} & self.handle_form.pattern.groupindex.keys())

    def instead_of_crawl(self, roster: str = "ROSTER") -> str:
        """If Kooch cannot crawl the platform: a sentence that says so and names other ways to learn about accounts
        there. `roster` is the list."""
        if self.closed:
            archived = f" `kooch backfill {self.platform}` reads its archived pages." if self.archive else ""
            return f"{self.name} closed in {self.closed.not_after:%B %Y}: there is nothing left to crawl.{archived}"
        if self.search_url:
            return (
                f"Kooch cannot read {self.name}: people have to look."
                f" `kooch looks template {roster} {self.platform}` writes the sheet for them."
            )
        return (
            f"Kooch cannot read {self.name}, and knows no address at which people search it by name. People can look at"
            f" accounts that a list names: `kooch looks template {roster} {self.platform}` writes the sheet for them."
        )

    def is_handle(self, text: str) -> bool:
        """Whether a text is a handle on this platform. This is the only check for it."""
        return text.lower() not in self.own_pages and self.handle_form.fits(text)

    def is_shown(self, text: str) -> bool:
        """Whether the platform may show an account under this name in its own answers and pages."""
        return self.handle_form.fits(text) or self.shown_form.fits(text)

    def is_id(self, text: str) -> bool:
        """Whether a text is a stable id here."""
        return 0 < len(text) <= 2000 and (self.id_form is None or self.id_form.fits(text))

    def fault_of_handle(self, text: str) -> str | None:
        """What is wrong with a handle, and what to write; None: it is one."""
        if self.is_handle(text):
            return None
        if text.lower() in self.own_pages:
            return f"handle '{text}' is a page of {self.name}'s own, not an account: write the account's handle"
        return f"handle '{text}' is not a handle of {self.name}: write {self.handle.write}"

    def fault_of_id(self, text: str) -> str | None:
        """What is wrong with a stable id, and what to write; None: it is one."""
        if self.is_id(text):
            return None
        return f"native_id '{text}' is not an id of {self.name}: write {self.id.write if self.id else 'less'}"

    def shows_accounts_at(self, subdomain: str) -> bool:
        """Whether pages of accounts are at this sub-domain of a site, `www` or none."""
        is_language = LANGUAGE in self.subdomains and _IS_LANGUAGE.fullmatch(subdomain) is not None
        return not subdomain or subdomain in self.subdomains or is_language


def _frozen(value: Any) -> Any:  # noqa: ANN401 -- whatever YAML holds
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return {name: _frozen(item) for name, item in value.items()} if isinstance(value, dict) else value


def read_platform(file: Path) -> Platform:
    """The row in `slug.yaml`. Raises ConfigError: the file, the key, the fault."""
    import yaml  # noqa: PLC0415 -- a command that reads no row does without

    # C reads YAML eight times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = yaml.load(file.read_bytes(), Loader=loader)  # noqa: S506 -- both are safe loaders
    except OSError as error:
        raise ConfigError(f"Platform {file} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"Platform {file} is not YAML: {str(error).splitlines()[0]}.") from error
    if not isinstance(content, dict) or "platform" in content:
        raise ConfigError(
            f"Platform {file} is not a mapping of keys to values without `platform`: its name is the file's."
        )
    try:
        return Platform.model_validate({"platform": file.stem} | content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "function-before")
        fault = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"Platform {file}: {place + ': ' if place else ''}{fault}.") from error
    except PatternError as error:
        raise ConfigError(f"Platform {file}: a pattern {error}.") from error
