// The outbox as a part of this server: work in the background that listens to changes and shows figures.

import CRMMiddleware
import MiddlewareStorage
import Platform
import ServerProcess

extension Outbox: BackgroundWork {}

extension DeliveryMetrics: MetricsSource {}

/// Wakes the outbox when deliveries were changed with nocli.
struct OutboxListener: MiddlewareChangeListener {
    let outbox: Outbox

    func apply(_ subjects: [MiddlewareChanges.Subject], revision _: Int64) {
        for case .delivery in subjects { return outbox.changed() }
    }

    func forgetAll(revision _: Int64) { outbox.changed() }
}
