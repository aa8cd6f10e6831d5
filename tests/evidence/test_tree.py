"""The Merkle tree against public vectors, against RFC 6962 word for word, and against tampering."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sceau.evidence import tree
from sceau.evidence.tree import WrongProof
from tests.evidence import oracle

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "evidence" / "rfc6962.json").read_text())
ENTRIES = [bytes.fromhex(text) for text in VECTORS["entries"]]


def nodes(entries: list[bytes]) -> tree.Nodes:
    """Complete subtrees over a list, by the slow oracle."""

    def node(level: int, index: int) -> bytes:
        span = 1 << level
        assert (index + 1) * span <= len(entries), "asked beyond the tree"
        return oracle.mth(entries[index * span : (index + 1) * span])

    return node


def some(count: int) -> list[bytes]:
    return [bytes([i % 256, i // 256]) for i in range(count)]


def octets(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert tree.EMPTY_ROOT.hex() == VECTORS["empty"]
    assert tree.root(0, nodes([])) == tree.EMPTY_ROOT == tree.fold([])


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_public_ones(size: int) -> None:
    hashes = [tree.leaf_hash(entry) for entry in ENTRIES[:size]]
    assert tree.root(size, nodes(ENTRIES)).hex() == VECTORS["roots"][size - 1]
    assert tree.fold(hashes).hex() == VECTORS["roots"][size - 1]


@pytest.mark.parametrize("name", VECTORS["inclusion"])
def test_inclusion_proofs_are_the_public_ones(name: str) -> None:
    index, size = map(int, name.split())
    path = octets(VECTORS["inclusion"][name])
    assert list(tree.inclusion(index, size, nodes(ENTRIES))) == path
    root = bytes.fromhex(VECTORS["roots"][size - 1])
    tree.verify_inclusion(tree.leaf_hash(ENTRIES[index]), index, size, path, root)


@pytest.mark.parametrize("name", VECTORS["consistency"])
def test_consistency_proofs_are_the_public_ones(name: str) -> None:
    old, new = map(int, name.split())
    path = octets(VECTORS["consistency"][name])
    assert list(tree.consistency(old, new, nodes(ENTRIES))) == path
    roots = octets([VECTORS["roots"][old - 1], VECTORS["roots"][new - 1]])
    tree.verify_consistency(old, new, *roots, path)


@pytest.mark.parametrize("size", [*range(1, 35), 63, 64, 65, 100])
def test_every_proof_of_a_small_tree_is_the_oracle_s_and_verifies(size: int) -> None:
    entries = some(size)
    node, root = nodes(entries), oracle.mth(entries)
    assert tree.root(size, node) == root
    for index in range(size):
        path = tree.inclusion(index, size, node)
        assert list(path) == oracle.path(index, entries)
        tree.verify_inclusion(tree.leaf_hash(entries[index]), index, size, path, root)
    for old in range(1, size + 1):
        path = tree.consistency(old, size, node)
        assert list(path) == oracle.proof(old, entries)
        tree.verify_consistency(old, size, oracle.mth(entries[:old]), root, path)


@st.composite
def inclusions(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, 200))
    return draw(st.integers(0, size - 1)), size


@given(inclusions(), st.data())
def test_no_other_leaf_index_size_or_hash_fits_an_inclusion_proof(case: tuple[int, int], data: st.DataObject) -> None:
    index, size = case
    entries = some(size)
    path, root = oracle.path(index, entries), oracle.mth(entries)
    leaf = tree.leaf_hash(entries[index])
    other = data.draw(st.integers(-1, size).filter(lambda i: i != index))
    for wrong in [
        (tree.leaf_hash(b"another"), index, size, path, root),
        (leaf, other, size, path, root),
        (leaf, index, size, path, tree.leaf_hash(b"another")),
        (leaf, index, size, [*path, root], root),
        (leaf, index, index, path, root),
    ]:
        with pytest.raises(WrongProof):
            tree.verify_inclusion(*wrong)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        for wrong_path in ([*path[:at], _flipped(path[at]), *path[at + 1 :]], path[:-1], path[1:]):
            with pytest.raises(WrongProof):
                tree.verify_inclusion(leaf, index, size, wrong_path, root)


@given(inclusions(), st.data())
def test_no_rewritten_history_fits_a_consistency_proof(case: tuple[int, int], data: st.DataObject) -> None:
    old, size = case[0] + 1, case[1]
    entries = some(size)
    path = oracle.proof(old, entries)
    rewritten = list(entries)
    rewritten[data.draw(st.integers(0, old - 1))] = b"rewritten"
    with pytest.raises(WrongProof):
        tree.verify_consistency(old, size, oracle.mth(rewritten[:old]), oracle.mth(entries), path)
    with pytest.raises(WrongProof):
        tree.verify_consistency(
            old, size, oracle.mth(entries[:old]), oracle.mth(rewritten), oracle.proof(old, rewritten)
        )
    with pytest.raises(WrongProof):
        tree.verify_consistency(old, size, oracle.mth(entries[:old]), oracle.mth(entries), [*path, bytes(32)])
    if path:
        with pytest.raises(WrongProof):
            tree.verify_consistency(old, size, oracle.mth(entries[:old]), oracle.mth(entries), path[:-1])


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = tree.leaf_hash(b"a"), tree.leaf_hash(b"b")
    assert tree.leaf_hash(left + right) != tree.node_hash(left, right)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_it_gives_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaf"):
        tree.inclusion(index, size, nodes(some(3)))


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_it_compares_no_trees_that_were_never_there(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="sizes"):
        tree.consistency(old, new, nodes(some(4)))
    with pytest.raises(WrongProof):
        tree.verify_consistency(old, new, bytes(32), bytes(32), [])


def _flipped(hash: bytes) -> bytes:
    return bytes([hash[0] ^ 1]) + hash[1:]
