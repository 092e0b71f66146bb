"""The one door to the client library of Prometheus: figures in, text out."""

import re
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from ivr.watch.figures import Figure, Kind, Level

MOST = 1000
"""Label sets of one figure; what comes beyond is counted under `other`."""
OTHER, NONE = "other", "none"
_NAME = re.compile(r"(?!.*\d{4})\w[\w.:-]{0,59}", re.ASCII)

M = TypeVar("M", Counter, Gauge, Histogram)


class Family(Generic[M]):
    """One figure; its label sets are names and limited in number, whatever it is told."""

    def __init__(self, metric: M) -> None:
        self._metric: M = metric
        self._fast: dict[tuple[str, ...], M] = {}
        self._sets: set[tuple[str, ...]] = set()

    def __call__(self, *labels: str) -> M:
        """Give what is counted under *labels*."""
        return self._fast.get(labels) or self._named(labels)

    def _named(self, labels: tuple[str, ...]) -> M:
        names = tuple(_name(label) for label in labels)
        if names not in self._sets and len(self._sets) >= MOST:
            names = (OTHER,) * len(labels)
        self._sets.add(names)
        named = self._metric.labels(*names)
        if len(self._fast) < MOST:
            self._fast[labels] = named
        return named


class Registry:
    """Figures of one line, beside those of its process. Nothing of it is global."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._levels: tuple[Level, ...] = ()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._registry.register(self)

    def counter(self, figure: Figure) -> Family[Counter]:
        """Begin to count *figure*, which has labels."""
        return Family(Counter(figure.name, figure.told, figure.labels, registry=self._registry))

    def histogram(self, figure: Figure) -> Family[Histogram]:
        """Begin to note how *figure*, which has labels, is spread."""
        name, told, labels, buckets = figure.name, figure.told, figure.labels, figure.buckets
        return Family(Histogram(name, told, labels, buckets=buckets, registry=self._registry))

    def lone_counter(self, figure: Figure) -> Counter:
        """Begin to count *figure*, which has no labels."""
        return Counter(figure.name, figure.told, registry=self._registry)

    def lone_gauge(self, figure: Figure) -> Gauge:
        """Begin to show *figure*, which has no labels."""
        return Gauge(figure.name, figure.told, registry=self._registry)

    def lone_histogram(self, figure: Figure) -> Histogram:
        """Begin to note how *figure*, which has no labels, is spread."""
        name, told, buckets = figure.name, figure.told, figure.buckets
        return Histogram(name, told, buckets=buckets, registry=self._registry)

    def level(self, levels: Iterable[Level]) -> None:
        """Show *levels* in the place of those that were shown before."""
        self._levels = tuple(levels)

    def collect(self) -> Iterator[Metric]:
        """Give the levels, as the library asks for them."""
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for level in self._levels:
            figure = level.figure
            if figure.name not in families:
                counts = figure.kind is Kind.COUNTER
                family = CounterMetricFamily if counts else GaugeMetricFamily
                families[figure.name] = family(figure.name, figure.told, labels=figure.labels)
            families[figure.name].add_metric(level.labels, level.value)
        yield from families.values()

    def text(self, accept: str) -> tuple[bytes, str]:
        """Write everything in the form that *accept*, a header of HTTP, asks for; and its type."""
        encode, content_type = choose_encoder(accept)
        return encode(_Lean(self._registry)), content_type


class _Lean(CollectorRegistry):
    """The figures of *registry* without the moment each began, which would be half of the text."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__()
        self._whole = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._whole.collect():
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric


def _name(label: str) -> str:
    """Let through what is a name from the flows, the settings or the code."""
    if not label:
        return NONE
    return str(label) if _NAME.fullmatch(label) else OTHER
