// The process of a server: options in, one server up, signals until the end.

package import CommandOptions
internal import Glibc
internal import Platform

/// What `main` of every server does.
package enum ServerProgram {
    /// Runs the server until it is told to end.
    /// - Parameters:
    ///   - arguments: without the program's own name.
    ///   - settings: makes the settings of checked values; the number is that of the machine's cores.
    ///   - start: opens, joins and listens.
    /// - Returns: the exit code: 0, 1 when it cannot start or failed, 64 for a wrong option, 65 for a database that is
    ///   not of this program or of a newer release.
    package static func run<Settings>(
        _ arguments: [String], options: ProgramOptions, settings: (OptionValues, Int) -> Settings,
        start: (Settings) throws(StartFailure) -> ServingProcess
    ) -> Int32 {
        let chosen: Settings
        do throws(UsageError) {
            let request = try options.parse(
                arguments: arguments, environment: ProcessEnvironment.current(), readFile: ConfigurationReader.read)
            switch request {
            case .help(let text):
                print(text, to: STDOUT_FILENO)
                return 0
            case .version:
                print("\(options.name) \(ProductVersion.text)\n", to: STDOUT_FILENO)
                return 0
            case .run(let values):
                chosen = settings(values, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            }
        } catch {
            print("\(error)\n", to: STDERR_FILENO)
            return 64
        }
        do throws(StartFailure) {
            // Signals are blocked before the first thread starts, so that every thread inherits it.
            let signals = try StartFailure.wrapping("signals") { () throws(SystemError) in try SignalSource() }
            let process = try start(chosen)
            print(process.announcement, to: STDOUT_FILENO)
            return process.serve(until: signals)
        } catch {
            print("\(options.name): \(error)\n", to: STDERR_FILENO)
            return error.exitCode
        }
    }

    /// Prints a text to a standard descriptor; what cannot be printed there has no other place to go.
    private static func print(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }
}
