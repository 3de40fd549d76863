// What the client's tests share: a client that may reach this machine, and short ways to ask it.

internal import HTTPClient
internal import HTTPWire
internal import Platform
import Testing

enum Fixture {
    /// A client for servers of this machine.
    /// - Parameter open: what the guard lets through.
    static func client(
        open: [String] = ["127.0.0.0/8"], log: Logger? = nil, _ change: (inout ClientSettings) -> Void = { _ in }
    ) throws -> HTTPClient {
        var settings = ClientSettings()
        change(&settings)
        let blocks = try open.map { try #require(NetworkBlock($0)) }
        return try HTTPClient(
            settings: settings, guard: NetworkGuard(allowed: blocks), clock: .system, random: .system, log: log)
    }

    /// Far enough for a slow machine under a sanitizer.
    static var deadline: MonotonicTime { .now() + .seconds(30) }
}

extension HTTPClient {
    /// Sends with a deadline that is not meant to pass, and tells failure from answer.
    func outcome(
        _ request: ClientRequest, within duration: Duration = .seconds(30)
    ) async -> Result<ClientResponse, ClientError> {
        do throws(ClientError) {
            return .success(try await send(request, deadline: .now() + duration))
        } catch {
            return .failure(error)
        }
    }

    func get(_ url: String) async throws -> ClientResponse {
        try await send(ClientRequest(.get, url), deadline: Fixture.deadline)
    }
}

extension Result where Success == ClientResponse, Failure == ClientError {
    var error: ClientError? {
        if case .failure(let error) = self { return error }
        return nil
    }
    var status: Int? { (try? get())?.status }
    var text: String? { (try? get()).map { String(decoding: $0.body, as: UTF8.self) } }
}

/// A list that threads add to.
final class Seen<Element: Sendable>: Sendable {
    private let items = Monitor<[Element]>([])
    func add(_ element: Element) { items.withLock { $0.append(element) } }
    var all: [Element] { items.withLock { $0 } }
}

/// Waits until something holds, looking again and again; false after 20 s.
func eventually(_ holds: () -> Bool) async -> Bool {
    let end = MonotonicTime.now() + .seconds(20)
    while !holds() {
        guard MonotonicTime.now() < end else { return false }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return true
}
