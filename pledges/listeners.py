"""How a lower room lets a higher one act: it declares an occasion, the higher room registers a listener."""

from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Occasion(Generic[P]):
    """Something that happens in a deed. Its listeners are called in the same transaction, in their order."""

    def __init__(self) -> None:
        self._listeners: list[Callable[P, None]] = []

    def register(self, listener: Callable[P, None]) -> None:
        """Adds a listener when the app is assembled; one that is there already stays once."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        for listener in self._listeners:
            listener(*args, **kwargs)
