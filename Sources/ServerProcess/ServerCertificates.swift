// The certificates of a server as its operator sees them: from options, in the log, and again on SIGHUP. Owned by the
// main thread; the store behind it is shared.

package import Platform
package import TransportSecurity

/// What TLS is spoken with, and what the log is told of it.
package struct ServerCertificates: Sendable {
    /// What the HTTP server takes its certificates from.
    package let store: CertificateStore
    private let clock: Clock
    private let logger: Logger

    /// How long before its end a certificate is worth a warning: whoever renews automatically does so earlier.
    static let expiryWarning: Duration = .seconds(14 * 86_400)

    /// Reads the files that the settings name; nil when they name none.
    package init?(
        _ settings: ServerSettings, clock: Clock, random: RandomSource, logger: Logger
    ) throws(StartFailure) {
        let (certificates, keys) = (settings.tlsCertificates, settings.tlsKeys)
        // The options are in pairs: ServerOptions has refused anything else.
        guard !certificates.isEmpty else { return nil }
        let files = zip(certificates, keys).map { CertificateFiles(certificate: $0, key: $1) }
        do throws(CertificateFailure) {
            store = try CertificateStore(files, clock: clock, random: random)
        } catch {
            throw StartFailure(description: "TLS certificate \(error)")
        }
        self.clock = clock
        self.logger = logger
        tell(store.present.certificates, "certificate_loaded")
    }

    /// Reads the files again. What cannot be used changes nothing, and the log says why.
    package func reload() {
        do throws(CertificateFailure) {
            tell(try store.reload(), "certificate_loaded")
        } catch {
            logger.error("certificate_refused", [("file", .setting(error.path)), ("reason", .text(error.reason))])
        }
    }

    private func tell(_ certificates: [CertificateSummary], _ event: StaticString) {
        for certificate in certificates {
            logger.info(
                event,
                [
                    ("file", .setting(certificate.path)), ("names", .text(certificate.names.joined(separator: " "))),
                    ("expires", .time(certificate.expires)),
                ])
            var warnings = certificate.warnings
            let now = clock.wall()
            if certificate.expires > now, certificate.expires < now + Self.expiryWarning {
                warnings.append("it expires soon")
            }
            for warning in warnings {
                logger.warning(
                    "certificate_doubtful",
                    [
                        ("file", .setting(certificate.path)), ("reason", .text(warning)),
                        ("expires", .time(certificate.expires)),
                    ])
            }
        }
    }
}
