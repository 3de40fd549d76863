// The connectors of workspaces, kept while nothing about them changes: logins and queues live in them. State behind a
// monitor; records are read and connectors made outside of it.

package import CRMTemplate
internal import NumbersCore
package import Platform

/// Keeps the connectors of the workspaces that were used lately.
package final class ConnectorRegistry: ConnectorSource {
    /// What a connector was made of besides its record.
    private struct Surroundings: Hashable {
        let settings: WorkspaceSettings

        /// Only what connectors look at: another address of the placeholder ends no session.
        init(_ settings: WorkspaceSettings) {
            var used = WorkspaceSettings()
            used.defaultCountry = settings.defaultCountry
            used.suffixDigits = settings.suffixDigits
            used.culture = settings.culture
            used.timeZone = settings.timeZone
            used.maxLength = settings.maxLength
            self.settings = used
        }
    }

    private struct Built {
        let record: ConnectorRecord
        let connector: any Connector
    }

    private struct Entry {
        let built: [Built]
        let surroundings: Surroundings
        /// Whether something has changed since the records were read.
        var isOld: Bool
        /// Grows with every use; the smallest is the longest unused.
        var lastUse: UInt64
    }

    /// Records of one workspace being read, and who waits for them.
    private struct Load {
        let surroundings: Surroundings
        var waiters: [Waiter<[any Connector]?>]
        /// Whether something has changed since it began.
        var isOld = false
    }

    private struct State {
        var entries: [WorkspaceID: Entry] = [:]
        var loads: [WorkspaceID: Load] = [:]
        var uses: UInt64 = 0
    }

    /// Workspaces whose connectors are kept. Of an instance some 100 KiB are its template; whoever is forgotten logs in
    /// again at the next call.
    package static let workspacesMax = 1_000
    /// How long reading the records of a workspace may take, whoever waits for it.
    private static let loadTime = Duration.seconds(5)

    private let store: any ConnectorStore
    private let assembly: ConnectorAssembly
    private let clock: Clock
    private let alarm: Alarm
    private let workspacesMax: Int
    private let state = Monitor(State())

    package init(
        store: any ConnectorStore, assembly: ConnectorAssembly, clock: Clock, alarm: Alarm = .system,
        workspacesMax: Int = ConnectorRegistry.workspacesMax
    ) {
        self.store = store
        self.assembly = assembly
        self.clock = clock
        self.alarm = alarm
        self.workspacesMax = workspacesMax
    }

    /// How many workspaces are kept.
    package var count: Int { state.withLock { $0.entries.count } }
    /// How often they were looked for; for tests.
    var uses: UInt64 { state.withLock { $0.uses } }

    /// Where a task finds the connectors that it asks for.
    private enum Place {
        case known([any Connector])
        /// They are to be read.
        case first
        /// They are being read.
        case joined
        /// What is being read may be what was before a change, so it is no answer to who asks after it.
        case behind
    }

    package func connectors(of workspace: Workspace, deadline: MonotonicTime) async -> [any Connector]? {
        let surroundings = Surroundings(workspace.settings)
        while true {
            let waiter = Waiter<[any Connector]?>()
            switch state.withLock({ place(of: waiter, workspace.id, surroundings, &$0) }) {
            case .known(let connectors): return connectors
            // By itself: it goes on for the others when this one's time is over.
            case .first:
                Task { await self.load(workspace, surroundings) }
                return await waiter.value(until: deadline, alarm: alarm, late: nil, cancelled: nil)
            case .joined: return await waiter.value(until: deadline, alarm: alarm, late: nil, cancelled: nil)
            case .behind:
                _ = await waiter.value(until: deadline, alarm: alarm, late: nil, cancelled: nil)
                guard !Task.isCancelled, clock.monotonic() < deadline else { return nil }
            }
        }
    }

    private func place(
        of waiter: Waiter<[any Connector]?>, _ workspace: WorkspaceID, _ surroundings: Surroundings,
        _ state: inout State
    ) -> Place {
        state.uses += 1
        if let entry = state.entries[workspace], !entry.isOld, entry.surroundings == surroundings {
            state.entries[workspace]?.lastUse = state.uses
            return .known(entry.built.map(\.connector))
        }
        guard let load = state.loads[workspace] else {
            state.loads[workspace] = Load(surroundings: surroundings, waiters: [waiter])
            return .first
        }
        state.loads[workspace]?.waiters.append(waiter)
        return load.isOld || load.surroundings != surroundings ? .behind : .joined
    }

    private func load(_ workspace: Workspace, _ surroundings: Surroundings) async {
        let records = await store.enabledConnectors(of: workspace.id, deadline: clock.monotonic() + Self.loadTime)
        var built: [Built]?
        if case .success(let records) = records {
            let earlier = state.withLock { $0.entries[workspace.id] }
            built = records.map { record in
                if let earlier, earlier.surroundings == surroundings,
                    let same = earlier.built.first(where: { $0.record == record })
                {
                    return same
                }
                return Built(record: record, connector: assembly.connector(record, of: workspace))
            }
        }
        let made = built
        let waiters = state.withLock { state -> [Waiter<[any Connector]?>] in
            let load = state.loads.removeValue(forKey: workspace.id)
            if let made {
                state.entries[workspace.id] = Entry(
                    built: made, surroundings: surroundings, isOld: load?.isOld ?? true, lastUse: state.uses)
                if state.entries.count > workspacesMax {
                    let oldest = state.entries.filter { $0.key != workspace.id }
                        .min { $0.value.lastUse < $1.value.lastUse }
                    if let oldest { state.entries[oldest.key] = nil }
                }
            }
            return load?.waiters ?? []
        }
        for waiter in waiters { waiter.resume(made?.map(\.connector)) }
    }

    /// Something about a workspace's connectors has changed. Those that are the same afterwards are kept.
    package func invalidate(_ workspace: WorkspaceID) {
        state.withLock { state in
            state.entries[workspace]?.isOld = true
            state.loads[workspace]?.isOld = true
        }
    }

    /// Anything may have changed.
    package func invalidateAll() {
        state.withLock { state in
            for id in state.entries.keys { state.entries[id]?.isOld = true }
            for id in state.loads.keys { state.loads[id]?.isOld = true }
        }
    }
}
