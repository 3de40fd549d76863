// Importing a directory file: read in blocks, checked row by row, written in transactions of a bounded size.

import JSONText
import NumbersCore
import NumbersStorage
import Platform
import SQLiteDatabase

/// One import at work. Not shared: it belongs to the one thread of the command.
struct NameImport {
    /// Bytes read at a time.
    private static let readBytes = 65_536
    /// Rows left out that are remembered for the answer; beyond that they are only counted.
    private static let faultsKept = 1_000
    /// Rows left out that are listed for people.
    private static let faultsShown = 20

    private struct Fault {
        let line: Int
        let reason: String
    }

    private let source: String
    private let country: Region?
    private let today: String
    private var columns: NameImportColumns?
    private var pending: [DirectoryName] = []
    private var rowCount = 0
    private var importedCount = 0
    private var faultCount = 0
    private var faults: [Fault] = []

    private init(source: String, country: Region?, today: String) {
        self.source = source
        self.country = country
        self.today = today
    }

    /// Imports a file, or standard input for `-`, and answers with what was imported and what was left out.
    static func run(path: String, country: Region?, _ context: CommandContext) throws(CommandFailure) {
        let source = path == "-" ? "standard input" : path
        let input = try ImportInput(path: path, context)
        let desk = try context.openDesk()
        var work = NameImport(
            source: source, country: country, today: context.surroundings.clock.wall().rfc3339Date())
        let bar = ProgressBar("Importing", on: context.console)
        defer { bar.finish() }
        var reader = CSVReader()
        var doneBytes: Int64 = 0
        while true {
            let block = try input.read(readBytes)
            var rows: [CSVReader.Row] = []
            if block.isEmpty {
                reader.finish { rows.append($0) }
            } else {
                reader.read(block) { rows.append($0) }
            }
            for row in rows { try work.take(row) }
            while work.pending.count >= OperatorDesk.importBlock { try work.store(on: desk, context) }
            if block.isEmpty { break }
            doneBytes += Int64(block.count)
            bar.report(doneBytes, of: input.byteCount)
        }
        guard work.columns != nil else {
            throw .badData("\(source): expected a header with the columns number,name[,as_of], found an empty file")
        }
        while !work.pending.isEmpty { try work.store(on: desk, context) }
        bar.finish()
        try work.answer(context)
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
                switch NameImportColumns.parsing(fields) {
                case .success(let found): columns = found
                case .failure(let fault): throw .badData("\(source):\(line): \(terminalSafe(fault.reason))")
                }
                return
            }
            rowCount += 1
            switch columns.name(in: fields, country: country, today: today, plan: .builtIn) {
            case .success(let name): pending.append(name)
            case .failure(let fault): leaveOut(line, fault.reason)
            }
        }
    }

    private mutating func leaveOut(_ line: Int, _ reason: String) {
        faultCount += 1
        if faults.count < Self.faultsKept { faults.append(Fault(line: line, reason: reason)) }
    }

    private mutating func store(on desk: OperatorDesk, _ context: CommandContext) throws(CommandFailure) {
        let block = Array(pending.prefix(OperatorDesk.importBlock))
        do throws(DatabaseError) {
            try desk.importNames(block)
        } catch {
            if importedCount > 0 {
                context.console.printError(
                    "nocli: \(importedCount) names were imported before this; the import can be repeated as a whole.")
            }
            throw .database(error)
        }
        importedCount += block.count
        pending.removeFirst(block.count)
    }

    private func answer(_ context: CommandContext) throws(CommandFailure) {
        context.answer { writer in
            writer.beginObject()
            writer.field("rows", rowCount)
            writer.field("imported", importedCount)
            writer.field("left_out", faultCount)
            writer.key("faults")
            writer.beginArray()
            for fault in faults {
                writer.beginObject()
                writer.field("line", fault.line)
                writer.field("reason", fault.reason)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        } people: {
            "\(importedCount) names imported from \(terminalSafe(source)), \(faultCount) of \(rowCount) rows left out."
        }
        for fault in faults.prefix(Self.faultsShown) {
            context.console.printError("\(source):\(fault.line): left out: \(terminalSafe(fault.reason))")
        }
        if faultCount > Self.faultsShown {
            context.console.printError(
                "… and \(faultCount - Self.faultsShown) more; --json lists up to \(Self.faultsKept).")
        }
        if importedCount == 0, faultCount > 0 {
            throw .badData("\(source): no row could be read; the directory is as it was")
        }
    }
}
