"""Turns the public numbering metadata into the binary plan the engine reads.

The layout is a header with magic, format version, length, checksum and a directory, then sections of little-endian
words. The other side of it is PlanLayout.swift in Sources/NumbersCore/PhoneNumbers.
"""

import re

from . import automata, lenient
from .binary import Strings, Table, words

MAGIC = b"NUMPLAN\0"
FORMAT_VERSION = 4

UNKNOWN = 0
# The order in which the reference asks; the codes are those of LineType in the engine.
CLASSIFICATION = [
    ("premium_rate", 5),
    ("toll_free", 4),
    ("shared_cost", 6),
    ("voip", 7),
    ("personal_number", 8),
    ("pager", 9),
    ("uan", 10),
    ("voicemail", 11),
]
FIXED_LINE, MOBILE, FIXED_LINE_OR_MOBILE = 1, 2, 3
EXAMPLES = ["fixed_line", "mobile", None, "toll_free", "premium_rate", "shared_cost", "voip", "personal_number",
            "pager", "uan", "voicemail"]
NONE = 0xFFFF
# Group references in a template are single bytes 1…9, everything else stands for itself.
FIRST_GROUP = re.compile(r"(\\\d)")
# The examples of short numbers: of any, then by what they cost.
SHORT_EXAMPLES = ["short_code", "toll_free", "standard_rate", "premium_rate"]
MAXIMUM_GROUPS = 8
# Beside the number of groups: a number in this format is written with its national prefix.
PREFIX_REQUIRED = 0x100
# What typing a number asks about a format, as bits.
TYPED_ELIGIBLE, TYPED_FIRST_GROUP_ONLY, TYPED_PREFIX_OPTIONAL, TYPED_PREFIX_SEPARATED = 1, 2, 4, 8
# A format that is used while a number is typed has the groups in their order and nothing but punctuation between them.
ELIGIBLE = re.compile("[%s]*\\\\1[%s]*(\\\\\\d[%s]*)*" % ((lenient.PUNCTUATION,) * 3))
# What a short number is, as bits; two bits in between are its cost.
SHORT_POSSIBLE, SHORT_VALID, SHORT_CODE, SHORT_CARRIER, SHORT_SMS = 1, 2, 4, 32, 64
SHORT_EMERGENCY, SHORT_CONNECTS = 128, 256
SHORT_COST_SHIFT = 3
TOLL_FREE, STANDARD_RATE, PREMIUM_RATE = 1, 2, 3
# Where an emergency number with digits behind it reaches somebody else.
EXACT_EMERGENCY = {"BR", "CL", "NI"}


def template(text):
    """A replacement text of the metadata in the table's own form."""
    result = re.sub(r"\\(\d)", lambda match: chr(int(match.group(1))), text)
    if "\\" in result or "$" in result.replace("$CC", "") or not result.isascii():
        raise ValueError("unexpected template " + text)
    return result


def group_bounds(pattern):
    """The bounds of each group of a format pattern, which is always a row of `(\\d{low,high})`."""
    bounds = []
    rest = pattern
    while rest:
        match = re.match(r"\(\\d(?:\{(\d+)(?:,(\d+))?\})?\)", rest)
        if not match:
            raise ValueError("unexpected format pattern " + pattern)
        low = int(match.group(1) or 1)
        bounds.append((low, int(match.group(2) or low)))
        rest = rest[match.end():]
    if not 0 < len(bounds) <= MAXIMUM_GROUPS or any(low == 0 for low, _ in bounds):
        raise ValueError("unexpected format pattern " + pattern)
    return bounds


def typed_flags(number_format):
    """What typing a number asks about a format."""
    rule = number_format.national_prefix_formatting_rule
    flags = TYPED_ELIGIBLE if ELIGIBLE.fullmatch(number_format.format) else 0
    if not rule or re.fullmatch(r"\(?\\1\)?", rule):
        flags |= TYPED_FIRST_GROUP_ONLY
    if number_format.national_prefix_optional_when_formatting:
        flags |= TYPED_PREFIX_OPTIONAL
    if rule and re.search("[- ]", rule):
        flags |= TYPED_PREFIX_SEPARATED
    return flags


def is_prefix_required(number_format):
    """Whether numbers in a format are always written with their national prefix at home."""
    rule = number_format.national_prefix_formatting_rule
    if not rule or number_format.national_prefix_optional_when_formatting:
        return False
    return not re.fullmatch(r"\(?\\1\)?", rule)


class PlanCompiler:
    """Collects the automata and records of every territory."""

    def __init__(self, territories, regions_by_code, short_metadata, alternate_formats, version):
        self.short_metadata = short_metadata  # {region: metadata of its short numbers}
        self.alternate_formats = alternate_formats  # {calling code: other ways to group its numbers}
        self.territories = territories  # [(identifier, metadata)], regions first in alphabetical order
        self.regions_by_code = regions_by_code
        self.version = version
        self.pool = automata.Pool()
        self.prefixes = automata.PrefixPool()
        self.strings = Strings()
        self.formats = []
        self.leading = []  # the nodes of the formats' leading digits
        self.descriptions = {}

    def description(self, desc):
        """The strings a description matches: its pattern within its possible lengths."""
        if desc is None or not desc.national_number_pattern:
            return self.pool.dead
        key = (desc.national_number_pattern, tuple(desc.possible_length))
        if key not in self.descriptions:
            node = self.pool.whole(desc.national_number_pattern)
            if desc.possible_length:
                node = self.pool.product([node, self.pool.lengths(desc.possible_length)], min)
            self.descriptions[key] = node
        return self.descriptions[key]

    def types(self, metadata):
        """The type of every string in one territory, 0 where it is not valid there."""
        descs = [metadata.general_desc, metadata.fixed_line, metadata.mobile]
        descs += [getattr(metadata, name) for name, _ in CLASSIFICATION]
        same = metadata.same_mobile_and_fixed_line_pattern

        def combine(labels):
            general, fixed, mobile = labels[:3]
            if not general:
                return UNKNOWN
            for (_, code), label in zip(CLASSIFICATION, labels[3:]):
                if label:
                    return code
            if fixed:
                return FIXED_LINE_OR_MOBILE if same or mobile else FIXED_LINE
            return MOBILE if mobile and not same else UNKNOWN

        return self.pool.product([self.description(desc) for desc in descs], combine)

    def short_numbers(self, region):
        """What every string is as a short number of a region."""
        metadata = self.short_metadata.get(region)
        if metadata is None:
            return None
        emergency = metadata.emergency.national_number_pattern if metadata.emergency is not None else None
        exact = self.pool.whole(emergency) if emergency else self.pool.dead
        connects = self.pool.beginning(emergency) if emergency and region not in EXACT_EMERGENCY else exact
        nodes = [self.pool.lengths(metadata.general_desc.possible_length), self.description(metadata.general_desc),
                 exact, connects]
        nodes += [self.description(desc) for desc in (
            metadata.short_code, metadata.premium_rate, metadata.standard_rate, metadata.toll_free,
            metadata.carrier_specific, metadata.sms_services)]

        def combine(labels):
            possible, general, emergency, connects, code, premium, standard, toll_free, carrier, sms = labels
            cost = 0
            if possible:
                cost = PREMIUM_RATE if premium else STANDARD_RATE if standard else TOLL_FREE \
                    if toll_free or emergency else 0
            flags = [(possible, SHORT_POSSIBLE), (general and code, SHORT_VALID), (code, SHORT_CODE),
                     (carrier, SHORT_CARRIER), (sms, SHORT_SMS), (emergency, SHORT_EMERGENCY),
                     (connects, SHORT_CONNECTS)]
            return sum(flag for is_set, flag in flags if is_set) + (cost << SHORT_COST_SHIFT)

        return self.pool.product(nodes, combine)

    def compile(self):
        type_nodes = {}
        general_nodes = {}
        for number, (_, metadata) in enumerate(self.territories):
            type_nodes[number] = self.types(metadata)
            general_nodes[number] = self.pool.whole(metadata.general_desc.national_number_pattern)
        index = {}
        for number, (identifier, metadata) in enumerate(self.territories):
            index[(identifier, metadata.country_code) if identifier == "001" else identifier] = number

        codes = []
        members = []
        roots = []
        for code in sorted(self.regions_by_code):
            regions = self.regions_by_code[code]
            numbers = [index[("001", code)] if region == "001" else index[region] for region in regions]
            plan = type_nodes[numbers[0]] if len(numbers) == 1 else self.shared_plan(numbers, type_nodes)
            main = self.territories[numbers[0]][1]
            national = self.format_selection(main.number_format)
            international = self.format_selection(main.intl_number_format) if main.intl_number_format else national
            alternates = self.alternates(code)
            codes.append([code, len(members), len(numbers), numbers[0], plan, national[0], international[0],
                          national[1], national[2], international[1], international[2], *alternates, 0])
            members += numbers
            roots += [plan, national[0], international[0]]

        records = []
        for number, (identifier, metadata) in enumerate(self.territories):
            roots += [type_nodes[number], general_nodes[number]]
            records.append(self.territory(identifier, metadata, type_nodes[number], general_nodes[number]))

        roots += self.leading + [record[27] for record in records if record[27] is not None]
        branches, tails, position = self.layout(roots)
        for record in codes:
            record[4:7] = [position[node] for node in record[4:7]]
        for record in records:
            record[2:4] = [position[node] for node in record[2:4]]
            record[27] = NONE if record[27] is None else position[record[27]]

        by_code = [0] * 1000
        for number, record in enumerate(codes):
            by_code[record[0]] = number + 1
        by_letters = [0] * 676
        for number, (identifier, _) in enumerate(self.territories):
            if identifier != "001":
                by_letters[(ord(identifier[0]) - 65) * 26 + ord(identifier[1]) - 65] = number + 1

        ranges, properties, languages = lenient.compile_lenient()
        prefix_rows = [list(row) + [anywhere, at_end] for row, anywhere, at_end in self.prefixes.states]
        accepts = [[255 if value is None else value for value in saved or (None,) * 4]
                   for saved in self.prefixes.accepts]

        table = Table(MAGIC, FORMAT_VERSION)
        table.section(self.version.encode())
        table.section(words("H", [item for row in branches for item in row]))
        table.section(words("H", [item for row in tails for item in row]))
        table.section(words("H", by_code))
        table.section(words("H", by_letters))
        table.section(words("H", [item for record in codes for item in record]))
        table.section(words("H", members))
        table.section(words("H", [item for record in records for item in record]))
        table.section(words("H", [item for record in self.formats for item in record]))
        table.section(words("H", [item for row in prefix_rows for item in row]))
        table.section(bytes(item for row in accepts for item in row))
        table.section(self.strings.offsets())
        table.section(self.strings.text())
        table.section(words("I", [start << 8 | number for start, number in ranges]))
        table.section(bytes(item for pair in properties for item in pair))
        for rows, accepting in languages:
            # One row a state: whether it accepts, then its successor for each class.
            table.section(bytes(item for row, accept in zip(rows, accepting) for item in [int(accept)] + row))
        table.section(words("H", [position[node] for node in self.leading]))
        return table.bytes(), {
            "branches": len(branches), "tails": len(tails), "prefix states": len(prefix_rows),
            "formats": len(self.formats), "leading digits": len(self.leading), "strings": len(self.strings.items),
        }

    def shared_plan(self, numbers, type_nodes):
        """For a calling code of several regions: which of them a string belongs to and its type there.

        The label is 16 × (1 + the region's place) + type. A region with leading digits takes whatever begins so.
        """
        nodes = []
        for number in numbers:
            leading = self.territories[number][1].leading_digits
            nodes.append(type_nodes[number])
            nodes.append(self.pool.beginning(leading) if leading is not None else self.pool.dead)
        has_leading = [self.territories[number][1].leading_digits is not None for number in numbers]

        def combine(labels):
            for place, leads in enumerate(has_leading):
                kind, begins = labels[2 * place], labels[2 * place + 1]
                if begins or (not leads and kind):
                    return 16 * (place + 1) + kind
            return 0

        return self.pool.product(nodes, combine)

    def format_selection(self, formats):
        """(node labelling a string with 1 + the number of its format, first record, count)."""
        first = len(self.formats)
        nodes = []
        for each in formats:
            bounds = group_bounds(each.pattern)
            lengths = range(sum(low for low, _ in bounds), sum(high for _, high in bounds) + 1)
            nodes.append(self.pool.lengths(lengths))
            # The last pattern is the most detailed one, and the only one that counts.
            leading = each.leading_digits_pattern
            nodes.append(self.pool.beginning(leading[-1]) if leading else self.pool.tail((1,) * automata.TAIL_WIDTH))
            self.add_format(each, bounds)

        def combine(labels):
            for place in range(len(formats)):
                if labels[2 * place] and labels[2 * place + 1]:
                    return place + 1
            return 0

        return (self.pool.product(nodes, combine) if nodes else self.pool.dead), first, len(formats)

    def add_format(self, each, bounds):
        """Appends the record of a format with the groups it has."""
        rule = each.national_prefix_formatting_rule
        national = FIRST_GROUP.sub(rule, each.format, count=1) if rule else each.format
        carrier = each.domestic_carrier_code_formatting_rule
        carrier = FIRST_GROUP.sub(carrier, each.format, count=1) if carrier else ""
        flat = [item for pair in bounds for item in pair]
        flat += [0] * (2 * MAXIMUM_GROUPS - len(flat))
        packed = [flat[i] | flat[i + 1] << 8 for i in range(0, len(flat), 2)]
        self.formats.append([self.strings.add(template(national)), self.strings.add(template(each.format)),
                             self.strings.add(template(carrier)),
                             len(bounds) | (PREFIX_REQUIRED if is_prefix_required(each) else 0)] + packed +
                            [len(self.leading), len(each.leading_digits_pattern), typed_flags(each), 0])
        self.leading += [self.pool.beginning(pattern) for pattern in each.leading_digits_pattern]

    def alternates(self, code):
        """(first record, count) of the other ways to group numbers of a calling code, in which texts are searched."""
        first = len(self.formats)
        formats = self.alternate_formats.get(code, [])
        for each in formats:
            if len(each.leading_digits_pattern) > 1:
                raise ValueError("an alternate format with several patterns of leading digits")
            self.add_format(each, group_bounds(each.pattern))
        return first, len(formats)

    def short_examples(self, region):
        """An example of the short numbers of a region, and of each price; empty where there is none."""
        metadata = self.short_metadata.get(region)
        descs = [getattr(metadata, name) if metadata is not None else None for name in SHORT_EXAMPLES]
        return [self.strings.add(desc.example_number or "" if desc is not None else "") for desc in descs]

    def territory(self, identifier, metadata, types, general):
        parsing = metadata.national_prefix_for_parsing
        international = metadata.international_prefix
        lengths = [0, 0]
        for place, values in enumerate((metadata.general_desc.possible_length,
                                        metadata.general_desc.possible_length_local_only)):
            for value in values:
                if not 0 < value < 32:
                    raise ValueError("a length that does not fit")
                lengths[place] |= 1 << value
        examples = []
        for name in EXAMPLES:
            desc = getattr(metadata, name) if name else None
            examples.append(self.strings.add(desc.example_number or "" if desc is not None else ""))
        identifier = b"\0\0" if identifier == "001" else identifier.encode()
        rule = metadata.national_prefix_transform_rule or ""
        groups = re.compile(parsing).groups if parsing else 0
        if rule and not re.fullmatch(r"\d*\\%d" % groups, rule):
            raise ValueError("unexpected transform rule " + rule)
        record = [
            identifier[0] | identifier[1] << 8, metadata.country_code, types, general,
            self.prefixes.start(parsing) if parsing else NONE, self.strings.add(template(rule)), groups,
            self.prefixes.start(international) if international else NONE,
            lengths[0] & 0xFFFF, lengths[0] >> 16, lengths[1] & 0xFFFF, lengths[1] >> 16,
            self.strings.add(metadata.preferred_extn_prefix or ""),
            1 if metadata.mobile_number_portable_region else 0,
            self.strings.add(metadata.national_prefix or ""),
            self.strings.add(self.dialled_international_prefix(metadata)),
        ] + examples
        region = "" if identifier == b"\0\0" else identifier.decode()
        return record + [self.short_numbers(region)] + self.short_examples(region)

    def dialled_international_prefix(self, metadata):
        """What is written before a calling code when dialling abroad; nothing where there are several ways."""
        if metadata.preferred_international_prefix is not None:
            return metadata.preferred_international_prefix
        prefix = metadata.international_prefix or ""
        return prefix if re.fullmatch(r"\d+(?:[~\u2053\u223c\uff5e]\d+)?", prefix) else ""

    def layout(self, roots):
        """Numbers the reachable nodes, branches first, near ones together."""
        order = []
        seen = set()
        for root in roots:
            waiting = [root]
            while waiting:
                node = waiting.pop(0)
                if node in seen:
                    continue
                seen.add(node)
                order.append(node)
                if self.pool.nodes[node][0] == "branch":
                    waiting += self.pool.nodes[node][2]
        branches = [node for node in order if self.pool.nodes[node][0] == "branch"]
        tails = [node for node in order if self.pool.nodes[node][0] == "tail"]
        position = {node: number for number, node in enumerate(branches + tails)}
        if len(position) > 0xFFFF:
            raise ValueError("too many nodes for 16 bits")
        rows = [[position[target] for target in self.pool.nodes[node][2]] + [self.pool.nodes[node][1]] + [0] * 5
                for node in branches]
        return rows, [self.pool.nodes[node][1] for node in tails], position
