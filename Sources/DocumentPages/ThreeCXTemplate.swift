// The 3CX template as it is handed to a customer: with the server's own address and, when asked for, the key. Immutable.

internal import Platform

/// The template of a server (`Templates/numbers-online.crm.xml` or `Templates/crm-middleware.crm.xml`), ready to be
/// filled in.
package struct ThreeCXTemplate: KeyedFile {
    package let contentType = "application/xml; charset=utf-8"
    package let path: String
    /// 3CX wants a file to upload, so a browser saves it.
    package let contentDisposition: String

    /// Where the address stands in the file.
    private enum AddressPlace {
        /// In texts with expressions.
        case expressions
        /// In the default of a parameter, which is no expression where it is used with one pass.
        case parameter
    }

    /// Where the key goes: the default of the one parameter, which the administration console of 3CX shows filled in.
    private static let keyPlace = Array("Default=\"\"".utf8)

    private let addressPlace: AddressPlace
    private let beforeKey: OriginText
    /// What stands behind the key; nil: the template has no place for one, and none is ever filled in.
    private let afterKey: OriginText?

    init(of site: ServerSite) {
        switch site {
        case .lookup: self.init(site.template, addressPlace: .expressions, takesKey: true)
        // Its credentials are a client's, which nobody sends to fetch a file.
        case .middleware: self.init(site.template, addressPlace: .parameter, takesKey: false)
        }
    }

    private init(_ document: EmbeddedDocument, addressPlace: AddressPlace, takesKey: Bool) {
        let bytes = document.bytes
        let name = document.repositoryPath.split(separator: "/").last ?? ""
        path = document.servedPath
        contentDisposition = "attachment; filename=\"\(name)\""
        self.addressPlace = addressPlace
        let place = Self.keyPlace
        if takesKey, let start = bytes.indices.first(where: { bytes[$0...].starts(with: place) }) {
            // The key stands between the two quotes, before the last byte of the place.
            let split = start + place.count - 1
            beforeKey = OriginText(Array(bytes[..<split]))
            afterKey = OriginText(Array(bytes[split...]))
        } else {
            beforeKey = OriginText(bytes)
            afterKey = nil
        }
    }

    package func body(origin: PublicOrigin, apiKey: String?) -> [UInt8] {
        let origin = escape(origin)
        guard let afterKey else { return beforeKey.filled(with: origin) }
        let key = apiKey.flatMap { KeyText.isKey($0) ? Array($0.utf8) : nil } ?? []
        return beforeKey.filled(with: origin) + key + afterKey.filled(with: origin)
    }

    /// In texts with expressions `[` opens one and is written `{{`, `]` is written `}}`: without this the address of an
    /// IPv6 host (`http://[::1]:8080`) would be evaluated away. Then the text goes into an XML attribute.
    private func escape(_ origin: PublicOrigin) -> String {
        switch addressPlace {
        case .parameter: return HTMLFragment(escaping: origin.url).html
        case .expressions:
            var text = ""
            for character in origin.url {
                switch character {
                case "[": text += "{{"
                case "]": text += "}}"
                default: text.append(character)
                }
            }
            return HTMLFragment(escaping: text).html
        }
    }
}
