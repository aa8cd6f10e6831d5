"""What can happen, as one byte of the log (E3).

1–127 are the events of ETSI EN 319 522; 128–255 are ours: `urn:sceau:event:…`. A code, once used, never
changes its meaning: it stands in leaves that are kept for ever.
"""

from dataclasses import dataclass
from enum import IntEnum

_ETSI = "http://uri.etsi.org/19522/Event/"
_OURS = "urn:sceau:event:"


class Event(IntEnum):
    SUBMISSION_ACCEPTANCE = 1
    SUBMISSION_REJECTION = 2
    RELAY_ACCEPTANCE = 3
    RELAY_REJECTION = 4
    RELAY_FAILURE = 5
    NOTIFICATION_FOR_ACCEPTANCE = 6
    NOTIFICATION_FOR_ACCEPTANCE_FAILURE = 7
    CONSIGNMENT_ACCEPTANCE = 8
    CONSIGNMENT_REJECTION = 9
    ACCEPTANCE_REJECTION_EXPIRY = 10
    CONTENT_CONSIGNMENT = 11
    CONTENT_CONSIGNMENT_FAILURE = 12
    CONSIGNMENT_NOTIFICATION = 13
    CONSIGNMENT_NOTIFICATION_FAILURE = 14
    NOTIFICATION_DELIVERED = 15
    NOTIFICATION_ACCESS_TRACKING = 16
    CONTENT_ACCESS_TRACKING = 17
    CONTENT_HANDOVER = 18
    CONTENT_HANDOVER_FAILURE = 19
    RELAY_TO_NON_ERDS = 20
    RELAY_TO_NON_ERDS_FAILURE = 21
    RECEIVED_FROM_NON_ERDS = 22

    CONTENT_DESTROYED = 128
    ENVELOPE_EXPIRED = 129
    ENVELOPE_WITHDRAWN = 130
    MAILBOX_EPOCH = 140
    GRANT = 141
    GRANT_ENDED = 142
    ACCOUNT_RECOVERY_ASKED = 150
    ACCOUNT_RECOVERY_RELEASED = 151
    ACCOUNT_RECOVERY_REFUSED = 152
    ACCOUNT_RECOVERY_DONE = 153
    CREDENTIAL_CHANGED = 154
    CUSTODY_USED = 160
    KEY_ROTATED = 161
    CONSOLE_ACT = 170
    RECORDS_ERASED = 171
    LOG_CLOSED = 200
    LOG_RECOVERED = 201


@dataclass(frozen=True, slots=True)
class Description:
    letter: str  # EN 319 522-1 clause 6; empty for ours
    name: str
    uri: str
    confirmed: bool = True  # False: the letter or name has only one public source; not to be relied on outside


def _etsi(letter: str, name: str, *, confirmed: bool = True) -> Description:
    return Description(letter, name, _ETSI + name, confirmed)


def _ours(name: str) -> Description:
    return Description("", name, _OURS + name)


DESCRIPTIONS: dict[Event, Description] = {
    Event.SUBMISSION_ACCEPTANCE: _etsi("A.1", "SubmissionAcceptance"),
    Event.SUBMISSION_REJECTION: _etsi("A.2", "SubmissionRejection"),
    Event.RELAY_ACCEPTANCE: _etsi("B.1", "RelayAcceptance"),
    Event.RELAY_REJECTION: _etsi("B.2", "RelayRejection"),
    Event.RELAY_FAILURE: _etsi("B.3", "RelayFailure"),
    Event.NOTIFICATION_FOR_ACCEPTANCE: _etsi("C.1", "NotificationForAcceptance"),
    Event.NOTIFICATION_FOR_ACCEPTANCE_FAILURE: _etsi("C.2", "NotificationForAcceptanceFailure"),
    Event.CONSIGNMENT_ACCEPTANCE: _etsi("C.3", "ConsignmentAcceptance"),
    Event.CONSIGNMENT_REJECTION: _etsi("C.4", "ConsignmentRejection"),
    Event.ACCEPTANCE_REJECTION_EXPIRY: _etsi("C.5", "AcceptanceRejectionExpiry"),
    Event.CONTENT_CONSIGNMENT: _etsi("D.1", "ContentConsignment"),
    Event.CONTENT_CONSIGNMENT_FAILURE: _etsi("D.2", "ContentConsignmentFailure"),
    Event.CONSIGNMENT_NOTIFICATION: _etsi("D.3", "ConsignmentNotification", confirmed=False),
    Event.CONSIGNMENT_NOTIFICATION_FAILURE: _etsi("D.4", "ConsignmentNotificationFailure", confirmed=False),
    Event.NOTIFICATION_DELIVERED: _etsi("D.5", "NotificationDelivered", confirmed=False),
    Event.NOTIFICATION_ACCESS_TRACKING: _etsi("D.5", "NotificationAccessTracking", confirmed=False),
    Event.CONTENT_ACCESS_TRACKING: _etsi("D.6", "ContentAccessTracking"),
    Event.CONTENT_HANDOVER: _etsi("E.1", "ContentHandover"),
    Event.CONTENT_HANDOVER_FAILURE: _etsi("E.2", "ContentHandoverFailure"),
    Event.RELAY_TO_NON_ERDS: _etsi("F.1", "RelayToNonERDS"),
    Event.RELAY_TO_NON_ERDS_FAILURE: _etsi("F.2", "RelayToNonERDSFailure"),
    Event.RECEIVED_FROM_NON_ERDS: _etsi("F.3", "ReceivedFromNonERDS"),
    Event.CONTENT_DESTROYED: _ours("ContentDestroyed"),
    Event.ENVELOPE_EXPIRED: _ours("EnvelopeExpired"),
    Event.ENVELOPE_WITHDRAWN: _ours("EnvelopeWithdrawn"),
    Event.MAILBOX_EPOCH: _ours("MailboxEpoch"),
    Event.GRANT: _ours("Grant"),
    Event.GRANT_ENDED: _ours("GrantEnded"),
    Event.ACCOUNT_RECOVERY_ASKED: _ours("AccountRecoveryAsked"),
    Event.ACCOUNT_RECOVERY_RELEASED: _ours("AccountRecoveryReleased"),
    Event.ACCOUNT_RECOVERY_REFUSED: _ours("AccountRecoveryRefused"),
    Event.ACCOUNT_RECOVERY_DONE: _ours("AccountRecoveryDone"),
    Event.CREDENTIAL_CHANGED: _ours("CredentialChanged"),
    Event.CUSTODY_USED: _ours("CustodyUsed"),
    Event.KEY_ROTATED: _ours("KeyRotated"),
    Event.CONSOLE_ACT: _ours("ConsoleAct"),
    Event.RECORDS_ERASED: _ours("RecordsErased"),
    Event.LOG_CLOSED: _ours("LogClosed"),
    Event.LOG_RECOVERED: _ours("LogRecovered"),
}
