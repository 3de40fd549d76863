// A batch: the same steps as for one number, with one hold or charge for all of them.
// Holds no mutable state of its own.

internal import JSONText
package import Platform

extension LookupService {
    /// One number of a batch on its way.
    private struct Line: Sendable {
        let facts: NumberFacts?
        let record: NumberRecord
        /// Whether an earlier line is the same number, so that this one is free.
        let isRepeated: Bool
    }

    /// `POST /v1/lookup/batch`.
    package func batch(_ query: LookupQuery, for credential: Credential) -> Deferred<LookupOutcome> {
        .pending {
            var seen: Set<E164> = []
            let read = query.numbers.map { text -> Line in
                let facts = facts(text, query)
                let isRepeated = facts.map { !seen.insert($0.e164).inserted } ?? false
                return Line(facts: facts, record: .none, isRepeated: isRepeated)
            }
            // Suppressions decide what is billable, so the operator's own data is read before the hold.
            let numbers = read.compactMap { $0.facts?.e164 }
            if credential.key.isTest {
                return await sandbox(numbers, query) { batch(read, $0, query, for: credential) }.value
            }
            guard case .success(let records) = await names.records(for: numbers, deadline: query.deadline) else {
                return .answered(body: render(read, query.verstat, items: []), receipt: nil)
            }
            return await batch(read, records, query, for: credential).value
        }
    }

    /// - Parameter records: of the valid numbers, in their order.
    private func batch(
        _ read: [Line], _ records: [NumberRecord], _ query: LookupQuery, for credential: Credential
    ) -> Deferred<LookupOutcome> {
        .pending {
            var next = records.makeIterator()
            let lines = read.map { line in
                Line(
                    facts: line.facts, record: line.facts == nil ? .none : next.next() ?? .none,
                    isRepeated: line.isRepeated)
            }
            let billable = lines.count { $0.facts != nil && !$0.record.isSuppressed && !$0.isRepeated }
            guard billable > 0 else {
                return await free(query, render(lines, query.verstat, items: []), for: credential).value
            }
            return await once(query, for: credential, refresh: { self.refreshed($0, lines, query.verstat) }) { reply in
                let known = known(lines, query, credential)
                guard credential.isBilled else {
                    let (lines, _) = await resolved(lines, known, query, credential)
                    let body = render(lines, query.verstat, items: [])
                    return await keep(reply(body), body, query)
                }
                let charge = charge(query, credential, numbers: billable)
                guard !known.asked.isEmpty else {
                    // Nothing to wait for: hold and settle in one step, durable after one sync.
                    let (lines, found) = await resolved(lines, known, query, credential)
                    let items = items(found, credential)
                    let body = render(lines, query.verstat, items: items)
                    let result = await ledger.charge(
                        charge, items: items, reply: reply(body), deadline: query.deadline
                    ).value
                    return Self.outcome(result, body, credential.account.prices, numbers: billable)
                }
                switch await ledger.hold(charge, deadline: query.deadline) {
                case .failure(let refusal):
                    return Self.outcome(.failure(refusal), [], credential.account.prices, numbers: billable)
                case .success(let hold):
                    let (lines, found) = await resolved(lines, known, query, credential)
                    let body = render(lines, query.verstat, items: items(found, credential))
                    return await settle(hold, charge, found, body, reply(body), query, credential)
                }
            }
        }
    }

    /// What can be said at once about the lines of a batch, and whom suppliers are to be asked about.
    private struct KnownNames: Sendable {
        var names: [E164: ResolvedName] = [:]
        var asked: [(facts: NumberFacts, record: NumberRecord, fallback: CachedName?)] = []
    }

    private func known(_ lines: [Line], _ query: LookupQuery, _ credential: Credential) -> KnownNames {
        var known = KnownNames()
        for line in lines where !line.isRepeated && !line.record.isSuppressed {
            guard let facts = line.facts else { continue }
            switch waterfall.step(line.record, facts, query, credential) {
            case .known(let name): known.names[facts.e164] = name
            case .ask(let fallback): known.asked.append((facts, line.record, fallback))
            }
        }
        return known
    }

    /// The lines with the names that are answered, and the names of the billable ones. Suppliers are asked about all
    /// numbers at once, inside the one budget.
    private func resolved(
        _ lines: [Line], _ known: KnownNames, _ query: LookupQuery, _ credential: Credential
    ) async -> ([Line], billable: [ResolvedName]) {
        var names = known.names
        await withTaskGroup(of: (E164, ResolvedName).self) { group in
            for (facts, record, fallback) in known.asked {
                group.addTask { [waterfall] in
                    (facts.e164, await waterfall.ask(record, facts, fallback: fallback, query, credential))
                }
            }
            for await (number, name) in group { names[number] = name }
        }
        let found = lines.map { line in
            Line(
                facts: line.facts, record: line.facts.flatMap { names[$0.e164]?.record } ?? line.record,
                isRepeated: line.isRepeated)
        }
        return (found, names.values.filter { !$0.record.isSuppressed })
    }

    // MARK: Bodies

    private func render(_ lines: [Line], _ verstat: Verstat, items: [Charge.Item]) -> [UInt8] {
        var writer = JSONWriter(reserving: 700 * lines.count + 256)
        writer.beginObject()
        writer.key("schema_version")
        writer.token(LookupAnswer.schemaVersion)
        writer.key("results")
        writer.beginArray()
        let now = clock.wall()
        for line in lines {
            LookupAnswer(facts: line.facts, record: line.record, verstat: verstat, at: now)
                .write(to: &writer, includesVersion: false)
        }
        writer.endArray()
        let valid = lines.count { $0.facts != nil }
        writer.key("summary")
        writer.beginObject()
        writer.field("total", lines.count)
        writer.field("valid", valid)
        writer.field("invalid", lines.count - valid)
        writer.field("suppressed", lines.count { $0.record.isSuppressed })
        writer.field("billed_fresh_cnam", items.first { $0.endpoint == .lookup }?.units ?? 0)
        writer.field("billed_enriched", items.first { $0.endpoint == .lookupEnriched }?.units ?? 0)
        writer.endObject()
        writer.endObject()
        return writer.finish()
    }

    /// A stored batch without the names of listings that have become private since: suppression beats replay.
    private func refreshed(_ stored: [UInt8], _ lines: [Line], _ verstat: Verstat) -> [UInt8] {
        guard lines.contains(where: \.record.isSuppressed) else { return stored }
        let present = render(lines, verstat, items: [])
        // Both are our own writer's work and parse; were one not to, the present answer is the one without the names.
        guard let old = try? JSONValue(parsing: stored), let new = try? JSONValue(parsing: present),
            case .object(var object) = old, let oldResults = object["results"]?.array,
            let newResults = new.object?["results"]?.array, oldResults.count == lines.count,
            newResults.count == lines.count
        else { return present }
        object["results"] = .array(
            lines.indices.map { lines[$0].record.isSuppressed ? newResults[$0] : oldResults[$0] })
        if case .object(var summary)? = object["summary"] {
            summary["suppressed"] = new.object?["summary"]?.object?["suppressed"]
            object["summary"] = .object(summary)
        }
        var writer = JSONWriter(reserving: stored.count)
        writer.value(.object(object))
        return writer.finish()
    }
}
