"""Comparing what `nocli number find` finds with the reference."""

import json
import subprocess

from . import texts

DOCUMENT = 250
# How `nocli number find` is asked for each leniency.
OPTIONS = {"valid": [], "possible": ["--possible"], "strict_grouping": ["--grouping", "strict"],
           "exact_grouping": ["--grouping", "exact"]}


def compared(task):
    """The differences in documents of texts: (texts, numbers found, [(text, region, leniency, expected, found)])."""
    command, seed, count = task
    source = texts.Texts(seed)
    total = 0
    differences = []
    for number in range(0, count, DOCUMENT):
        region = source.region()
        leniency = source.leniency()
        lines = [source.text(region) for _ in range(min(DOCUMENT, count - number))]
        expected = [texts.found(line, region, leniency) for line in lines]
        options = (["--country", region] if region != "ZZ" else []) + OPTIONS[leniency]
        answer = subprocess.run(command + options + ["--json"], input="\n".join(lines).encode(),
                                stdout=subprocess.PIPE, check=True, timeout=100).stdout
        found = [[] for _ in lines]
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line.encode()) + 1)
        for match in json.loads(answer)["numbers"]:
            place = match["line"] - 1
            start = starts[place]
            assert match["column"] == len(lines[place].encode()[: match["start"] - start].decode()) + 1
            assert match["text"].encode() == lines[place].encode()[match["start"] - start:match["end"] - start]
            found[place].append((match["start"] - start, match["end"] - start, match["e164"], match["extension"] or ""))
        for line, left, right in zip(lines, expected, found):
            total += len(left)
            if left != right:
                differences.append((line, region, leniency, left, right))
    return count, total, differences


def rows(seed, count):
    """Rows for the tests: region, leniency, text, and `start-end E.164[;extension]` of each number, by blanks."""
    source = texts.Texts(seed)
    result = []
    for _ in range(count):
        region = source.region()
        leniency = source.leniency()
        line = source.text(region)
        if any(c < " " or c == "\x7f" for c in line):
            continue
        found = ["%d-%d %s%s" % (start, end, e164, ";" + extension if extension else "")
                 for start, end, e164, extension in texts.found(line, region, leniency)]
        result.append("\t".join([region, leniency, line] + found))
    return result
