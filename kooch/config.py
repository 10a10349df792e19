"""The settings of one installation: `kooch.toml` in the data folder, overridden by the environment (`KOOCH_…`)."""

import os
import tomllib
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from kooch.errors import ConfigError

BUNDLED_ROSTERS = Path(__file__).parent.parent / "rosters"
VIEWS = Path(__file__).parent.parent / "analytics"


class Section(BaseModel):
    """A table of `kooch.toml`: a key nobody reads is a misspelt one, so it is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CrawlSettings(Section):
    """How every crawl behaves, whatever the platform."""

    publish_every_minutes: Annotated[float, Field(gt=0)] = 5
    """While a crawl runs, load the spool and publish a new version this often."""
    timeout_seconds: Annotated[float, Field(gt=0)] = 20
    """The longest a single request may take, its body included."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """How often a request is tried when a server fails or is busy."""
    batch_rows: Annotated[int, Field(ge=1)] = 500
    """A spool file is closed after this many outcomes …"""
    batch_seconds: Annotated[float, Field(gt=0)] = 5
    """… or after this many seconds: what a power cut can cost."""
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Private networks that crawls may connect to after all; for tests and for servers of one's own."""


class BlueskySettings(Section):
    """Where Bluesky's services are, and how fast they may be asked."""

    appview: AnyHttpUrl = AnyHttpUrl("https://public.api.bsky.app")
    """The public API that shows profiles."""
    plc: AnyHttpUrl = AnyHttpUrl("https://plc.directory")
    """The directory that dates accounts and keeps their handles."""
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 10
    """For each host. 3,000 requests in 5 minutes is the limit the servers publish."""


class AppSettings(Section):
    """The Streamlit app."""

    port: Annotated[int, Field(ge=1, le=65535)] = 8501
    """The port on 127.0.0.1."""
    sql_page: bool = True
    """Whether the app offers the SQL page."""


class Settings(BaseSettings):
    """All settings. `home` comes from `--home` or `KOOCH_HOME`, never from the file inside it."""

    model_config = SettingsConfigDict(
        env_prefix="KOOCH_", env_nested_delimiter="__", extra="forbid", frozen=True, validate_default=True
    )

    home: Path = Path("data")
    """The data folder."""
    contact: Annotated[str, Field(max_length=200, pattern=r"^[\x20-\x7e]*$")] = ""
    """A mail address or page by which a server's owner can reach you; part of the User-Agent."""
    crawl: CrawlSettings = CrawlSettings()
    bluesky: BlueskySettings = BlueskySettings()
    app: AppSettings = AppSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(home: Path | None = None) -> Settings:
    """Read and check the settings of the data folder `home` (default: `KOOCH_HOME`, else `./data`).

    Raises ConfigError that names the key, its value and the fault.
    """
    folder = (home or Path(os.environ.get("KOOCH_HOME") or "data")).expanduser().absolute()
    file = folder / "kooch.toml"

    class Located(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        return Located(home=folder)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}. Correct it or move it away.") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise ConfigError(f"{file}: there is no setting {key!r}; docs/configuration.md lists them all.") from None
        raise ConfigError(
            f"Setting {key} is {first['input']!r}: {first['msg']}. Correct it in {file} or the environment."
        ) from None
