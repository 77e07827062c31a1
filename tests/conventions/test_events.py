"""Every fact reaches somebody, or is kept on purpose; the document tells the same."""

import dataclasses

import msgspec
import pytest

from app.kernel.events import Event
from app.local.generated import events, events_page
from tests.conventions import source
from tests.conventions.routing import registry

# Facts that nobody acts on: the append-only log is their reader, for the reason given.
LOG_FACTS = {
    "catalog.StockRanOut": "the seller's desk reads stock itself",
    "payments.PaymentCancelled": "an attempt; the intent stays open",
    "payments.PaymentStarted": "evidence for talks with the provider",
}
# Heard, and not yet written by any screen.
NOT_YET_WRITTEN = {"catalog.ProductsChanged": "sellers edit products in a later release"}
KINDS = events(registry())


def test_every_event_is_heard_or_kept_on_purpose():
    unheard = {kind.name() for kind in KINDS if not registry().subscribers(kind)}

    assert unheard == set(LOG_FACTS)


def test_every_event_class_is_known_here():
    """Also those outside `events.py`: an event elsewhere would miss the document."""
    of_the_product = {kind for kind in Event.__subclasses__() if kind.__module__.startswith("app.")}

    assert of_the_product == set(KINDS)


def test_names_are_unique():
    names = [kind.name() for kind in KINDS]

    assert len(names) == len(set(names)) > 10


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name())
def test_an_event_is_frozen_and_survives_the_database(kind):
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    assert kind.__name__[0].isupper()
    assert dataclasses.fields(kind)
    msgspec.json.schema(kind)  # every field has a shape that the payload column can carry


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name())
def test_its_listeners_take_this_event(kind):
    for task in registry().subscribers(kind):
        assert task.args is kind, task.name


def test_subscribed_events_are_published_somewhere():
    """A listener for a fact that nobody writes is a feature that never happens."""
    code = "\n".join(source.text(path) for path in source.files("app", ".py"))
    silent = {
        kind.name()
        for kind in KINDS
        if code.count(f"{kind.__name__}(") == code.count(f"class {kind.__name__}(")
    }

    assert silent == set(NOT_YET_WRITTEN)


def test_the_document_is_up_to_date():
    assert source.text(source.ROOT / "docs/events.md") == events_page(registry()), (
        "run: python -m app.local.generated"
    )
