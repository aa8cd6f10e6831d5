"""The demonstration: a cast, its envelopes, and the ordinary mailboxes that a real installation never sees."""
