"""Google's tink as a second implementation of X-Wing seals. tink knows neither our suite octet nor our files."""

from tink import hybrid, secret_key_access
from tink import proto_keyset_format as keysets
from tink.proto import hpke_pb2, tink_pb2

hybrid.register()

_PARAMS = hpke_pb2.HpkeParams(kem=hpke_pb2.X_WING, kdf=hpke_pb2.HKDF_SHA256, aead=hpke_pb2.AES_256_GCM)


def open_seal(seed: bytes, public: bytes, sealed: bytes, info: bytes) -> bytes:
    key = hpke_pb2.HpkePrivateKey(public_key=_public(public), private_key=seed)
    keyset = raw_keyset("HpkePrivateKey", key.SerializeToString(), tink_pb2.KeyData.ASYMMETRIC_PRIVATE)
    handle = keysets.parse(keyset, secret_key_access.TOKEN)
    return handle.primitive(hybrid.HybridDecrypt).decrypt(sealed[1:], info)


def make_seal(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    keyset = raw_keyset("HpkePublicKey", _public(public).SerializeToString(), tink_pb2.KeyData.ASYMMETRIC_PUBLIC)
    handle = keysets.parse_without_secret(keyset)
    return b"\x01" + handle.primitive(hybrid.HybridEncrypt).encrypt(plaintext, info)


def raw_keyset(type_name: str, value: bytes, material: tink_pb2.KeyData.KeyMaterialType) -> bytes:
    """A keyset of one key whose ciphertexts carry no prefix of tink's own."""
    data = tink_pb2.KeyData(
        type_url=f"type.googleapis.com/google.crypto.tink.{type_name}", value=value, key_material_type=material
    )
    key = tink_pb2.Keyset.Key(key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW)
    return tink_pb2.Keyset(primary_key_id=1, key=[key]).SerializeToString()


def _public(public: bytes) -> hpke_pb2.HpkePublicKey:
    return hpke_pb2.HpkePublicKey(params=_PARAMS, public_key=public)
