// The project's own programs, run as their users run them: real processes, real signals. One test owns each.

internal import Foundation

/// What a finished program left.
package struct ProgramResult: Sendable {
    package let exitCode: Int32
    package let output: String
    package let errors: String
}

/// A program built beside the tests.
package enum Program {
    /// The folder with the built programs: the one that the test bundle is in.
    private static var folder: String {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (path as NSString).deletingLastPathComponent
    }

    package static func path(_ name: String) -> String { folder + "/" + name }

    /// Runs a program to its end.
    /// - Parameter seconds: after which it is killed; then its exit code is 9 as a signal.
    package static func run(
        _ name: String, _ arguments: [String], input: String = "", environment: [String: String] = [:],
        seconds: Double = 60
    ) throws -> ProgramResult {
        let process = process(path(name), arguments, environment)
        let (output, errors) = (Pipe(), Pipe())
        let standardInput = Pipe()
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let identifier = process.processIdentifier
        let watch = DispatchWorkItem { kill(identifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watch)
        defer { watch.cancel() }
        // Both pipes are read at once: a program that fills one while the other is read would wait for ever.
        let collected = Collected()
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) {
            collected.setErrors(errors.fileHandleForReading.readDataToEndOfFile())
        }
        DispatchQueue.global().async(group: group) {
            try? standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try? standardInput.fileHandleForWriting.close()
        }
        let outputData = output.fileHandleForReading.readDataToEndOfFile()
        group.wait()
        process.waitUntilExit()
        return ProgramResult(
            exitCode: process.terminationStatus, output: String(decoding: outputData, as: UTF8.self),
            errors: collected.errorText)
    }

    static func process(_ path: String, _ arguments: [String], _ environment: [String: String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        // The tester's own settings must not reach the program.
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("NUMBERS_") }
        process.environment = inherited.merging(environment) { $1 }
        return process
    }
}

/// Guarded by its lock.
private final class Collected: @unchecked Sendable {
    private let lock = NSLock()
    private var errors = Data()

    func setErrors(_ data: Data) { lock.withLock { errors = data } }
    var errorText: String { lock.withLock { String(decoding: errors, as: UTF8.self) } }
}

/// A server that runs beside a test. Stopped by its process id when the test is over.
package final class RunningProgram {
    private let process: Process
    private let errorPath: String
    private let folder: TestFolder
    private let isWrapped: Bool
    /// The first line it printed.
    package let firstLine: String

    /// Starts a program and waits for its first line of output.
    /// - Parameter wrapper: a program and arguments to run it under, such as a tracer.
    /// - Throws: when it ends, or prints nothing within 30 seconds.
    package init(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], wrapper: [String] = []
    ) throws {
        folder = try TestFolder()
        isWrapped = !wrapper.isEmpty
        errorPath = folder.file("errors")
        let command = wrapper + [Program.path(name)] + arguments
        process = Program.process(command[0], Array(command.dropFirst()), environment)
        let output = Pipe()
        try Data().write(to: URL(fileURLWithPath: errorPath))
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
        try process.run()
        let identifier = process.processIdentifier
        let watch = DispatchWorkItem { kill(identifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 30, execute: watch)
        var line: [UInt8] = []
        let reading = output.fileHandleForReading
        while let byte = try reading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") { line.append(byte) }
        watch.cancel()
        firstLine = String(decoding: line, as: UTF8.self)
        guard !line.isEmpty else {
            process.waitUntilExit()
            throw ProgramFailure(
                description: "\(name) ended with \(process.terminationStatus): \(errors)")
        }
    }

    deinit {
        if process.isRunning {
            if isWrapped { kill(processID, SIGKILL) }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// The program's own process, also below a wrapper.
    package var processID: Int32 {
        guard isWrapped else { return process.processIdentifier }
        let identifier = process.processIdentifier
        // Read with the bare calls: files below /proc say that they are empty, and Foundation believes them.
        let descriptor = open("/proc/\(identifier)/task/\(identifier)/children", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return identifier }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &bytes, bytes.count)
        let children = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        return children.split(separator: " ").first.flatMap { Int32($0) } ?? identifier
    }

    /// What it has written to standard error so far.
    package var errors: String {
        String(decoding: FileManager.default.contents(atPath: errorPath) ?? Data(), as: UTF8.self)
    }

    package func signal(_ number: Int32) { kill(processID, number) }

    /// Sends a signal some time from now, whatever the test does meanwhile.
    package func signal(_ number: Int32, after seconds: Double) {
        let identifier = processID
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { _ = kill(identifier, number) }
    }

    /// Waits for its end; the exit code, or nil when it goes on.
    package func waitForExit(seconds: Double = 20) -> Int32? {
        let deadline = Date().addingTimeInterval(seconds)
        while process.isRunning {
            if Date() > deadline { return nil }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return process.terminationStatus
    }
}

/// A program that did not start.
package struct ProgramFailure: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}
