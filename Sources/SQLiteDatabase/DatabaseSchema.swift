// What a product's database looks like. Immutable.

/// A product of this project, told by the mark in its database files.
package struct DatabaseProduct: Hashable, Sendable {
    /// SQLite's `application_id`.
    package let applicationID: Int32
    package let name: String

    package init(applicationID: Int32, name: String) {
        self.applicationID = applicationID
        self.name = name
    }
}

/// A product's mark and its migrations.
package struct DatabaseSchema: Sendable {
    /// SQLite's `application_id` of this product's files; not 0, the mark of files without one.
    package let applicationID: Int32
    package let productName: String
    /// In order, numbered 1, 2, 3, …
    package let migrations: [Migration]
    /// Products whose files are refused by name.
    package let otherProducts: [DatabaseProduct]

    package init(
        applicationID: Int32, productName: StaticString, migrations: [Migration],
        otherProducts: [DatabaseProduct] = []
    ) {
        precondition(applicationID != 0, "0 is the mark of files without one")
        precondition(
            migrations.enumerated().allSatisfy { $0.element.version == Int32($0.offset) + 1 },
            "migrations are numbered 1, 2, 3, … without gaps")
        self.applicationID = applicationID
        self.productName = productName.description
        self.migrations = migrations
        self.otherProducts = otherProducts
    }

    /// The newest version this program knows.
    package var latestVersion: Int32 { migrations.last?.version ?? 0 }
}
