// The numbering plan of this server and its names: where they come from, and how others take their place. Loads come one
// after the other from the main thread, but for the first reading of the names, which whoever asks first does; the plan
// itself is behind a mutex, the counts are atomic.

import CommandOptions
import Glibc
import NumbersCore
import Platform
import ServerProcess

/// Loads the plan at the start, and plan and names again when it is told to.
final class PlanKeeper: MetricsSource {
    /// Why a file is not taken.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        var description: String { "\(path): \(reason)" }
    }

    /// What requests begin with.
    let present: PresentPlan
    /// nil: the plan that the program was built with.
    private let file: String?
    /// nil: the names that the program was built with.
    private let namesFile: String?
    private let taken = Counter()
    private let refused = Counter()

    /// Loads the first plan. The file with the names is not looked at before somebody asks for a name.
    init(file: String?, names namesFile: String?, logger: Logger) throws(Failure) {
        self.file = file
        self.namesFile = namesFile
        let names = namesFile.map { path in NumberNames { Self.firstNames(path, logger) } } ?? .builtIn
        present = PresentPlan(try Self.plan(file).with(names))
    }

    /// Reads the files again. Requests at work keep what they began with. Both are checked before either is taken; when
    /// one is not what it should be, nothing changes.
    func reload(_ logger: Logger) {
        guard file != nil || namesFile != nil else { return }
        do throws(Failure) {
            let plan = try Self.plan(file)
            let names = try namesFile.map { path throws(Failure) in try Self.names(path) } ?? .builtIn
            let before = present.value.metadataVersion
            present.replace(with: plan.with(names))
            taken.add()
            var fields: [(StaticString, LogValue)] = [
                ("before", .text(before)), ("metadata_version", .text(plan.metadataVersion)),
            ]
            if namesFile != nil { fields.append(("names_version", .text(names.metadataVersion))) }
            logger.info("number_plan_loaded", fields)
        } catch {
            refused.add()
            logger.error(
                "number_plan_refused",
                [
                    ("file", .setting(error.path)), ("reason", .setting(error.reason)),
                    ("metadata_version", .text(present.value.metadataVersion)),
                ])
        }
    }

    /// What the metrics tell of the plan.
    func append(to text: inout MetricsText) {
        let plan = present.value
        text.gauge(
            "numbers_number_plan_info", help: "The numbering plan in use, by the release of its metadata.",
            labels: [("metadata_version", plan.metadataVersion), ("source", file == nil ? "built_in" : "file")], 1)
        let names = plan.names
        let source = !names.wasRead ? "not_read" : names.isBuiltIn ? "built_in" : "file"
        text.gauge(
            "numbers_number_names_info", help: "The names of carriers, places and time zones in use, by their release.",
            labels: [("metadata_version", names.wasRead ? names.metadataVersion : ""), ("source", source)], 1)
        let help = "Times that SIGHUP had the numbering plan and its names read again."
        text.counter(
            "numbers_number_plan_reloads_total", help: help, labels: [("result", "taken")], taken.value)
        text.counter(
            "numbers_number_plan_reloads_total", help: help, labels: [("result", "refused")], refused.value)
    }

    // MARK: Files

    private static func plan(_ path: String?) throws(Failure) -> NumberingPlan {
        guard let path else { return .builtIn }
        let bytes = try read(path, .plan)
        do throws(NumberingPlanError) {
            return try NumberingPlan(bytes)
        } catch {
            throw Failure(path: path, reason: error.description)
        }
    }

    private static func names(_ path: String) throws(Failure) -> NumberNames {
        let bytes = try read(path, .names)
        do throws(NumberingPlanError) {
            return try NumberNames(bytes)
        } catch {
            throw Failure(path: path, reason: error.description)
        }
    }

    /// The names for the first time, on the way to an answer; nil, and a line in the log, when the file does not have
    /// them. The answer then has the names of the program.
    private static func firstNames(_ path: String, _ logger: Logger) -> NumberNames? {
        do throws(Failure) {
            let names = try names(path)
            logger.info("number_names_loaded", [("names_version", .text(names.metadataVersion))])
            return names
        } catch {
            logger.error(
                "number_names_refused",
                [("file", .setting(error.path)), ("reason", .setting(error.reason)), ("instead", .text("built_in"))])
            return nil
        }
    }

    private static func read(_ path: String, _ table: CompiledTable) throws(Failure) -> [UInt8] {
        // Opening a pipe that nobody writes to would wait without end, for the names on the way to an answer.
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw Failure(path: path, reason: "it is no file; expected \(table.words)")
        }
        switch ConfigurationReader.read(path, limit: table.fileBytesMax) {
        case .failure(let error): throw Failure(path: path, reason: error.reason)
        case .success(let bytes): return bytes
        }
    }
}
