// A JSON object: its members in the order they were written.

/// The members of a JSON object in order. Names compare byte for byte; lookup is linear, as request and configuration
/// objects are small.
package struct JSONObject: Sendable, Equatable {
    /// One `name: value` pair.
    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }

        package static func == (left: Member, right: Member) -> Bool {
            sameBytes(left.name, right.name) && left.value == right.value
        }
    }

    /// All members, in order.
    package private(set) var members: [Member]

    /// An object without members.
    package init() {
        members = []
    }

    /// An object of these members; a name that comes again replaces the earlier value in its place.
    package init(_ members: [(String, JSONValue)]) {
        self.init()
        for (name, value) in members { self[name] = value }
    }

    /// An object of members whose names the parser has found to be distinct.
    init(distinct members: [Member]) {
        self.members = members
    }

    /// The number of members.
    package var count: Int { members.count }

    /// The value under a name, nil when there is none. Setting replaces in place or appends; setting nil removes.
    package subscript(name: String) -> JSONValue? {
        get {
            for member in members where sameBytes(member.name, name) { return member.value }
            return nil
        }
        set {
            let position = members.firstIndex { sameBytes($0.name, name) }
            switch (position, newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): members.remove(at: position)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }
}

/// A member name that hashes and compares by its bytes, for finding duplicates in objects too large to search.
struct MemberName: Hashable {
    let text: String

    static func == (left: MemberName, right: MemberName) -> Bool { sameBytes(left.text, right.text) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
