// How the core's values are written into columns and read back.

import CRMMiddleware
import JSONText
import NumbersCore
import Platform
import SQLiteDatabase

extension SQLValue {
    /// The number as it is compared and answered, or NULL.
    static func number(_ number: PartyNumber?) -> SQLValue { .text(number?.text) }
    /// Microseconds since 1970, or NULL.
    static func time(_ time: UnixTime?) -> SQLValue { .integer(time?.microseconds) }
    /// 1, 0 or NULL.
    static func flag(_ flag: Bool?) -> SQLValue { flag.map { .boolean($0) } ?? .null }
}

extension Row {
    /// A number as it was stored.
    func number(_ column: Int32) -> PartyNumber? {
        optionalText(column).map { PartyNumber(given: $0, e164: E164($0)) }
    }

    func time(_ column: Int32) -> UnixTime { UnixTime(microseconds: integer(column)) }

    func optionalTime(_ column: Int32) -> UnixTime? {
        optionalInteger(column).map { UnixTime(microseconds: $0) }
    }

    func flag(_ column: Int32) -> Bool? { optionalInteger(column).map { $0 != 0 } }

    /// An identifier; one that is none was not written by this program and is answered as a misuse by the query.
    func uniqueID(_ column: Int32) -> UniqueID? { optionalBlob(column).flatMap { UniqueID(bytes: $0) } }
}

extension [ContextPair] {
    /// The pairs as a JSON array of keys and values in turn.
    var stored: String {
        let texts = flatMap { [JSONValue.string($0.key), .string($0.value)] }
        var writer = JSONWriter()
        writer.value(.array(texts))
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    init(stored text: String?) {
        self = []
        // What does not read as pairs was not written by this program.
        guard let text, let texts = (try? JSONValue(parsing: [UInt8](text.utf8)))?.array?.compactMap(\.string)
        else { return }
        var index = 0
        while index + 1 < texts.count {
            append(ContextPair(texts[index], texts[index + 1]))
            index += 2
        }
    }
}
