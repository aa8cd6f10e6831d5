"""What holds a secret shows nothing of it and never leaves the process (V15)."""

from typing import NoReturn, SupportsIndex


class Opaque:
    """Base of objects that hold keys: a repr without content, no pickle, no copy."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds secrets: it is neither pickled nor copied")
