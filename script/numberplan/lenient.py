"""The lenient spelling rules of phone numbers as automata over classes of characters.

Two languages are needed to read what people write: which strings may be a number at all, and which endings are
extensions. Both are given here as ordinary regular expressions, written anew after the published rules, and compiled
over classes of characters. Case is folded as the reference folds it, measured character by character.
"""

import re
import unicodedata

try:
    from re import _constants as sre_constants, _parser as sre_parse
except ImportError:  # Python before 3.11
    import sre_constants
    import sre_parse

PUNCTUATION = (
    "-x\u2010-\u2015\u2212\u30fc\uff0d-\uff0f \u00a0\u00ad\u200b\u2060\u3000()\uff08\uff09\uff3b\uff3d.\\[\\]/~"
    "\u2053\u223c\uff5e"
)
PLUS = "+\uff0b"

_GAP = "[ \u00a0\\t,]*"
_GAP_WITHOUT_COMMA = "[ \u00a0\\t]*"
_AFTER_LABEL = "[:\\.\uff0e]?[ \u00a0\\t,-]*"
_LABEL = "(?:e?xt(?:ensi(?:o\u0301?|\u00f3))?n?|\uff45?\uff58\uff54\uff4e?|\u0434\u043e\u0431|anexo)"
_SHORT_LABEL = "(?:[x\uff58#\uff03~\uff5e]|int|\uff49\uff4e\uff54)"

EXTENSION = "|".join(
    [
        ";ext=\\d{1,20}",
        _GAP + _LABEL + _AFTER_LABEL + "\\d{1,20}#?",
        _GAP + _SHORT_LABEL + _AFTER_LABEL + "\\d{1,9}#?",
        "[- ]+\\d{1,6}#",
        _GAP_WITHOUT_COMMA + "(?:,{2}|;)" + _AFTER_LABEL + "\\d{1,15}#?",
        _GAP_WITHOUT_COMMA + "(?:,)+" + _AFTER_LABEL + "\\d{1,9}#?",
    ]
)
VIABLE = (
    "\\d{2}|[" + PLUS + "]*(?:[" + PUNCTUATION + "*]*\\d){3,}[" + PUNCTUATION + "*A-Za-z\\d]*(?:" + EXTENSION + ")?"
)
# The two forms a phone-context may have, RFC 3966 §3; their letters are ASCII whatever the case.
CONTEXT_NUMBER = "\\+[\\d\\-.()]*\\d[\\d\\-.()]*"
CONTEXT_DOMAIN = "(?:[A-Za-z\\d]+(?:-*[A-Za-z\\d])*\\.)*[A-Za-z]+(?:-*[A-Za-z\\d])*\\.?"

KEYPAD = {letter: str(2 + i) for i, group in enumerate("ABC DEF GHI JKL MNO PQRS TUV WXYZ".split()) for letter in group}


EVERY_CHARACTER = "".join(map(chr, range(0x110000)))


class Nondeterministic:
    """A plain NFA over sets of characters, forwards or reversed."""

    def __init__(self, pattern, atoms, ignoring_case):
        self.atoms = atoms
        self.flags = re.IGNORECASE if ignoring_case else 0
        self.edges = []  # (from, atom or None, to)
        self.count = 0
        self.first = self._state()
        self.last = self._state()
        self._sequence(list(sre_parse.parse(pattern)), self.first, self.last)

    def _state(self):
        self.count += 1
        return self.count - 1

    def _atom(self, item):
        operation, argument = item
        if operation is sre_constants.LITERAL:
            text = re.escape(chr(argument))
        else:
            parts = []
            for kind, value in argument:
                if kind is sre_constants.LITERAL:
                    parts.append(re.escape(chr(value)))
                elif kind is sre_constants.RANGE:
                    parts.append(re.escape(chr(value[0])) + "-" + re.escape(chr(value[1])))
                elif kind is sre_constants.CATEGORY and value is sre_constants.CATEGORY_DIGIT:
                    parts.append("\\d")
                else:
                    raise ValueError("unexpected class member")
            text = "[" + "".join(parts) + "]"
        return self.atoms.number(text, self.flags)

    def _sequence(self, items, start, end):
        for item in items[:-1]:
            middle = self._state()
            self._item(item, start, middle)
            start = middle
        if items:
            self._item(items[-1], start, end)
        else:
            self.edges.append((start, None, end))

    def _item(self, item, start, end):
        operation, argument = item
        if operation in (sre_constants.LITERAL, sre_constants.IN):
            self.edges.append((start, self._atom(item), end))
        elif operation is sre_constants.BRANCH:
            for branch in argument[1]:
                self._sequence(list(branch), start, end)
        elif operation is sre_constants.SUBPATTERN:
            self._sequence(list(argument[3]), start, end)
        elif operation is sre_constants.MAX_REPEAT:
            low, high, body = argument
            for _ in range(low):
                middle = self._state()
                self._sequence(list(body), start, middle)
                start = middle
            if high is sre_constants.MAXREPEAT:
                loop = self._state()
                self.edges.append((start, None, loop))
                again = self._state()
                self._sequence(list(body), loop, again)
                self.edges.append((again, None, loop))
                self.edges.append((loop, None, end))
            else:
                for _ in range(high - low):
                    self.edges.append((start, None, end))
                    middle = self._state()
                    self._sequence(list(body), start, middle)
                    start = middle
                self.edges.append((start, None, end))
        else:
            raise ValueError("unexpected " + str(operation))

    def deterministic(self, classes, reversed_text):
        """Returns ([row of successors by class], [accepting]); state 0 is dead, state 1 the start."""
        moves = {}
        for start, atom, end in self.edges:
            if reversed_text:
                start, end = end, start
            moves.setdefault(start, []).append((atom, end))
        first, last = (self.last, self.first) if reversed_text else (self.first, self.last)

        def closure(states):
            found = set(states)
            waiting = list(states)
            while waiting:
                for atom, target in moves.get(waiting.pop(), []):
                    if atom is None and target not in found:
                        found.add(target)
                        waiting.append(target)
            return frozenset(found)

        subsets = [frozenset(), closure([first])]
        index = {subset: i for i, subset in enumerate(subsets)}
        rows = [[0] * len(classes)]
        position = 1
        while position < len(subsets):
            row = []
            for atoms in classes:
                moved = closure(
                    [
                        target
                        for state in subsets[position]
                        for atom, target in moves.get(state, [])
                        if atom is not None and atom in atoms
                    ]
                )
                if moved not in index:
                    index[moved] = len(subsets)
                    subsets.append(moved)
                row.append(index[moved])
            rows.append(row)
            position += 1
        return _minimised(rows, [last in subset for subset in subsets])


def _minimised(rows, accepting):
    block = [1 if accept else 0 for accept in accepting]
    while True:
        signatures = {}
        fresh = []
        # The dead state and the start keep the numbers 0 and 1, so they are numbered first.
        for state, row in enumerate(rows):
            signature = (block[state],) + tuple(block[target] for target in row)
            fresh.append(signatures.setdefault(signature, len(signatures)))
        if len(signatures) == len(set(block)):
            break
        block = fresh
    count = max(fresh) + 1
    representative = [fresh.index(number) for number in range(count)]
    assert fresh[0] == 0 and fresh[1] == 1
    return [[fresh[target] for target in rows[state]] for state in representative], [
        accepting[state] for state in representative
    ]


class Atoms:
    """Sets of characters by the expression that describes them."""

    def __init__(self):
        self.texts = []
        self.members = []

    def number(self, text, flags):
        key = (text, flags)
        if key not in self.texts:
            self.texts.append(key)
            self.members.append({m.start() for m in re.finditer(text, EVERY_CHARACTER, flags)})
        return self.texts.index(key)

    def add(self, name, members):
        self.texts.append((name, None))
        self.members.append(set(members))
        return len(self.texts) - 1


# Flags of a class of characters, as the engine reads them.
DIGIT, WORD, START, LETTER, PLUS_SIGN = 1, 2, 4, 8, 16


def compile_lenient():
    """Returns the ranges, class properties and automata of the reading rules."""
    atoms = Atoms()
    languages = [
        (Nondeterministic(VIABLE, atoms, True), False),
        (Nondeterministic(EXTENSION, atoms, True), True),
        (Nondeterministic(CONTEXT_NUMBER, atoms, False), False),
        (Nondeterministic(CONTEXT_DOMAIN, atoms, False), False),
    ]
    digit = atoms.number("\\d", 0)
    word = atoms.number("[#\\w]", 0)
    underscore = atoms.number("_", 0)
    start = atoms.number("[" + PLUS + "\\d]", 0)
    letter = atoms.number("[A-Za-z]", 0)
    plus = atoms.number("[" + PLUS + "]", 0)
    keypad = {}
    for code in range(0x110000):
        value = KEYPAD.get(chr(code).upper())
        if value is not None:
            keypad.setdefault(value, []).append(code)
    keypad = {atoms.add("keypad " + value, codes): int(value) for value, codes in keypad.items()}

    membership = [[] for _ in range(0x110000)]
    for number, members in enumerate(atoms.members):
        for code in members:
            membership[code].append(number)
    classes = {(): 0}
    ranges = []
    for code in range(0x110000):
        key = tuple(membership[code])
        number = classes.setdefault(key, len(classes))
        is_digit = digit in key
        begins_block = is_digit and unicodedata.decimal(chr(code)) == 0
        if not ranges or ranges[-1][1] != number or begins_block:
            ranges.append((code, number))
        if is_digit and code > 127 and (code - ranges[-1][0]) % 10 != unicodedata.decimal(chr(code)):
            raise ValueError("digits that are not in a block of ten at %x" % code)
    if len(classes) > 255:
        raise ValueError("too many classes")

    properties = []
    for key in classes:
        flags = 0
        flags |= DIGIT if digit in key else 0
        flags |= WORD if word in key and underscore not in key else 0
        flags |= START if start in key else 0
        flags |= LETTER if letter in key else 0
        flags |= PLUS_SIGN if plus in key else 0
        value = [keypad[number] for number in key if number in keypad]
        properties.append((flags, value[0] if value else 255))

    class_atoms = [frozenset(key) for key in classes]
    automata = [language.deterministic(class_atoms, backwards) for language, backwards in languages]
    return ranges, properties, automata
