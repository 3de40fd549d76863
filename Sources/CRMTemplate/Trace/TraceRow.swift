// One step of a trace as a row: the parts that a tree aligns and a page puts into elements. Values.

/// An event in words, not escaped yet.
struct TraceRow {
    /// How a row should strike the reader.
    enum Mark {
        case plain
        /// What had to match did.
        case passed
        /// What had to match did not, or something failed.
        case failed
        /// Worth a look: something was left out or is empty.
        case noticed
    }

    /// A list of names and values, or running text.
    enum Block {
        case fields([Trace.Field])
        case text(TraceText)
    }

    let mark: Mark
    /// What kind of step it is: `scenario`, `rule`, `SkipIf`.
    let label: String
    /// What it is about, where siblings differ in that: the variable, the output, the method.
    var name = ""
    /// What came of it.
    let text: String
    /// Where it comes from: the expression, the path.
    var source = ""
    /// What is wrong with it.
    var issue: String?
    var blocks: [Block] = []
    /// Rows of its own, before those of the steps inside it: the nodes of a rule.
    var rows: [TraceRow] = []

    /// The row of an event.
    init(_ event: Trace.Event) {
        switch event {
        case .queued: self.init(.plain, "queue", "waited for a place among the runs of this template")
        case .scenario(let id, let index, let position):
            let text = id.isEmpty ? String(index + 1) : id
            self.init(.plain, "scenario", text, source: "line \(position.line)")
        case .authentication(let step):
            let mark: Mark =
                switch step {
                case .failed, .backingOff: .failed
                case .succeeded: .passed
                case .started, .shared, .cached, .expired, .refreshedAfterRefusal: .plain
                }
            self.init(mark, "authentication", TraceWords.authentication(step))
        case .condition(let name, let source, let result, _):
            let leavesOut = TraceSummary.leavesOut(condition: name, result: result)
            self.init(leavesOut ? .noticed : .plain, name, result ? "true" : "false", source: Self.arrow(source))
        case .request(let method, let url, let headers, let body):
            self.init(.plain, "request", "\(method) \(url)")
            blocks = Self.blocks(headers, body)
        case .response(let status, let headers, let body, let byteCount):
            let isGood = TraceSummary.isGood(status: status)
            let size = TraceWords.counted(byteCount, "byte", "bytes")
            self.init(isGood ? .plain : .failed, "answer", "\(status), \(size)")
            blocks = Self.blocks(headers, body)
        case .transportFailure(let failure):
            self.init(.failed, "no answer", failure.message)
        case .rule(let group, let kind, let path, let ethalon, let nodes, let moreNodes):
            self.init(rule: kind, path: path, ethalon: ethalon, group: group, nodes: nodes, moreNodes: moreNodes)
        case .records(let records, let more):
            let count = records.count + max(0, more)
            let names = records.map { $0.isEmpty ? "the whole answer" : $0 }.joined(separator: ", ")
            let text = count == 0 ? "none" : "\(TraceWords.grouped(count)): \(names)\(more > 0 ? ", …" : "")"
            self.init(count == 0 ? .noticed : .passed, "records", text)
        case .record(let index, let context):
            self.init(.plain, "record \(index + 1)", context.isEmpty ? "the whole answer" : context)
        case .variable(let name, let path, let value, let issue):
            self.init(issue == nil ? .plain : .noticed, "variable", TraceWords.quoted(value), source: Self.arrow(path))
            self.name = name
            self.issue = issue
        case .output(let type, let source, let value):
            self.init(.plain, "output", TraceWords.quoted(value), source: Self.arrow(source))
            name = type
        case .next(let id): self.init(.plain, "next", "scenario \(id)")
        case .contactAccepted(let contact):
            let words = ["FirstName", "LastName", "CompanyName", "ContactUrl"].compactMap { contact[$0] }
            self.init(.passed, "contact", "accepted: \(words.joined(separator: ", "))")
        case .contactRefused(let reason, let fields):
            self.init(.failed, "no contact", reason)
            blocks = fields.isEmpty ? [] : [.fields(fields)]
        case .note(let text): self.init(.plain, "note", text)
        case .failure(let failure): self.init(.failed, "failed", failure.message, source: failure.code)
        }
    }

    private init(_ mark: Mark, _ label: String, _ text: String, source: String = "") {
        self.mark = mark
        self.label = label
        self.text = text
        self.source = source
    }

    private init(
        rule kind: RuleTemplate.Kind, path: String, ethalon: TraceText?, group: Int, nodes: [Trace.RuleNode],
        moreNodes: Int
    ) {
        let passed = nodes.count { $0.passed }
        let total = nodes.count + max(0, moreNodes)
        let counts =
            switch (total, moreNodes > 0) {
            case (0, _): "the path leads to nothing"
            case (_, false): "\(TraceWords.grouped(passed)) of \(TraceWords.grouped(total)) match"
            case (_, true): "\(TraceWords.grouped(passed)) of the first \(TraceWords.grouped(nodes.count)) match"
            }
        self.init(
            passed > 0 ? .passed : .failed, group > 0 ? "rule, group \(group + 1)" : "rule",
            TraceWords.rule(kind, path, ethalon), source: counts)
        rows = nodes.map { node in
            var row = TraceRow(node.passed ? .passed : .failed, "", TraceWords.quoted(node.text))
            row.name = node.place.isEmpty ? "the whole answer" : node.place
            return row
        }
        if moreNodes > 0 {
            rows.append(TraceRow(.plain, "", "and \(TraceWords.counted(moreNodes, "node", "nodes")) more"))
        }
    }

    /// Points from a value to what it was made of.
    private static func arrow(_ source: String) -> String { source.isEmpty ? "" : "← \(source)" }

    private static func blocks(_ fields: [Trace.Field], _ body: TraceText?) -> [Block] {
        var blocks: [Block] = fields.isEmpty ? [] : [.fields(fields)]
        if let body, !body.text.isEmpty { blocks.append(.text(body)) }
        return blocks
    }
}

extension TraceWords {
    /// A rule as its author would say it: `Equals people.kind = "Phone"`.
    static func rule(_ kind: RuleTemplate.Kind, _ path: String, _ ethalon: TraceText?) -> String {
        let place = path.isEmpty ? "the whole answer" : path
        switch kind {
        case .equals: return "Equals \(place) = \(ethalon.map(quoted) ?? "empty")"
        case .any, .number, .destinationEmail: return "\(kind.rawValue) \(place)"
        }
    }
}
