// The version of all programs of this package: they are built and released together.

/// What `--version` and the health answer tell.
package enum ProductVersion {
    /// Semantic version, the same as the newest one in CHANGELOG.md.
    package static let text = "0.1.0"
}
