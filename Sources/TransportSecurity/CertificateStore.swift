// The certificates of a running server and how others take their place. Guarded by a monitor.

package import Platform

/// Holds what new connections begin with, and reads the files again when it is told to.
package final class CertificateStore: Sendable {
    private let files: [CertificateFiles]
    private let tickets: TicketKeys
    private let clock: Clock
    private let current: Monitor<TLSContext>
    private let taken = Counter()
    private let refused = Counter()

    /// Reads and checks every file.
    /// - Parameter files: 1 to ``TLSContext/certificatesMax``; the first is shown to clients that name nobody known.
    /// - Throws: for the first file that cannot be used.
    package init(_ files: [CertificateFiles], clock: Clock, random: RandomSource) throws(CertificateFailure) {
        self.files = files
        self.clock = clock
        tickets = TicketKeys(clock: clock, random: random)
        current = Monitor(try TLSContext(files, tickets: tickets, now: clock.wall()))
    }

    /// What a connection that begins now uses, and keeps.
    package var present: TLSContext { current.withLock { $0 } }

    /// Reads all files again. Connections that are open keep what they began with, and tickets stay good.
    /// - Returns: what is in use from now on.
    /// - Throws: when one file cannot be used; then nothing changes.
    @discardableResult
    package func reload() throws(CertificateFailure) -> [CertificateSummary] {
        let context: TLSContext
        do throws(CertificateFailure) {
            context = try TLSContext(files, tickets: tickets, now: clock.wall())
        } catch {
            refused.add()
            throw error
        }
        current.withLock { $0 = context }
        taken.add()
        return context.certificates
    }

    /// What the metrics tell of the certificates. Files are numbered in the order given, from 1.
    package func write(to text: inout MetricsText) {
        for (index, certificate) in present.certificates.enumerated() {
            text.gauge(
                "tls_certificate_expiry_timestamp_seconds", help: "When the certificate ends to be valid.",
                labels: [("certificate", String(index + 1))], certificate.expires.seconds)
        }
        let help = "Times that the certificates were read again."
        text.counter("tls_certificate_reloads_total", help: help, labels: [("result", "taken")], taken.value)
        text.counter("tls_certificate_reloads_total", help: help, labels: [("result", "refused")], refused.value)
    }
}
