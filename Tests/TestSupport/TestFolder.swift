// A folder that a test may fill, gone when the test is over.

internal import Foundation

/// A fresh folder below the system's temporary one; removed with everything in it when the last reference goes.
package final class TestFolder: Sendable {
    /// Its path, without a slash at the end.
    package let path: String

    package init() throws {
        path = NSTemporaryDirectory() + "numbers-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        // What cannot be removed is left to the system's own cleaning.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in the folder.
    package func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file and returns its path.
    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String {
        let path = file(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// The text of a file.
    package func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: file(name))), as: UTF8.self)
    }

    /// Makes a folder inside and moves files of this one into it, each under its new name.
    package func makeFolder(_ name: String, of files: [(from: String, to: String)]) throws {
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
        for (from, to) in files { try FileManager.default.moveItem(atPath: file(from), toPath: file(name) + "/" + to) }
    }
}
