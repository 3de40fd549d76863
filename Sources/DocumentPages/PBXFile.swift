// Files for phone systems other than 3CX: configurations and scripts that fetch a caller name. Immutable.

/// A configuration or a script, ready to be filled in. The address and the key stand in it only where its language takes
/// their characters (letters, digits, `.`, `-`, `:`, `/`, `[`, `]` and `_`) for themselves, so neither is escaped.
package struct PBXFile: KeyedFile {
    package let path: String
    package let contentType: String
    package let contentDisposition: String

    /// What stands in the place of a key.
    private static let keyPlaceholder = "YOUR_CID_KEY"

    private let text: OriginText

    /// nil: the document is of another kind.
    init?(_ document: EmbeddedDocument) {
        guard case .pbxFile(let contentType) = document.format else { return nil }
        path = document.servedPath
        self.contentType = contentType
        contentDisposition = "attachment; filename=\"\(document.repositoryPath.split(separator: "/").last ?? "")\""
        text = OriginText(document.bytes)
    }

    package func body(origin: PublicOrigin, apiKey: String?) -> [UInt8] {
        let body = text.filled(with: origin.url)
        guard let apiKey, KeyText.isKey(apiKey) else { return body }
        return OriginText(body, cutAt: Self.keyPlaceholder).filled(with: apiKey)
    }
}
