// A compiled plan, or the names that go with one, as a command was given it. A value.

import JSONText
import NumbersCore
import Platform

/// What is in a file that script/number-plan has made.
enum NumberTable {
    case plan(NumberingPlan)
    case names(NumberNames)

    /// What stands for the plan in this program where a file is expected.
    static let builtInPlan = "built-in"
    /// What stands for its names.
    static let builtInNames = "built-in-names"

    /// Why the bytes of a file are not taken.
    struct Refusal: Error {
        let path: String
        let error: NumberingPlanError

        var failure: CommandFailure {
            .badData("\(WholeFile.name(path)): \(error). Make such files with: script/number-plan --binary FOLDER")
        }
    }

    /// The table in a file, or one of this program.
    static func read(_ path: String, _ context: CommandContext) throws(CommandFailure) -> NumberTable {
        switch path {
        case builtInPlan: return .plan(.builtIn)
        case builtInNames: return .names(.builtIn)
        default:
            switch try check(path, context) {
            case .success(let table): return table
            case .failure(let refusal): throw refusal.failure
            }
        }
    }

    /// The table in a file, checked as a server checks it.
    static func check(_ path: String, _ context: CommandContext) throws(CommandFailure) -> Result<NumberTable, Refusal>
    {
        let most = CompiledTable.allCases.map(\.fileBytesMax).max() ?? 0
        let bytes = try WholeFile.read(path, "a compiled numbering plan or its names", limit: most, context)
        let kind = CompiledTable(beginning: bytes) ?? .plan
        guard bytes.count <= kind.fileBytesMax else {
            throw .badData(
                "\(WholeFile.name(path)): expected \(kind.words) of at most \(kind.fileBytesMax) bytes, found more")
        }
        do throws(NumberingPlanError) {
            switch kind {
            case .plan: return .success(.plan(try NumberingPlan(bytes)))
            case .names: return .success(.names(try NumberNames(bytes)))
            }
        } catch {
            return .failure(Refusal(path: path, error: error))
        }
    }

    private var kind: CompiledTable {
        switch self {
        case .plan: .plan
        case .names: .names
        }
    }

    var metadataVersion: String {
        switch self {
        case .plan(let plan): plan.metadataVersion
        case .names(let names): names.metadataVersion
        }
    }

    var bytes: [UInt8] {
        switch self {
        case .plan(let plan): plan.bytes
        case .names(let names): names.bytes
        }
    }

    /// Whether both are plans, or both names.
    func isSameKind(as other: NumberTable) -> Bool { kind == other.kind }

    private var byteCount: Int {
        switch self {
        case .plan(let plan): plan.byteCount
        case .names(let names): names.byteCount
        }
    }

    private var checksum: UInt64 {
        switch self {
        case .plan(let plan): plan.checksum
        case .names(let names): names.checksum
        }
    }

    private var sections: [(name: String, bytes: Int)] {
        switch self {
        case .plan(let plan): plan.sections
        case .names(let names): names.sections
        }
    }

    // MARK: For machines

    /// What tells one table from another.
    func writeHead(to writer: inout JSONWriter) {
        writer.field("kind", "\(kind)")
        writer.field("metadata_version", metadataVersion)
        writer.field("format_version", kind.formatVersion)
        writer.field("bytes", byteCount)
        writer.field("checksum", Hex.encode(checksum))
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeHead(to: &writer)
        switch self {
        case .plan(let plan):
            writer.field("regions", plan.regions.map(\.code))
            writer.key("country_codes")
            writer.value(.array(plan.countryCodes.map { .number(JSONNumber(Int64($0))) }))
        case .names(let names): writer.field("names", names.nameCount)
        }
        writer.key("sections")
        writer.beginArray()
        for section in sections {
            writer.beginObject()
            writer.field("name", section.name)
            writer.field("bytes", section.bytes)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    // MARK: For people

    func rendered(on console: Console) -> String {
        var fields = FieldList([
            ("Metadata", metadataVersion), ("Format", "\(kind.formatVersion)"), ("Bytes", "\(byteCount)"),
            ("Checksum", Hex.encode(checksum)),
        ])
        switch self {
        case .plan(let plan):
            fields.add("Regions", "\(plan.regions.count)")
            fields.add("Country codes", "\(plan.countryCodes.count)")
        case .names(let names): fields.add("Names", "\(names.nameCount)")
        }
        var table = TextTable([.text("Section"), .number("Bytes")])
        for section in sections { table.add([section.name, "\(section.bytes)"]) }
        return fields.rendered() + "\n\n" + table.rendered(on: console)
    }

    /// The table in a sentence about a file.
    var words: String {
        switch self {
        case .plan: "is a numbering plan of metadata \(metadataVersion)"
        case .names: "has the names that go with a numbering plan of metadata \(metadataVersion)"
        }
    }
}
