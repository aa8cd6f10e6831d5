"""What can be wrong with the log itself. Each stops the integrator until an operator has looked."""

from sceau.core.errors import TryLater


class LogFault(TryLater):
    """The request may be right; the log cannot answer for it now. `origin` and `where` are for the operator."""

    code = "log-fault"

    def __init__(self, origin: str = "", where: str = "") -> None:
        super().__init__()
        self.origin = origin
        self.where = where  # "row 1204", "tile/0/004", "checkpoint 5120": never a name, never content


class LogDamaged(LogFault):
    """A row, a tile or a signature is not what the signed tree says."""

    code = "log-damaged"


class LogForked(LogFault):
    """Two signed trees, or two versions of one tile, contradict each other."""

    code = "log-forked"


class LogAhead(LogFault):
    """Tiles or a kept checkpoint know more than the database: it was restored (E7). See `sceau log recover`."""

    code = "log-ahead"
