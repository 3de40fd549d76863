// The process: arguments, environment and descriptors in, an exit code out.

import CommandOptions
import Glibc
import Platform

private func readInput(_ byteCount: Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: byteCount)
    while true {
        let count = read(STDIN_FILENO, &buffer, byteCount)
        if count < 0, errno == EINTR { continue }
        return Array(buffer.prefix(max(0, count)))
    }
}

private let environment = ProcessEnvironment.current()

exit(
    Program.run(
        Array(CommandLine.arguments.dropFirst()),
        ProcessSurroundings(
            environment: environment, console: .process(environment: environment), readInput: readInput,
            clock: .system, random: .system)
    ).rawValue)
