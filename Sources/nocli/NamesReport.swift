// The differences between the names of two plans, for people and for machines. A value.

import JSONText
import NumbersCore

/// Renders which names changed.
struct NamesReport {
    let before: String
    let after: String
    let changes: NameChanges

    func rendered(on console: Console) -> String {
        let count = "From the names of metadata \(before) to those of \(after): \(changes.changes.count) changes."
        guard !changes.isEmpty else { return "Both files name everything alike.\n\n" + count }
        var table = TextTable([.text("Numbers"), .text("Name"), .text("Before"), .text("Now")])
        for change in changes.changes {
            table.add([
                change.place, Self.words(change.kind), change.before.isEmpty ? "-" : change.before,
                change.after.isEmpty ? "-" : change.after,
            ])
        }
        return table.rendered(on: console) + "\n\n" + count
    }

    private static func words(_ kind: NameChanges.Kind) -> String {
        switch kind {
        case .carrier: "carrier"
        case .location: "location"
        case .timeZones: "time zones"
        case .region: "country"
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("before", before)
        writer.field("after", after)
        writer.field("same", changes.isEmpty)
        writer.key("names")
        writer.beginArray()
        for change in changes.changes {
            writer.beginObject()
            writer.field("kind", change.kind.rawValue)
            writer.field("place", change.place)
            writer.field("before", change.before)
            writer.field("after", change.after)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}
