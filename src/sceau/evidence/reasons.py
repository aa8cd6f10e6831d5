"""Why a receipt proves nothing: one class and one stable code a reason. Pure.

A family of its own beside core.errors: these are verdicts of an offline program, which no page and no job can meet.
The sentences that people read stand in `words`.
"""


class Unproven(Exception):
    code = "unproven"

    def __str__(self) -> str:
        return self.code


class NotAReceipt(Unproven):
    """Neither a PDF that carries a receipt nor a receipt in canonical JSON."""

    code = "not-a-receipt"


class PdfUnreadable(Unproven):
    code = "pdf-unreadable"


class PdfUnsealed(Unproven):
    """The document carries no seal, or more than one."""

    code = "pdf-unsealed"


class PdfChanged(Unproven):
    """The seal does not cover the document as it is now."""

    code = "pdf-changed"


class PdfUntrusted(Unproven):
    """The seal is not one of the operator's."""

    code = "pdf-untrusted"


class AttachmentsDiffer(Unproven):
    """The proofs attached beside the receipt are not those inside it."""

    code = "attachments-differ"


class CheckpointUnreadable(Unproven):
    code = "checkpoint-unreadable"


class CheckpointUntrusted(Unproven):
    """No log key of the trust file signed it."""

    code = "checkpoint-untrusted"


class CheckpointForged(Unproven):
    """It bears the name of a trusted log key, which did not sign it."""

    code = "checkpoint-forged"


class LogForks(Unproven):
    """Two signed trees of one size have two roots."""

    code = "log-forks"


class NotInLog(Unproven):
    """The evidence, its salt or its proof was changed: they do not lead to the signed root."""

    code = "not-in-log"


class RecordChanged(Unproven):
    """No evidence cites this record."""

    code = "record-changed"


class NoSealing(Unproven):
    """A receipt has exactly one sealing."""

    code = "no-sealing"


class EvidenceRepeated(Unproven):
    code = "evidence-repeated"


class AnotherEnvelope(Unproven):
    """Evidence or record of another envelope."""

    code = "another-envelope"


class PartiesDiffer(Unproven):
    """An event cites other parties than the sealing."""

    code = "parties-differ"


class RecipientUnknown(Unproven):
    """An event concerns a recipient who is not in the sealed list."""

    code = "recipient-unknown"


class TimesReversed(Unproven):
    """The log says one order and the dates say another."""

    code = "times-reversed"


class TimesDiffer(Unproven):
    """A record bears another date than its event."""

    code = "times-differ"


class AnotherMessage(Unproven):
    """The message is not the one that was sealed."""

    code = "another-message"


class NoParties(Unproven):
    """The record that holds the message's digest is not in the receipt: it was erased after its years."""

    code = "no-parties"
