"""The container of both tables: a header, a directory and sections, and its form as a C source."""

import struct

ALIGNMENT = 8
# magic, format version, whole length, checksum, number of sections
HEADER = struct.Struct("<8sIIQII")


def words(kind, values):
    return struct.pack("<%d%s" % (len(values), kind), *values)


def checksum(data):
    """FNV-1a over 64-bit little-endian words, the last one padded with zeros."""
    data = data + bytes(-len(data) % 8)
    value = 0xCBF29CE484222325
    for (word,) in struct.iter_unpack("<Q", data):
        value = ((value ^ word) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


class Strings:
    """Texts stored once each; number 0 is the empty one."""

    def __init__(self):
        self.items = [b""]
        self.index = {b"": 0}

    def add(self, text):
        data = text.encode()
        if data not in self.index:
            self.index[data] = len(self.items)
            self.items.append(data)
        return self.index[data]

    def offsets(self):
        total = 0
        result = [0]
        for item in self.items:
            total += len(item)
            result.append(total)
        return words("I", result)

    def text(self):
        return b"".join(self.items)


class Table:
    """Sections in the order the reader expects them."""

    def __init__(self, magic, version):
        self.magic = magic
        self.version = version
        self.sections = []

    def section(self, data):
        self.sections.append(data)

    @property
    def last_offset(self):
        """Where the last section begins."""
        return self._padded(HEADER.size + 8 * len(self.sections)) + sum(
            self._padded(len(data)) for data in self.sections[:-1])

    @staticmethod
    def _padded(length):
        return length + -length % ALIGNMENT

    def bytes(self):
        offset = HEADER.size + 8 * len(self.sections)
        offset += -offset % ALIGNMENT
        directory = []
        body = []
        for data in self.sections:
            directory += [offset, len(data)]
            padded = data + bytes(-len(data) % ALIGNMENT)
            body.append(padded)
            offset += len(padded)
        rest = words("I", directory)
        rest += bytes(-(HEADER.size + len(rest)) % ALIGNMENT) + b"".join(body)
        total = HEADER.size + len(rest)
        return HEADER.pack(self.magic, self.version, total, checksum(rest), len(self.sections), 0) + rest


def _quoted(text):
    """String literals of UTF-8 text, 110 bytes a line at most."""
    lines = []
    line = ""
    for character in text.decode():
        escaped = {"\\": "\\\\", "\"": "\\\"", "\0": "\\000", "?": "\\?"}.get(character, character)
        if len((line + escaped).encode()) > 110:
            lines.append(line)
            line = ""
        line += escaped
    lines.append(line)
    return "\n".join('"%s"' % line for line in lines)


def c_source(name, data, comment, text_offset=None):
    """The table as words in hexadecimal, and what follows `text_offset` as text: compiles at once, read-only memory."""
    text_offset = len(data) if text_offset is None else text_offset
    values = ["0x%xu" % value if value else "0" for (value,) in struct.iter_unpack("<Q", data[:text_offset])]
    lines = []
    line = ""
    for value in values:
        if len(line) + len(value) + 1 > 118:
            lines.append(line)
            line = ""
        line += value + ","
    lines.append(line)
    text = data[text_offset:]
    if text and text[-1] != 0:
        raise ValueError("a text must end with the zero that ends its literal")
    return (
        "// %s\n"
        "#include \"CNumberPlan.h\"\n\n"
        "#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n"
        "#error \"The table is stored in little-endian words.\"\n"
        "#endif\n\n"
        "static const struct {\n    uint64_t words[%d];\n%s} table __attribute__((aligned(64))) = {\n"
        "{\n%s\n},\n%s};\n\n"
        "const void *%s_table(void) { return &table; }\n"
        "size_t %s_table_length(void) { return %d; }\n"
        % (comment, len(values), "    char text[%d];\n" % len(text) if text else "", "\n".join(lines),
           _quoted(text[:-1]) + "\n" if text else "", name, name, len(data))
    )
