"""Turns carriers, places, time zones and region names (English) into the binary table the engine reads.

The names are those the public metadata gives; English region names come with it from the CLDR.
"""

from phonenumbers.carrierdata import CARRIER_DATA
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.geodata.locale import LOCALE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

from .binary import Strings, Table, words

MAGIC = b"NUMPLACE"
FORMAT_VERSION = 1
NAMES_IN_BLOCK = 16
OWN_LABEL = 0x8000

# Regions the metadata's list of names leaves out, and names it spells otherwise than ISO 3166-1 does in English.
DISPLAY_NAMES = {
    "AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo", "CC": "Cocos (Keeling) Islands",
    "CD": "Congo, Democratic Republic of the", "CZ": "Czechia", "FK": "Falkland Islands (Malvinas)",
    "IM": "Isle of Man", "KN": "Saint Kitts and Nevis", "MK": "North Macedonia", "PM": "Saint Pierre and Miquelon",
    "RE": "R\u00e9union", "SJ": "Svalbard and Jan Mayen", "ST": "Sao Tome and Principe", "SZ": "Eswatini",
    "TC": "Turks and Caicos Islands", "TR": "T\u00fcrkiye", "VC": "Saint Vincent and the Grenadines",
    "VN": "Viet Nam", "WF": "Wallis and Futuna", "CV": "Cabo Verde", "MF": "Saint Martin (French part)",
    "VA": "Holy See",
}


def trie(entries):
    """The words of a trie that gives the label of the longest prefix in `entries`; equal parts are stored once.

    A node is: the digits that lead on (bits 0–9) and whether it has a label itself (bit 15); which of those digits
    lead to a node; the label if there is one; then for each digit a label, or the place of a node in two words.
    """
    root = {}
    for prefix, label in entries.items():
        node = root
        for digit in prefix:
            node = node.setdefault(int(digit), {})
        node["label"] = label
    stream = []
    places = {}

    def store(node, inherited):
        """("label", …), ("node", place) or None when nothing differs from what is known already."""
        own = node.get("label")
        known = inherited if own is None else own
        children = []
        for digit in range(10):
            child = store(node[digit], known) if digit in node else None
            if child is not None:
                children.append((digit, child))
        if own == inherited:
            own = None
        if not children:
            return None if own is None else ("label", own)
        key = (own, tuple(children))
        if key not in places:
            encoded = [
                sum(1 << digit for digit, _ in children) | (0 if own is None else OWN_LABEL),
                sum(1 << digit for digit, (kind, _) in children if kind == "node"),
            ]
            if own is not None:
                encoded.append(own)
            for _, (kind, value) in children:
                encoded += [value] if kind == "label" else [value & 0xFFFF, value >> 16]
            places[key] = len(stream)
            stream.extend(encoded)
        return ("node", places[key])

    _, place = store(root, 0)
    # The last node stored is the root.
    return stream, place


def compile_places(version, regions):
    names = Strings()
    locations = trie({key: names.add(value["en"]) for key, value in GEOCODE_DATA.items() if "en" in value})
    carriers = trie({key: names.add(value["en"]) for key, value in CARRIER_DATA.items() if "en" in value})
    lists = [0]
    list_places = {}
    for zones in sorted(set(TIMEZONE_DATA.values())):
        list_places[zones] = len(lists)
        lists += [len(zones)] + [names.add(zone) for zone in zones]
    zones = trie({key: list_places[value] for key, value in TIMEZONE_DATA.items()})

    display = [0] * 676
    fallback = [0] * 676
    for region in regions:
        ordinal = (ord(region[0]) - 65) * 26 + ord(region[1]) - 65
        known = LOCALE_DATA.get(region, {})
        name = known.get("en", "")
        if name.startswith("*"):
            name = known[name[1:]]
        fallback[ordinal] = names.add(name)
        display[ordinal] = names.add(DISPLAY_NAMES.get(region, name))
        if not display[ordinal]:
            raise ValueError("no name for " + region)

    if len(names.items) > 0xFFFF:
        raise ValueError("too many names")
    blocks = []
    total = 0
    for number, name in enumerate(names.items):
        if number % NAMES_IN_BLOCK == 0:
            blocks.append(total)
        total += len(name)
    table = Table(MAGIC, FORMAT_VERSION)
    table.section(version.encode())
    table.section(words("I", blocks))
    table.section(words("H", [len(name) for name in names.items]))
    table.section(words("I", [locations[1], carriers[1], zones[1], 0]))
    for stream, _ in (locations, carriers, zones):
        table.section(words("H", stream))
    table.section(words("H", lists))
    table.section(words("H", display))
    table.section(words("H", fallback))
    text = b"".join(names.items)
    # One zero more, so that the section can end a string literal.
    table.section(text + bytes(8 - len(text) % 8))
    return table.bytes(), table.last_offset, {
        "names": len(names.items), "name bytes": total, "locations": 2 * len(locations[0]),
        "carriers": 2 * len(carriers[0]), "time zones": 2 * len(zones[0]),
    }
