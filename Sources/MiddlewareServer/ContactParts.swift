// The contacts as a part of this server: search and creation over storage, changes, figures, and the end.

import CRMMiddleware
import CRMTemplate
import MiddlewareStorage
import NumbersCore
import Platform
import SQLiteDatabase
import ServerProcess

/// Everything about contacts.
struct ContactParts: Sendable {
    let search: ContactSearch
    let creation: ContactCreation
    let journal: SeenContactJournal

    /// - Parameter store: the same database for book, contacts seen and contacts made.
    init(source: any ConnectorSource, store: SQLiteContacts, plan: PresentPlan, clock: Clock, alarm: Alarm) {
        journal = SeenContactJournal(store: store, clock: clock)
        search = ContactSearch(
            source: source, store: store, journal: journal, plan: plan, clock: clock, alarm: alarm,
            render: MiddlewareReplies.contacts)
        creation = ContactCreation(search: search, source: source, store: store, clock: clock)
    }

    static let sweep = Sweep(of: "seen_contacts", SeenContactTable.sweep)
}

extension ContactParts: MetricsSource {
    func append(to text: inout MetricsText) {
        search.metrics.append(to: &text)
        let load = search.load
        text.gauge("middleware_contact_index_bytes", help: "Contacts seen, in memory.", Int64(load.bytes))
        text.gauge("middleware_connector_lookups_pending", help: "Contact lookups under way.", Int64(load.flights))
        text.counter(
            "middleware_seen_contacts_lost_total", help: "Contacts seen that storage did not take.",
            journal.lost.value)
    }
}

/// Forgets what connectors said when it may not be true any more. It is told after whoever keeps the connectors.
struct ContactListener: MiddlewareChangeListener {
    let search: ContactSearch

    func apply(_ subjects: [MiddlewareChanges.Subject], revision _: Int64) {
        // An import notes one change for each of its blocks.
        for subject in Set(subjects) {
            switch subject {
            case .workspace(let id): search.settingsChanged(id)
            case .connectors(let id): search.connectorsChanged(id)
            case .contacts(let id): search.builtinContactsChanged(id)
            case .delivery: continue
            }
        }
    }

    func forgetAll(revision _: Int64) { search.forgetAll() }
}

/// Writes down what of the contacts seen still waits when the server ends: a name that was bought a moment ago is not to
/// be bought again. Its state is behind a monitor.
final class LastSeenContacts: BackgroundWork {
    private let journal: SeenContactJournal
    private let isWritten = Monitor(false, conditions: 1)

    init(_ journal: SeenContactJournal) { self.journal = journal }

    /// The journal writes by itself as long as the server runs.
    func run() async {}

    func stop() {
        Task.detached { [self] in
            await journal.flush()
            isWritten.withLock { $0 = true }
            isWritten.broadcast(0)
        }
    }

    func waitForEnd(deadline: MonotonicTime) {
        isWritten.wait(0) { isWritten, _ in
            isWritten || MonotonicTime.now() >= deadline ? .done(()) : .wait(until: deadline)
        }
    }
}
