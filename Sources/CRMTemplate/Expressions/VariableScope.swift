// The variables an evaluation sees. Values: a frame that has children is never changed again.

/// A value with where it came from.
package struct Variable: Sendable, Hashable {
    package let value: Value
    package let origins: Origins

    package init(_ value: Value, _ origins: Origins) {
        self.value = value
        self.origins = origins
    }
}

/// Variables by name, in frames: a child sees what its parent had when it was made, and shadows it.
package struct VariableScope: Sendable {
    private struct Entry: Sendable {
        let name: String
        var variable: Variable
    }

    /// A frame that has children.
    private final class Frame: Sendable {
        let hashes: [UInt32]
        let entries: [Entry]
        let parent: Frame?

        init(hashes: [UInt32], entries: [Entry], parent: Frame?) {
            self.hashes = hashes
            self.entries = entries
            self.parent = parent
        }

        // A chain of frames as deep as a hostile caller likes must not be released recursively; it is held by runs,
        // whose depth is bounded (32 chained scenarios), so the plain release is safe.
    }

    /// Caseless hashes of the names, in the order of `entries`: what a lookup reads is small and in one place.
    private var hashes: [UInt32] = []
    private var entries: [Entry] = []
    private let parent: Frame?

    package init() { parent = nil }

    private init(parent: Frame?) { self.parent = parent }

    /// Sets a variable of this frame; one of the same name (in the same case) is replaced.
    package mutating func set(_ name: String, _ variable: Variable) {
        let hash = Ordinal.caselessHash(name)
        for index in hashes.indices where hashes[index] == hash {
            if Ordinal.equal(entries[index].name, name) {
                entries[index].variable = variable
                return
            }
        }
        hashes.append(hash)
        entries.append(Entry(name: name, variable: variable))
    }

    /// A frame on top of this one. Cheap: no variable is copied.
    package func child() -> VariableScope {
        VariableScope(parent: entries.isEmpty ? parent : Frame(hashes: hashes, entries: entries, parent: parent))
    }

    /// The variable of that name: in exactly that case in any frame, else in another case (A11), the innermost first.
    /// `Escaped` before the name of any other gives that variable's text, escaped as RFC 3986 has it.
    package subscript(name: String) -> Variable? { self[VariableName(name)] }

    /// All names, each once, in the order they were first set, outer frames first.
    package var names: [String] {
        var frames: [[Entry]] = [entries]
        var frame = parent
        while let current = frame {
            frames.append(current.entries)
            frame = current.parent
        }
        var seen: Set<[UInt8]> = []
        var result: [String] = []
        for entries in frames.reversed() {
            for entry in entries where seen.insert(Array(entry.name.utf8)).inserted { result.append(entry.name) }
        }
        return result
    }

    subscript(name: VariableName) -> Variable? { find(name, ignoresCase: true) }

    /// - Parameter ignoresCase: whether a name in another case is taken when there is none in exactly this.
    func find(_ name: VariableName, ignoresCase: Bool) -> Variable? {
        if let variable = find(name.text, name.hash, ignoresCase) { return variable }
        guard let base = name.escaped, let variable = find(base, name.escapedHash, ignoresCase) else { return nil }
        return Variable(.text(variable.value.text().escapedAsURIComponent), variable.origins)
    }

    private func find(_ name: String, _ hash: UInt32, _ ignoresCase: Bool) -> Variable? {
        var caseless: Variable?
        if let variable = Self.find(name, hash, hashes, entries, &caseless) { return variable }
        // The frames are alive as long as this scope: no count is taken on the way.
        var frame = parent
        while let current = frame {
            if let variable = Self.find(name, hash, current.hashes, current.entries, &caseless) { return variable }
            frame = current.parent
        }
        return ignoresCase ? caseless : nil
    }

    private static func find(
        _ name: String, _ hash: UInt32, _ hashes: [UInt32], _ entries: [Entry], _ caseless: inout Variable?
    ) -> Variable? {
        for index in hashes.indices where hashes[index] == hash {
            if Ordinal.equal(entries[index].name, name) { return entries[index].variable }
            if caseless == nil, Ordinal.equalIgnoringCase(entries[index].name, name) {
                caseless = entries[index].variable
            }
        }
        return nil
    }
}

/// A name ready to be looked up.
struct VariableName: Sendable, Hashable {
    let text: String
    let hash: UInt32
    /// What follows `Escaped` (in any case) in the name; nil when nothing does.
    let escaped: String?
    let escapedHash: UInt32

    init(_ text: String) {
        self.text = text
        hash = Ordinal.caselessHash(text)
        escaped = VariableScope.escapedName(in: text)
        escapedHash = escaped.map(Ordinal.caselessHash) ?? 0
    }
}

extension VariableScope {
    /// `Number` for `EscapedNumber`: the variable that such a name reads when there is none of the whole name.
    package static func escapedName(in name: String) -> String? {
        let prefix = "escaped"
        guard name.utf8.count > prefix.utf8.count,
            name.utf8.prefix(prefix.utf8.count).map(Ordinal.lower).elementsEqual(prefix.utf8)
        else { return nil }
        return String(name.dropFirst(prefix.count))
    }
}
