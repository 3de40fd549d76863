// The kinds of value that the middleware's commands take.

import CRMMiddleware
import CommandOptions
import Platform

extension ValueKind where Value == WorkspaceID {
    /// A workspace's identifier.
    static var workspace: ValueKind {
        ValueKind(placeholder: "WORKSPACE", expects: "a workspace's identifier such as ws_2b7d09c41fe3a865") {
            WorkspaceID($0)
        }
    }
}

extension ValueKind where Value == ClientID {
    /// A client's identifier.
    static var client: ValueKind {
        ValueKind(placeholder: "CLIENT", expects: "a client's identifier such as client_2b7d09c41fe3a865") {
            ClientID($0)
        }
    }
}

extension ValueKind where Value == TokenID {
    /// A token's identifier, never its text.
    static var token: ValueKind {
        ValueKind(
            placeholder: "TOKEN", expects: "a token's identifier such as tok_2b7d09c41fe3a865, not the token itself"
        ) { TokenID($0) }
    }
}

extension ValueKind where Value == UniqueID {
    /// A context token without its secret.
    static var contextToken: ValueKind {
        ValueKind(placeholder: "TOKEN", expects: "a UUID, the token without its secret") { UniqueID($0) }
    }
}

extension ValueKind where Value == TokenScopes {
    /// Scopes by name.
    static var scopes: ValueKind {
        ValueKind(
            placeholder: "SCOPES",
            expects: "some of \(TokenScopes.allNames.joined(separator: ", ")), with spaces between them"
        ) { TokenScopes($0) }
    }
}
