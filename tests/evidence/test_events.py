"""The table of events is complete and its codes never move: they stand in leaves kept for ever."""

from sceau.evidence.events import DESCRIPTIONS, Event

# EN 319 522-1 clause 6, typed here a second time: (code, letter, name).
ETSI = [
    (1, "A.1", "SubmissionAcceptance"),
    (2, "A.2", "SubmissionRejection"),
    (3, "B.1", "RelayAcceptance"),
    (4, "B.2", "RelayRejection"),
    (5, "B.3", "RelayFailure"),
    (6, "C.1", "NotificationForAcceptance"),
    (7, "C.2", "NotificationForAcceptanceFailure"),
    (8, "C.3", "ConsignmentAcceptance"),
    (9, "C.4", "ConsignmentRejection"),
    (10, "C.5", "AcceptanceRejectionExpiry"),
    (11, "D.1", "ContentConsignment"),
    (12, "D.2", "ContentConsignmentFailure"),
    (13, "D.3", "ConsignmentNotification"),
    (14, "D.4", "ConsignmentNotificationFailure"),
    (15, "D.5", "NotificationDelivered"),
    (16, "D.5", "NotificationAccessTracking"),
    (17, "D.6", "ContentAccessTracking"),
    (18, "E.1", "ContentHandover"),
    (19, "E.2", "ContentHandoverFailure"),
    (20, "F.1", "RelayToNonERDS"),
    (21, "F.2", "RelayToNonERDSFailure"),
    (22, "F.3", "ReceivedFromNonERDS"),
]
OURS = {
    128: "ContentDestroyed",
    129: "EnvelopeExpired",
    130: "EnvelopeWithdrawn",
    140: "MailboxEpoch",
    141: "Grant",
    142: "GrantEnded",
    150: "AccountRecoveryAsked",
    151: "AccountRecoveryReleased",
    152: "AccountRecoveryRefused",
    153: "AccountRecoveryDone",
    154: "CredentialChanged",
    160: "CustodyUsed",
    161: "KeyRotated",
    170: "ConsoleAct",
    171: "RecordsErased",
    200: "LogClosed",
    201: "LogRecovered",
}


def test_the_events_of_the_standard_keep_their_codes_letters_and_names() -> None:
    table = [(event.value, DESCRIPTIONS[event].letter, DESCRIPTIONS[event].name) for event in Event if event < 128]
    assert table == ETSI


def test_our_own_events_keep_their_codes_and_names() -> None:
    assert {event.value: DESCRIPTIONS[event].name for event in Event if event >= 128} == OURS


def test_uris_say_whose_event_it_is() -> None:
    assert DESCRIPTIONS[Event.CONTENT_CONSIGNMENT].uri == "http://uri.etsi.org/19522/Event/ContentConsignment"
    assert DESCRIPTIONS[Event.CONTENT_DESTROYED].uri == "urn:sceau:event:ContentDestroyed"


def test_what_no_second_source_confirms_is_marked() -> None:
    marked = {event for event in Event if not DESCRIPTIONS[event].confirmed}
    assert marked == {13, 14, 15, 16}
