// The numbering plan of this server: where it comes from, and how another takes its place. Loads come one after the other
// from the main thread; the plan itself is behind a mutex, the counts are atomic.

import CommandOptions
import NumbersCore
import Platform
import ServerProcess

/// Loads the plan at the start and again when it is told to.
final class PlanKeeper: MetricsSource {
    /// Why a file is not taken as the plan.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        var description: String { "\(path): \(reason)" }
    }

    /// What requests begin with.
    let present: PresentPlan
    /// nil: the plan that the program was built with.
    private let file: String?
    private let taken = Counter()
    private let refused = Counter()

    /// Loads the first plan.
    init(file: String?) throws(Failure) {
        self.file = file
        present = PresentPlan(try file.map { path throws(Failure) in try Self.load(path) } ?? .builtIn)
    }

    /// Reads the file again. Requests at work keep the plan they began with; a file that is no plan changes nothing.
    func reload(_ logger: Logger) {
        guard let file else { return }
        do throws(Failure) {
            let plan = try Self.load(file)
            let before = present.value.metadataVersion
            present.replace(with: plan)
            taken.add()
            logger.info(
                "number_plan_loaded",
                [("before", .text(before)), ("metadata_version", .text(plan.metadataVersion))])
        } catch {
            refused.add()
            logger.error(
                "number_plan_refused",
                [
                    ("file", .text(error.path)), ("reason", .text(error.reason)),
                    ("metadata_version", .text(present.value.metadataVersion)),
                ])
        }
    }

    /// What the metrics tell of the plan.
    func append(to text: inout MetricsText) {
        text.gauge(
            "numbers_number_plan_info", help: "The numbering plan in use, by the release of its metadata.",
            labels: [
                ("metadata_version", present.value.metadataVersion), ("source", file == nil ? "built_in" : "file"),
            ], 1)
        let help = "Times that SIGHUP had the numbering plan read again."
        text.counter(
            "numbers_number_plan_reloads_total", help: help, labels: [("result", "taken")], taken.value)
        text.counter(
            "numbers_number_plan_reloads_total", help: help, labels: [("result", "refused")], refused.value)
    }

    private static func load(_ path: String) throws(Failure) -> NumberingPlan {
        switch ConfigurationReader.read(path, limit: NumberingPlan.fileBytesMax) {
        case .failure(let error): throw Failure(path: path, reason: error.reason)
        case .success(let bytes):
            do throws(NumberingPlanError) {
                return try NumberingPlan(bytes)
            } catch {
                throw Failure(path: path, reason: error.description)
            }
        }
    }
}
