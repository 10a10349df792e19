"""Imports what the pages need before the server takes visitors. Otherwise the first visitor would wait."""

import pkgutil
from importlib import import_module
from types import ModuleType

import analytics.measures
import pages.shared
from analytics.charts import charts


def import_ahead() -> None:
    for package in (pages.shared, analytics.measures):
        _import_all(package)
    charts()


def _import_all(package: ModuleType) -> None:
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
