// What the ledger's writer is asked to do. Many orders are worked out on one sheet.

internal import NumbersCore
internal import SQLiteDatabase

/// A charge or a hold on its way through the writer.
final class LedgerOrder: WriteOrder, @unchecked Sendable {
    // Sendable: `outcome` is written by the writer's thread, and read by it or, once that has said that the order is
    // done, by whoever is told. Everything else is immutable.

    enum Work: Sendable {
        /// A charge, with the hold that it ends and the reply that is stored with it.
        case charge(Charge, [Charge.Item], ending: Hold?, StoredReply?)
        case hold(Charge, id: Int64, startID: Int64)
    }

    enum Outcome: Sendable {
        case posted(LedgerBook.Posted)
        case held(Hold)
        case refused(ChargeRefusal)
    }

    private let work: Work
    private let tell: @Sendable (LedgerOrder, WriteFailure?) -> Void

    /// What has come of it; also of one whose transaction fails in the end.
    private(set) var outcome: Outcome?

    /// What a charge that is done has led to.
    var receipt: Result<Receipt, ChargeRefusal> {
        switch outcome {
        case .posted(let made): .success(made.receipt)
        case .refused(let refusal): .failure(refusal)
        case .held, nil: preconditionFailure("a charge that is done is posted or refused")
        }
    }

    /// - Parameter tell: called exactly once with the order and, unless what it wrote is durable, why not; as
    ///   `WriteOrder.answer`.
    init(_ work: Work, then tell: @escaping @Sendable (LedgerOrder, WriteFailure?) -> Void) {
        self.work = work
        self.tell = tell
    }

    func answer(_ failure: WriteFailure?) { tell(self, failure) }

    static func perform(_ orders: [any WriteOrder], on connection: Connection) throws(DatabaseError) {
        var sheet = LedgerSheet(connection)
        // Each is of this type, as the protocol says.
        for order in orders { try unsafeDowncast(order, to: LedgerOrder.self).perform(&sheet, connection) }
        try sheet.write()
    }

    private func perform(_ sheet: inout LedgerSheet, _ connection: Connection) throws(DatabaseError) {
        // What an attempt together with others made of it has been undone, if there was one.
        outcome = nil
        switch work {
        case .charge(let charge, let items, let hold, let reply):
            switch try sheet.charge(charge, items: items, ending: hold) {
            case .failure(let refusal): outcome = .refused(refusal)
            case .success(let made):
                if let reply { try ReplyTable.insert(reply, on: connection) }
                outcome = .posted(made)
            }
        case .hold(let charge, let id, let startID):
            switch try sheet.hold(charge, id: id, startID: startID) {
            case .failure(let refusal): outcome = .refused(refusal)
            case .success(let hold): outcome = .held(hold)
            }
        }
    }
}
