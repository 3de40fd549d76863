// Importing contacts into a workspace's book: read in blocks, checked row by row, written in transactions of a bounded
// size, so that a file of any length takes little memory.

import CRMMiddleware
import JSONText
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase

/// One import at work. Not shared: it belongs to the one thread of the command.
struct ContactImport {
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
    private let workspace: Workspace
    private var columns: ContactImportColumns?
    private var pending: [BookEntry] = []
    private var rowCount = 0
    private var importedCount = 0
    private var faultCount = 0
    private var faults: [Fault] = []

    private init(source: String, workspace: Workspace) {
        self.source = source
        self.workspace = workspace
    }

    /// Imports a file, or standard input for `-`, and answers with what was imported and what was left out.
    static func run(
        path: String, workspace: Workspace, on desk: MiddlewareDesk, _ context: CommandContext
    ) throws(CommandFailure) {
        let source = path == "-" ? "standard input" : path
        let input = try ImportInput(path: path, context)
        var work = ContactImport(source: source, workspace: workspace)
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
            while work.pending.count >= MiddlewareDesk.contactBlock { try work.store(on: desk, context) }
            if block.isEmpty { break }
            doneBytes += Int64(block.count)
            bar.report(doneBytes, of: input.byteCount)
        }
        guard work.columns != nil else {
            throw .badData(
                "\(source): expected a header with columns such as last_name,email,phone_business_1, found an empty file"
            )
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
                switch ContactImportColumns.parsing(fields) {
                case .success(let found): columns = found
                case .failure(let fault): throw .badData("\(source):\(line): \(terminalSafe(fault.reason))")
                }
                return
            }
            rowCount += 1
            switch columns.entry(in: fields) {
            case .success(let entry): pending.append(entry)
            case .failure(let fault): leaveOut(line, fault.reason)
            }
        }
    }

    private mutating func leaveOut(_ line: Int, _ reason: String) {
        faultCount += 1
        if faults.count < Self.faultsKept { faults.append(Fault(line: line, reason: reason)) }
    }

    private mutating func store(on desk: MiddlewareDesk, _ context: CommandContext) throws(CommandFailure) {
        let block = Array(pending.prefix(MiddlewareDesk.contactBlock))
        do throws(DatabaseError) {
            try desk.importContacts(
                block, country: workspace.settings.defaultCountry, workspace: workspace.id, plan: .builtIn)
        } catch {
            if importedCount > 0 {
                context.console.printError(
                    "nocli: \(importedCount) contacts were imported before this; the import can be repeated as a whole."
                )
            }
            throw .database(error)
        }
        importedCount += block.count
        pending.removeFirst(block.count)
    }

    private func answer(_ context: CommandContext) throws(CommandFailure) {
        context.answer { writer in
            writer.beginObject()
            writer.field("workspace_id", workspace.id.description)
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
            "\(importedCount) contacts imported from \(terminalSafe(source)), \(faultCount) of \(rowCount) rows left out."
        }
        for fault in faults.prefix(Self.faultsShown) {
            context.console.printError("\(source):\(fault.line): left out: \(terminalSafe(fault.reason))")
        }
        if faultCount > Self.faultsShown {
            context.console.printError(
                "… and \(faultCount - Self.faultsShown) more; --json lists up to \(Self.faultsKept).")
        }
        if importedCount == 0, faultCount > 0 {
            throw .badData("\(source): no row could be read; the contacts are as they were")
        }
    }
}
