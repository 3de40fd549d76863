// The environment the process was started with.

/// Environment variables, read once.
package enum ProcessEnvironment {
    /// The variables the process was started with; empty when they cannot be read. A name that comes twice keeps its
    /// first value, as `getenv` does; bytes that are not UTF-8 are repaired.
    package static func current() -> [String: String] {
        // The kernel's copy, because `environ` is a mutable global that other threads may change under the reader.
        guard case .success(let bytes) = ConfigurationReader.read("/proc/self/environ") else {
            return [:]
        }
        return parse(bytes)
    }

    /// The variables in the form of `/proc/PID/environ`: `NAME=value`, each ended by NUL.
    package static func parse(_ bytes: [UInt8]) -> [String: String] {
        var variables: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: entry[..<equals], as: UTF8.self)
            if variables[name] == nil {
                variables[name] = String(decoding: entry[entry.index(after: equals)...], as: UTF8.self)
            }
        }
        return variables
    }
}
