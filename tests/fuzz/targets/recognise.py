"""What other libraries wrote: told by its first bytes and its name. The first byte of an input says which name."""

from cornu.saving.recognise import refuse_foreign
from tests.fuzz.target import Target, on_disk

ENDINGS = (
    *("keras", "h5", "weights.h5", "safetensors", "npz", "weights.json", "pt", "pth", "bin", "ckpt", "onnx", "tflite"),
    *("pb", "yaml", "pkl", "index", "{path}", "%s", "gguf"),
)
BEGINNINGS = (
    b"",
    b"PK\x03\x04",
    b"\x89HDF\r\n\x1a\n",
    *(bytes([0x80, version]) + b"\x8a" for version in range(2, 6)),
    b"\0\0\0\0TFL3",
    b"GGUF",
    b"\x93NUMPY\x01\0",
    b"\x1f\x8b",
    b"7z\xbc\xaf\x27\x1c",
)


def read(data: bytes) -> None:
    path = on_disk(data[1:], f"m.{ENDINGS[(data or b'0')[0] % len(ENDINGS)]}")
    try:
        refuse_foreign(path, whole_model=False)
    finally:
        refuse_foreign(path, whole_model=True)


TARGET = Target(
    read, lambda: [bytes([number]) + start for number in range(len(ENDINGS)) for start in BEGINNINGS], longest=64
)
