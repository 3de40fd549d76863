// Sends GET requests to one URL, so many at a time, and ends. script/bench holds the watch.

internal import Glibc
internal import HTTPClient
internal import HTTPWire
internal import Platform

@main struct ClientBench {
    /// ClientBench URL COUNT CONCURRENCY
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[2]), let concurrency = Int(arguments[3]),
            let loopback = NetworkBlock("127.0.0.0/8")
        else { exit(64) }
        var settings = ClientSettings()
        settings.requestsPerHostMax = concurrency
        let client = try HTTPClient(
            settings: settings, guard: NetworkGuard(allowed: [loopback]), clock: .system, random: .system, log: nil)
        let failures = await ask(client, ClientRequest(.get, arguments[1]), count: count, concurrency: concurrency)
        client.close()
        exit(failures == 0 ? 0 : 1)
    }

    /// Sends all requests and returns how many failed. Not on the main actor, where `main` is.
    nonisolated private static func ask(
        _ client: HTTPClient, _ request: ClientRequest, count: Int, concurrency: Int
    ) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            for index in 0..<concurrency {
                // Shares that differ by one at most, and add up to the count.
                let share = count / concurrency + (index < count % concurrency ? 1 : 0)
                group.addTask { await ask(client, request, share) }
            }
            return await group.reduce(0, +)
        }
    }

    /// Sends one request behind the other and returns how many were not answered with 200.
    nonisolated private static func ask(_ client: HTTPClient, _ request: ClientRequest, _ count: Int) async -> Int {
        var failures = 0
        for _ in 0..<count {
            do throws(ClientError) {
                let response = try await client.send(request, deadline: .now() + .seconds(30))
                failures += response.status == 200 ? 0 : 1
            } catch {
                failures += 1
            }
        }
        return failures
    }
}
