"""Writes tests/vectors/evidence/receipts, after a change of format: `python -m tests.evidence.make_vectors`"""

from pathlib import Path

from tests.evidence import faults
from tests.evidence.receipts import MESSAGE, TRUST

FOLDER = Path(__file__).parent.parent / "vectors" / "evidence" / "receipts"


def files() -> dict[str, bytes]:
    receipts = faults.all()
    made = {f"{name}.json": data for name, (_, data) in receipts.items()}
    made["expectations.txt"] = "".join(f"{name}.json {code}\n" for name, (code, _) in receipts.items()).encode()
    made["operator.pem"] = TRUST.encode().encode()
    made["message.eml"] = MESSAGE
    return made


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name, data in files().items():
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
