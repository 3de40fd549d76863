// What is not true any more, because somebody has changed it. Guarded by the index's mutex.

internal import Platform

extension ContactIndex {
    /// Everything about the keys is to be asked for anew, but for what was bought.
    func forget(_ keys: [ContactKey], workspace: WorkspaceID) {
        change(workspace) { shelf in
            for key in keys {
                guard let slot = shelf.slots.find(key) else { continue }
                slot.forgetFree()
                slot.version += 1
                shelf.slots.insert(slot, cost: slot.cost, for: key)
            }
            shelf.generation += 1
        }
    }

    /// What some connectors of a workspace answered is to be asked for anew.
    func forget(kind: ConnectorKind, workspace: WorkspaceID) {
        change(workspace) { shelf in
            guard let list = shelf.connectors?.list else { return shelf.forgetFree() }
            let connectors = list.filter { $0.kind == kind }.map(\.id)
            shelf.forgetAnswers()
            shelf.generation += 1
            shelf.slots.update { slot in
                for connector in connectors { slot.parts[connector] = nil }
                slot.version += 1
                return slot.cost
            }
        }
    }

    /// Everything of the workspace, its connectors included, but for what was bought.
    func forgetAll(_ workspace: WorkspaceID) {
        change(workspace) { shelf in
            shelf.connectors = nil
            shelf.forgetFree()
        }
    }

    /// The settings have changed: what was rendered may say something else now.
    func forgetAnswers(_ workspace: WorkspaceID) {
        change(workspace) { shelf in
            shelf.connectors = nil
            shelf.generation += 1
            shelf.forgetAnswers()
            shelf.slots.update { slot in
                slot.version += 1
                return slot.cost
            }
        }
    }

    /// Everything of all workspaces, but for what was bought.
    func forgetAll() {
        for workspace in state.withLock({ Array($0.shelves.keys) }) {
            change(workspace) { shelf in
                shelf.connectors = nil
                shelf.forgetFree()
                shelf.lastCalls.removeAll()
                shelf.stored = nil
            }
        }
    }
}
