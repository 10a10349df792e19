"""How Scrapy is set up, for `kooch crawl` and `scrapy crawl` alike.

What an installation may change (contact, time limits, addresses) is in `kooch.toml`; the spider takes it from there.
"""

from typing import Any

BOT_NAME = "kooch"
SPIDER_MODULES = ["crawlers.spiders"]
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# Servers that answer are strangers' servers, and some of their names come out of profiles.
DOWNLOAD_HANDLERS = {
    "http": "crawlers.connection.Handler",
    "https": "crawlers.connection.Handler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_MAXSIZE = 4 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
TWISTED_DNS_RESOLVER = "crawlers.safety.Guard"
DNS_TIMEOUT = 5
# A proxy from the environment would go round the guard.
HTTPPROXY_ENABLED = False
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 3
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# Pages are asked for as their robots.txt allows. Documented APIs (XRPC, the PLC directory) are published for
# programs and have terms and rate limits of their own: `PlatformSpider.question` takes those instead.
ROBOTSTXT_OBEY = True

# Each host has a queue of its own in `crawlers.pacing`. A total here would let a host that waits starve the others.
CONCURRENT_REQUESTS = 0
CONCURRENT_REQUESTS_PER_DOMAIN = 64
DOWNLOAD_DELAY = 0
RETRY_ENABLED = False
DOWNLOADER_MIDDLEWARES = {
    "crawlers.handing.Handing": 830,
    "crawlers.pacing.Pacing": 840,
    "crawlers.spending.Spending": 845,
}
ITEM_PIPELINES = {"crawlers.spooling.Spooling": 100}

# Every request is a question with targets of its own, and any status is an answer to read.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
HTTPERROR_ALLOW_ALL = True
# 25 long handles go well past the stock limit, which would drop the question without a word.
URLLENGTH_LIMIT = 0
DEFAULT_REQUEST_HEADERS: dict[str, Any] = {"Accept": "application/json"}
WARN_ON_GENERATOR_RETURN_VALUE = False

LOG_LEVEL = "WARNING"
LOG_VERSIONS: list[str] = []
LOGSTATS_INTERVAL = 0
STATS_DUMP = False
MEMUSAGE_ENABLED = False
