"""Google's tink as a second implementation of our streams: it knows the stream, not the header before it."""

import io

from tink import proto_keyset_format as keysets
from tink import secret_key_access, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

from tests.core.oracle import raw_keyset

streaming_aead.register()

_PARAMS = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
    ciphertext_segment_size=65_536, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
)


def open_stream(key: bytes, stream: bytes, associated_data: bytes) -> bytes:
    """Raises tink.TinkError."""
    with _primitive(key).new_decrypting_stream(io.BytesIO(stream), associated_data) as plaintext:
        data = plaintext.read()
        assert isinstance(data, bytes)
        return data


def make_stream(key: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
    class Kept(io.BytesIO):
        def close(self) -> None:
            """tink closes what it writes to."""

    file = Kept()
    with _primitive(key).new_encrypting_stream(file, associated_data) as stream:
        stream.write(plaintext)
    return file.getvalue()


def _primitive(key: bytes) -> streaming_aead.StreamingAead:
    value = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(params=_PARAMS, key_value=key)
    keyset = raw_keyset("AesGcmHkdfStreamingKey", value.SerializeToString(), tink_pb2.KeyData.SYMMETRIC)
    return keysets.parse(keyset, secret_key_access.TOKEN).primitive(streaming_aead.StreamingAead)
