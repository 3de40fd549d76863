"""Deterministic automata over the ten digits, built from digit-only regular expressions.

A node answers one question about a string of digits: which label does it get? Two kinds exist:

  branch  (label if the string ends here, ten successors)
  tail    (one label for each number of remaining digits; which digits they are no longer matters)

Nodes are hash-consed in a `Pool`, so equal answers are one node, whatever expression they came from. Every
expression of the metadata is bounded, hence the graph of branches has no cycle.
"""

import re

try:
    from re import _constants as sre_constants, _parser as sre_parse
except ImportError:  # Python before 3.11
    import sre_constants
    import sre_parse

# Labels for 0…18 remaining digits and one for "19 or more"; no pattern in the metadata reaches past 17 digits.
TAIL_WIDTH = 20


class Expression:
    """A bounded, digit-only regular expression as an NFA whose threads keep the priority order of backtracking.

    A program is a list of instructions: ("set", digits, next), ("split", [next…]), ("save", slot, next),
    ("end", next) for `$`, and ("match",).
    """

    def __init__(self, pattern):
        self.pattern = pattern
        self.program = []
        parsed = sre_parse.parse(pattern)
        self.groups = parsed.state.groups - 1
        match = self._emit(("match",))
        self.start = self._sequence(list(parsed), match)

    def _emit(self, instruction):
        self.program.append(instruction)
        return len(self.program) - 1

    def _sequence(self, items, following):
        for item in reversed(items):
            following = self._item(item, following)
        return following

    def _item(self, item, following):
        operation, argument = item
        if operation is sre_constants.LITERAL:
            return self._emit(("set", frozenset([self._digit(argument)]), following))
        if operation is sre_constants.IN:
            return self._emit(("set", self._digits(argument), following))
        if operation is sre_constants.BRANCH:
            return self._emit(("split", [self._sequence(list(branch), following) for branch in argument[1]]))
        if operation is sre_constants.SUBPATTERN:
            group, _, _, body = argument
            if group is None:
                return self._sequence(list(body), following)
            closing = self._emit(("save", 2 * (group - 1) + 1, following))
            return self._emit(("save", 2 * (group - 1), self._sequence(list(body), closing)))
        if operation is sre_constants.MAX_REPEAT:
            low, high, body = argument
            if high is sre_constants.MAXREPEAT:
                raise ValueError("unbounded repetition in " + self.pattern)
            done = following
            for _ in range(high - low):
                # Greedy: one more copy is tried before leaving.
                following = self._emit(("split", [self._sequence(list(body), following), done]))
            for _ in range(low):
                following = self._sequence(list(body), following)
            return following
        if operation is sre_constants.AT and argument is sre_constants.AT_END:
            return self._emit(("end", following))
        raise ValueError("unexpected %s in %s" % (operation, self.pattern))

    def _digit(self, code):
        if not 48 <= code <= 57:
            raise ValueError("a character that is no digit in " + self.pattern)
        return code - 48

    def _digits(self, items):
        found = set()
        for operation, argument in items:
            if operation is sre_constants.LITERAL:
                found.add(self._digit(argument))
            elif operation is sre_constants.RANGE:
                found.update(range(self._digit(argument[0]), self._digit(argument[1]) + 1))
            elif operation is sre_constants.CATEGORY and argument is sre_constants.CATEGORY_DIGIT:
                found.update(range(10))
            else:
                raise ValueError("unexpected class member in " + self.pattern)
        return frozenset(found)

    def closure(self, threads, position, at_end):
        """Follows everything that consumes nothing, in priority order; returns (set or match threads, matched)."""
        found = []
        seen = set()

        def follow(pc, saved):
            instruction = self.program[pc]
            if instruction[0] == "split":
                for target in instruction[1]:
                    follow(target, saved)
            elif instruction[0] == "save":
                changed = list(saved)
                changed[instruction[1]] = position
                follow(instruction[2], tuple(changed))
            elif instruction[0] == "end":
                if at_end:
                    follow(instruction[1], saved)
            elif pc not in seen:
                seen.add(pc)
                found.append((pc, saved))

        for pc, saved in threads:
            follow(pc, saved)
        return found


class Pool:
    """All nodes of the table, each stored once."""

    def __init__(self):
        self.nodes = []
        self.index = {}
        self.dead = self.tail((0,) * TAIL_WIDTH)

    def _intern(self, node):
        if node not in self.index:
            self.index[node] = len(self.nodes)
            self.nodes.append(node)
        return self.index[node]

    def tail(self, labels):
        assert len(labels) == TAIL_WIDTH
        return self._intern(("tail", tuple(labels)))

    def branch(self, label, successors):
        first = successors[0]
        if all(successor == first for successor in successors) and self.nodes[first][0] == "tail":
            labels = self.nodes[first][1]
            if labels[-1] != labels[-2]:
                raise ValueError("a pattern is longer than a tail can tell")
            return self.tail((label,) + labels[:-1])
        return self._intern(("branch", label, tuple(successors)))

    def step(self, node, digit):
        kind = self.nodes[node]
        if kind[0] == "branch":
            return kind[2][digit]
        return self.tail(kind[1][1:] + kind[1][-1:])

    def label(self, node):
        return self.nodes[node][1] if self.nodes[node][0] == "branch" else self.nodes[node][1][0]

    def lengths(self, possible):
        """The node that labels 1 every string whose length is one of `possible`."""
        return self.tail(tuple(1 if length in possible else 0 for length in range(TAIL_WIDTH)))

    def whole(self, pattern):
        """The node that labels 1 every string the whole of which matches."""
        return self._language(pattern, False)

    def beginning(self, pattern):
        """The node that labels 1 every string of which some beginning matches."""
        return self._language(pattern, True)

    def _language(self, pattern, beginning):
        expression = Expression(pattern)
        memory = {}
        always = self.tail((1,) * TAIL_WIDTH)

        def build(pcs):
            if pcs in memory:
                return memory[pcs]
            if not pcs:
                return self.dead
            matched = any(expression.program[pc][0] == "match" for pc in pcs)
            if matched and beginning:
                return always
            successors = []
            for digit in range(10):
                moved = [
                    (expression.program[pc][2], ())
                    for pc in pcs
                    if expression.program[pc][0] == "set" and digit in expression.program[pc][1]
                ]
                successors.append(build(self._pcs(expression, moved)))
            memory[pcs] = self.branch(1 if matched else 0, successors)
            return memory[pcs]

        return build(self._pcs(expression, [(expression.start, ())]))

    @staticmethod
    def _pcs(expression, threads):
        # Which group matched where does not matter here, so the saved positions are dropped.
        slots = (None,) * (2 * expression.groups)
        return frozenset(pc for pc, _ in expression.closure([(pc, slots) for pc, _ in threads], 0, False))

    def product(self, nodes, combine):
        """The node whose label is `combine` of the labels of all `nodes`."""
        memory = {}

        def build(key):
            if key in memory:
                return memory[key]
            if all(self.nodes[node][0] == "tail" for node in key):
                labels = [self.nodes[node][1] for node in key]
                result = self.tail(tuple(combine([each[i] for each in labels]) for i in range(TAIL_WIDTH)))
            else:
                successors = [build(tuple(self.step(node, digit) for node in key)) for digit in range(10)]
                result = self.branch(combine([self.label(node) for node in key]), successors)
            memory[key] = result
            return result

        return build(tuple(nodes))


class PrefixPool:
    """Automata that find where a prefix match ends, as backtracking would, and what its groups captured.

    A state is the ordered list of threads with the positions they have saved. `anywhere` is the accept number when
    the match may end in this state, `at_end` the one that holds only when the input ends here; 0 is none.
    """

    def __init__(self):
        self.states = []
        self.accepts = [None]
        self.index = {}
        self.starts = {}
        self.dead = self._state((0,) * 10, 0, 0)

    def _state(self, successors, anywhere, at_end):
        state = (successors, anywhere, at_end)
        if state not in self.index:
            self.index[state] = len(self.states)
            self.states.append(state)
        return self.index[state]

    def _accept(self, expression, threads):
        for pc, saved in threads:
            if expression.program[pc][0] == "match":
                saved = (saved + (None,) * 4)[:4]
                if saved not in self.accepts:
                    self.accepts.append(saved)
                return self.accepts.index(saved)
        return 0

    def start(self, pattern):
        if pattern in self.starts:
            return self.starts[pattern]
        expression = Expression(pattern)
        if expression.groups > 2:
            raise ValueError("more than two groups in " + pattern)
        memory = {}

        def build(threads, position):
            if not threads:
                return self.dead
            key = (threads, position)
            if key in memory:
                return memory[key]
            going_on = expression.closure(threads, position, False)
            matches = [i for i, (pc, _) in enumerate(going_on) if expression.program[pc][0] == "match"]
            # Whatever has lower priority than a match is never wanted.
            kept = going_on[: matches[0]] if matches else going_on
            successors = tuple(
                build(
                    tuple(
                        (expression.program[pc][2], saved) for pc, saved in kept if digit in expression.program[pc][1]
                    ),
                    position + 1,
                )
                for digit in range(10)
            )
            memory[key] = self._state(
                successors,
                self._accept(expression, going_on),
                self._accept(expression, expression.closure(threads, position, True)),
            )
            return memory[key]

        self.starts[pattern] = build(((expression.start, (None,) * (2 * expression.groups)),), 0)
        return self.starts[pattern]
