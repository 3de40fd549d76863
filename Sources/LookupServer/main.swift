// The process: options in, one server up, signals until the end.

import CommandOptions
import Glibc
import Platform

/// Prints a text to a standard descriptor; what cannot be printed there has no other place to go.
func printText(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = write(descriptor, bytes, bytes.count)
}

/// Runs the server until it is told to end.
/// - Returns: the exit code: 0, 1 when it cannot start or failed, 64 for a wrong option.
func run(_ arguments: [String]) -> Int32 {
    let settings: LookupSettings
    do throws(UsageError) {
        let request = try LookupSettings.options.parse(
            arguments: arguments, environment: ProcessEnvironment.current(), readFile: ConfigurationReader.read)
        switch request {
        case .help(let text):
            printText(text, to: STDOUT_FILENO)
            return 0
        case .version:
            printText("LookupServer \(ProductVersion.text)\n", to: STDOUT_FILENO)
            return 0
        case .run(let values):
            settings = LookupSettings(values, cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        }
    } catch {
        printText("\(error)\n", to: STDERR_FILENO)
        return 64
    }
    do throws(StartFailure) {
        // Signals are blocked before the first thread starts, so that every thread inherits it.
        let signals = try StartFailure.wrapping("signals") { () throws(SystemError) in try SignalSource() }
        let server = try RunningServer(settings)
        printText(server.announcement, to: STDOUT_FILENO)
        return server.serve(until: signals)
    } catch {
        printText("LookupServer: \(error)\n", to: STDERR_FILENO)
        return 1
    }
}

exit(run(Array(CommandLine.arguments.dropFirst())))
