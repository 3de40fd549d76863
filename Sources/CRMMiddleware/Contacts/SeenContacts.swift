// What storage keeps of contacts seen: the ports, and the values that cross them. Immutable values.

package import NumbersCore
package import Platform

/// What one connector answered for one key, when somebody matched.
package struct SeenContacts: Sendable, Hashable {
    package let workspace: WorkspaceID
    package let connector: ConnectorID
    package let key: ContactKey
    /// Under other ones it counts for nothing.
    package let rules: AnswerRules
    /// In the connector's order, with their match.
    package let contacts: [CRMContact]
    /// When the connector answered.
    package let at: UnixTime

    package init(
        workspace: WorkspaceID, connector: ConnectorID, key: ContactKey, rules: AnswerRules, contacts: [CRMContact],
        at: UnixTime
    ) {
        self.workspace = workspace
        self.connector = connector
        self.key = key
        self.rules = rules
        self.contacts = contacts
        self.at = at
    }
}

/// One change for storage; they are made in the order they were noted.
package enum SeenChange: Sendable, Hashable {
    case seen(SeenContacts)
    /// The contact was the first one answered for the number.
    case shown(WorkspaceID, number: String, contact: UniqueID, at: UnixTime)
    /// A call with the contact was saved.
    case called(WorkspaceID, contact: UniqueID, at: UnixTime)
    /// What connectors answered for the key is not true any more, but for what was bought.
    case forgotten(WorkspaceID, ContactKey)
    /// What any connector of the workspace answered is not true any more, but for what was bought.
    case allForgotten(WorkspaceID)
}

/// Keeps contacts seen, so that a repeated caller is known also after a restart.
package protocol SeenContactStore: Sendable {
    /// What connectors answered for the keys and is not older than a day.
    func seen(
        _ keys: [ContactKey], workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[SeenContacts], StorageUnavailable>

    /// The keys that something is kept under, perhaps some of them more than once.
    func storedKeys(
        of workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[ContactKey], StorageUnavailable>

    /// When calls were last saved with these contacts; those without one are absent.
    func lastCalls(
        with contacts: [UniqueID], workspace: WorkspaceID, deadline: MonotonicTime
    ) async -> Result<[UniqueID: UnixTime], StorageUnavailable>

    func apply(_ changes: [SeenChange], deadline: MonotonicTime) async -> Result<Void, StorageUnavailable>
}

/// Collects what storage is to be told, and tells it in blocks, so that no search waits for a disk.
package final class SeenContactJournal: Sendable {
    /// Changes that wait at most; one more is lost (and counted), because it is only a convenience that is lost.
    package static let waitingMax = 16_384
    /// Changes of one transaction, so that others come in between.
    private static let blockMax = 256
    /// How long changes gather.
    private static let interval: Duration = .milliseconds(100)
    private static let writeTime: Duration = .seconds(5)

    private struct State {
        var waiting: [SeenChange] = []
        /// Whether a task writes, or will.
        var isWriting = false
        /// Blocks that storage has been given and has not answered for.
        var blocksUnderWay = 0
    }

    private let state = Monitor(State())
    private let store: any SeenContactStore
    private let clock: Clock
    /// Changes that found no place, or that storage did not take.
    package let lost = Counter()

    package init(store: any SeenContactStore, clock: Clock) {
        self.store = store
        self.clock = clock
    }

    /// Notes a change; never waits.
    package func note(_ change: SeenChange) {
        let begins = state.withLock { state -> Bool in
            guard state.waiting.count < Self.waitingMax else {
                lost.add()
                return false
            }
            state.waiting.append(change)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        guard begins else { return }
        Task.detached { [self] in
            // Cancelled only together with the whole program.
            try? await Task.sleep(for: Self.interval)
            await writeAll()
        }
    }

    /// Writes what waits, and waits for what is being written; for tests and for the end of the program.
    package func flush() async {
        while let block = take() { await write(block) }
        // Storage answers each block within `writeTime`.
        while state.withLock({ $0.blocksUnderWay > 0 }) { try? await Task.sleep(for: .milliseconds(1)) }
    }

    private func writeAll() async {
        while true {
            if let block = take() {
                await write(block)
            } else if state.withLock({ state in
                state.isWriting = !state.waiting.isEmpty
                return !state.isWriting
            }) {
                return
            }
        }
    }

    private func take() -> [SeenChange]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            let block = Array(state.waiting.prefix(Self.blockMax))
            state.waiting.removeFirst(block.count)
            state.blocksUnderWay += 1
            return block
        }
    }

    private func write(_ block: [SeenChange]) async {
        if case .failure = await store.apply(block, deadline: clock.monotonic() + Self.writeTime) {
            lost.add(UInt64(block.count))
        }
        state.withLock { $0.blocksUnderWay -= 1 }
    }
}
