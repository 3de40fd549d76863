// An import at work, whatever its rows are: read in blocks, checked row by row, written in transactions of a bounded size,
// so that a file of any length takes little memory, and gone on with where it was cut off.

import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

/// What an import reads, and where it goes. Closures, because each kind of row has its own columns and its own table.
struct CSVImport<Columns, Row> {
    /// What is counted: `names`.
    let things: String
    /// What a header has to have: `the columns number,name[,as_of]`.
    let expectedHeader: String
    /// What is said when no row can be read: `the directory is as it was`.
    let untouched: String
    /// The most rows that one transaction takes.
    let blockRows: Int
    let readHeader: ([String]) -> Result<Columns, ImportFault>
    let readRow: (Columns, [String]) -> Result<Row, ImportFault>
    /// What the table is ordered by. Rows are then written in this order, many at a time: of rows in the order of a file
    /// each falls on another page, and the disk writes a hundred times what is stored. nil: in the order of the file.
    var order: ((Row) -> UInt64)?
    /// Writes a block in one transaction, and with it the position that it reaches, if it does.
    let store: ([Row], ImportPosition?) throws(DatabaseError) -> Void
    /// Whether one that was cut off goes on where it was.
    var isResumable = false
    /// Where an import that was cut off goes on; nil: at the beginning.
    var start: ImportPosition?
    /// Told once when all rows are in.
    var end: () throws(DatabaseError) -> Void = { () throws(DatabaseError) in }
    /// Members of the JSON answer in front of the counts.
    var members: (inout JSONWriter) -> Void = { _ in }

    /// What to do after a failure in the middle.
    fileprivate var repeating: String {
        isResumable ? "the same command goes on from there." : "the import can be repeated as a whole."
    }

    /// Imports the input and answers with what was imported and what was left out.
    func run(from input: borrowing ImportInput, _ context: CommandContext) throws(CommandFailure) {
        var work = ImportWork(self, source: input.name)
        if let start {
            context.console.printError(
                "\(terminalSafe(input.name)): an import of this file was cut off after \(start.rowCount) rows "
                    + "(\(start.importedCount) imported, \(start.leftOutCount) left out). Going on from line "
                    + "\(start.place.line).")
        }
        try work.readAll(from: input, context)
        try work.answer(context)
    }
}

/// The state of one import. Not shared: it belongs to the one thread of the command.
private struct ImportWork<Columns, Row> {
    /// Bytes read at a time: some thousand rows.
    private static var readBytes: Int { 65_536 }
    /// Rows that are put in order at first, and at most: about 60 MB of names. The first ones are few, so that a short
    /// import, too, goes on near where it was cut off, and each time twice as many.
    private static var firstSortedRows: Int { 2_000 }
    private static var sortedRowsMax: Int { 512_000 }
    /// Rows left out that are remembered for the answer; beyond that they are only counted.
    private static var faultsKept: Int { 1_000 }
    /// Rows left out that are listed for people.
    private static var faultsShown: Int { 20 }

    private struct Fault {
        let line: Int
        let reason: String
    }

    private let plan: CSVImport<Columns, Row>
    private let source: String
    private var columns: Columns?
    private var pending: [Row] = []
    private var sortedRows = firstSortedRows
    private var rowCount = 0
    private var importedCount = 0
    private var leftOutCount = 0
    private var faults: [Fault] = []

    init(_ plan: CSVImport<Columns, Row>, source: String) {
        self.plan = plan
        self.source = source
    }

    /// Reads from the header to the end, without the rows that an earlier run has read.
    mutating func readAll(from input: borrowing ImportInput, _ context: CommandContext) throws(CommandFailure) {
        let bar = ProgressBar("Importing", on: context.console)
        defer { bar.finish() }
        var reader = CSVReader()
        var doneBytes: Int64 = 0
        var isGoingOn = plan.start != nil
        while true {
            let block = try input.read(Self.readBytes)
            var rows: [CSVReader.Row] = []
            if block.isEmpty {
                reader.finish { rows.append($0) }
            } else {
                reader.read(block) { rows.append($0) }
            }
            doneBytes += Int64(block.count)
            for row in rows {
                try take(row)
                // The header alone is read again.
                if isGoingOn { break }
            }
            if isGoingOn, columns != nil, let start = plan.start {
                isGoingOn = false
                try input.move(to: start.place.byte)
                reader = CSVReader(at: start.place)
                doneBytes = start.place.byte
                (rowCount, importedCount, leftOutCount) = (start.rowCount, start.importedCount, start.leftOutCount)
                continue
            }
            if block.isEmpty || plan.order == nil || pending.count >= sortedRows {
                try storePending(reaching: reader.position, context)
                sortedRows = min(2 * sortedRows, Self.sortedRowsMax)
            }
            bar.report(doneBytes, of: input.byteCount)
            if block.isEmpty { break }
        }
        guard columns != nil else {
            throw .badData("\(source): expected a header with \(plan.expectedHeader), found an empty file")
        }
        try context.perform { () throws(DatabaseError) in try plan.end() }
    }

    private mutating func take(_ row: CSVReader.Row) throws(CommandFailure) {
        switch row {
        case .malformed(let line, let reason):
            guard columns != nil else {
                throw .badData("\(source):\(line): expected a header, found a malformed row: \(reason)")
            }
            rowCount += 1
            leaveOut(line, reason)
        case .fields(let line, let fields):
            guard let columns else {
                switch plan.readHeader(fields) {
                case .success(let found): columns = found
                case .failure(let fault): throw .badData("\(source):\(line): \(terminalSafe(fault.reason))")
                }
                return
            }
            rowCount += 1
            switch plan.readRow(columns, fields) {
            case .success(let read): pending.append(read)
            case .failure(let fault): leaveOut(line, fault.reason)
            }
        }
    }

    private mutating func leaveOut(_ line: Int, _ reason: String) {
        leftOutCount += 1
        if faults.count < Self.faultsKept { faults.append(Fault(line: line, reason: reason)) }
    }

    /// Writes all rows that were read. The position goes with the last of them: what a crash leaves behind it is read
    /// again and takes its own place.
    private mutating func storePending(
        reaching place: CSVReader.Position, _ context: CommandContext
    ) throws(CommandFailure) {
        var rest = inOrder(pending)[...]
        pending = []
        while !rest.isEmpty {
            let block = Array(rest.prefix(plan.blockRows))
            rest = rest.dropFirst(block.count)
            let reached = ImportPosition(
                place: place, rowCount: rowCount, importedCount: importedCount + block.count,
                leftOutCount: leftOutCount)
            do throws(DatabaseError) {
                try plan.store(block, rest.isEmpty ? reached : nil)
            } catch {
                if importedCount > 0 {
                    context.console.printError(
                        "nocli: \(importedCount) \(plan.things) were imported before this; \(plan.repeating)")
                }
                throw .database(error)
            }
            importedCount += block.count
        }
    }

    /// The rows in the order of their table; of those with one key the last row of the file stays last.
    private func inOrder(_ rows: [Row]) -> [Row] {
        guard let order = plan.order else { return rows }
        let keys = rows.indices.map { (key: order(rows[$0]), index: $0) }
        return keys.sorted { ($0.key, $0.index) < ($1.key, $1.index) }.map { rows[$0.index] }
    }

    func answer(_ context: CommandContext) throws(CommandFailure) {
        context.answer { writer in
            writer.beginObject()
            plan.members(&writer)
            writer.field("rows", rowCount)
            writer.field("imported", importedCount)
            writer.field("left_out", leftOutCount)
            writer.key("faults")
            writer.beginArray()
            for fault in faults {
                writer.beginObject()
                writer.field("line", fault.line)
                writer.field("reason", fault.reason)
                writer.endObject()
            }
            writer.endArray()
            if plan.isResumable { writer.field("resumed_after", plan.start?.rowCount ?? 0) }
            writer.endObject()
        } people: {
            "\(importedCount) \(plan.things) imported from \(terminalSafe(source)), \(leftOutCount) of \(rowCount) rows "
                + "left out."
        }
        for fault in faults.prefix(Self.faultsShown) {
            context.console.printError("\(source):\(fault.line): left out: \(terminalSafe(fault.reason))")
        }
        let found = leftOutCount - (plan.start?.leftOutCount ?? 0)
        if found > Self.faultsShown {
            context.console.printError(
                "… and \(found - Self.faultsShown) more; --json lists up to \(Self.faultsKept).")
        }
        if importedCount == 0, leftOutCount > 0 {
            throw .badData("\(source): no row could be read; \(plan.untouched)")
        }
    }
}
