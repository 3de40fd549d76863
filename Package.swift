// swift-tools-version: 6.3
import PackageDescription

// No Swift packages: what is not here comes from the system's libraries or from the toolchain.

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// A library of this package.
func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A program of this package.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one target.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "numbers",
    products: [
        .executable(name: "LookupServer", targets: ["LookupServer"]),
        .executable(name: "MiddlewareServer", targets: ["MiddlewareServer"]),
        .executable(name: "nocli", targets: ["nocli"]),
    ],
    dependencies: [],
    targets: [
        // The system, as C sees it.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCMark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"])]),
        // Data, as C arrays.
        .target(name: "CNumberPlan"),
        .target(name: "CDocuments"),
        // What knows nothing of telephone numbers.
        library("Platform", ["CLinux", "COpenSSL"]),
        library("JSONText", []),
        library("CommandOptions", ["Platform"]),
        library("HTTPWire", ["CZlib", "Platform"]),
        library("TransportSecurity", ["COpenSSL", "Platform"]),
        library("HTTPServer", ["CLinux", "HTTPWire", "Platform", "TransportSecurity"]),
        library("HTTPClient", ["CCurl", "CLinux", "CZlib", "HTTPWire", "Platform"]),
        library("SQLiteDatabase", ["CSQLite", "Platform"]),
        library("DocumentPages", ["CCMark", "CDocuments", "Platform"]),
        // The product.
        library("NumbersCore", ["CNumberPlan", "JSONText", "Platform"]),
        library("CRMTemplate", ["CLibXML2", "HTTPWire", "JSONText", "Platform"]),
        library("CRMTransport", ["CRMTemplate", "HTTPClient", "HTTPWire", "JSONText", "Platform"]),
        library("CRMMiddleware", ["CRMTemplate", "JSONText", "NumbersCore", "Platform"]),
        library("NumbersStorage", ["JSONText", "NumbersCore", "Platform", "SQLiteDatabase"]),
        library("SupplierClient", ["HTTPClient", "HTTPWire", "NumbersCore", "Platform"]),
        library("MiddlewareStorage", ["CRMMiddleware", "JSONText", "NumbersCore", "Platform", "SQLiteDatabase"]),
        // The programs.
        library(
            "ServerProcess",
            [
                "CommandOptions", "DocumentPages", "HTTPServer", "HTTPWire", "JSONText", "Platform", "SQLiteDatabase",
                "TransportSecurity",
            ]),
        program(
            "LookupServer",
            [
                "CommandOptions", "DocumentPages", "HTTPClient", "HTTPServer", "HTTPWire", "JSONText", "NumbersCore",
                "NumbersStorage", "Platform", "SQLiteDatabase", "ServerProcess", "SupplierClient",
            ]),
        program(
            "MiddlewareServer",
            [
                "CRMMiddleware", "CRMTemplate", "CRMTransport", "CommandOptions", "DocumentPages", "HTTPClient",
                "HTTPServer", "HTTPWire", "JSONText", "MiddlewareStorage", "NumbersCore", "Platform",
                "SQLiteDatabase", "ServerProcess",
            ]),
        program(
            "nocli",
            [
                "CRMMiddleware", "CRMTemplate", "CRMTransport", "CommandOptions", "DocumentPages", "HTTPClient",
                "JSONText", "MiddlewareStorage", "NumbersCore", "NumbersStorage", "Platform", "SQLiteDatabase",
                "SupplierClient",
            ]),
        // Tests.
        .target(name: "CFaultVFS", dependencies: ["CSQLite"], path: "Tests/CFaultVFS"),
        .target(name: "CFaultSocket", path: "Tests/CFaultSocket"),
        .target(
            name: "CStubTLS", path: "Tests/CStubTLS",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(
            name: "TestSupport", dependencies: ["CLinux", "CStubTLS", "Platform"], path: "Tests/TestSupport",
            swiftSettings: settings),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "CCurl", "CRMTemplate", "HTTPClient", "HTTPServer", "HTTPWire", "JSONText", "NumbersCore", "Platform",
                "TestSupport",
            ],
            path: "Tests/FuzzTargets", swiftSettings: settings),
        .target(
            name: "CrashDrill",
            dependencies: [
                "CLinux", "CRMMiddleware", "JSONText", "MiddlewareStorage", "NumbersStorage", "Platform",
                "SQLiteDatabase", "TestSupport",
            ], path: "Tests/CrashDrill", swiftSettings: settings),
        tests("PlatformTests", ["Platform", "TestSupport"]),
        tests("JSONTextTests", ["JSONText"]),
        tests("CommandOptionsTests", ["CommandOptions"]),
        tests("HTTPWireTests", ["CZlib", "HTTPWire", "Platform", "TestSupport"]),
        tests("TransportSecurityTests", ["Platform", "TestSupport", "TransportSecurity"]),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: [
                "CFaultSocket", "CLinux", "HTTPClient", "HTTPServer", "HTTPWire", "Platform", "TestSupport",
                "TransportSecurity",
            ], exclude: ["Conformance"], swiftSettings: settings),
        tests("HTTPClientTests", ["CLinux", "CStubTLS", "CZlib", "HTTPClient", "HTTPWire", "Platform", "TestSupport"]),
        tests("SQLiteDatabaseTests", ["CFaultVFS", "Platform", "SQLiteDatabase"]),
        tests("DocumentPagesTests", ["DocumentPages", "Platform"]),
        .testTarget(
            name: "NumbersCoreTests", dependencies: ["JSONText", "NumbersCore", "Platform", "TestSupport"],
            exclude: [
                "PhoneNumbers/expected-answers.tsv", "PhoneNumbers/expected-finds.tsv",
                "PhoneNumbers/expected-rows.tsv", "PhoneNumbers/expected-short.tsv", "PhoneNumbers/expected-typed.tsv",
            ], swiftSettings: settings),
        tests("FuzzCorpusTests", ["FuzzTargets", "TestSupport"]),
        tests("CRMTemplateTests", ["CRMTemplate", "HTTPWire", "JSONText", "Platform", "TestSupport"]),
        tests(
            "CRMTransportTests", ["CRMTemplate", "CRMTransport", "HTTPClient", "JSONText", "Platform", "TestSupport"]),
        tests(
            "CRMMiddlewareTests",
            ["CRMMiddleware", "CRMTemplate", "JSONText", "NumbersCore", "Platform", "TestSupport"]
        ),
        tests(
            "MiddlewareStorageTests",
            [
                "CFaultVFS", "CRMMiddleware", "CRMTemplate", "CSQLite", "JSONText", "MiddlewareStorage",
                "NumbersCore", "Platform", "SQLiteDatabase", "TestSupport",
            ]),
        tests(
            "NumbersStorageTests",
            ["CFaultVFS", "CSQLite", "NumbersCore", "NumbersStorage", "Platform", "SQLiteDatabase", "TestSupport"]),
        tests(
            "nocliTests",
            [
                "CRMMiddleware", "CRMTemplate", "CRMTransport", "CommandOptions", "HTTPClient", "JSONText",
                "MiddlewareStorage", "NumbersCore", "NumbersStorage", "Platform", "SQLiteDatabase", "TestSupport",
                "nocli",
            ]),
        tests(
            "IntegrationTests",
            [
                "CLinux", "CRMTemplate", "CrashDrill", "CommandOptions", "HTTPClient", "HTTPServer", "HTTPWire",
                "JSONText", "LookupServer", "MiddlewareServer", "NumbersCore", "Platform", "SQLiteDatabase",
                "ServerProcess", "TestSupport", "TransportSecurity", "nocli",
            ]),
    ]
)

// What script/bench measures with beside the servers.
if Context.environment["NUMBERS_BENCH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "CallListBench",
            dependencies: ["CRMMiddleware", "MiddlewareStorage", "NumbersCore", "Platform", "SQLiteDatabase"],
            path: "Benchmarks/CallListBench", swiftSettings: settings))
    package.targets.append(
        .executableTarget(
            name: "DirectoryBench", dependencies: ["NumbersCore", "NumbersStorage", "Platform", "SQLiteDatabase"],
            path: "Benchmarks/DirectoryBench", swiftSettings: settings))
    package.targets.append(
        .executableTarget(
            name: "EngineBench", dependencies: ["CRMTemplate", "Platform"], path: "Benchmarks/EngineBench",
            swiftSettings: settings))
    package.targets.append(
        .executableTarget(
            name: "ClientBench", dependencies: ["HTTPClient", "HTTPWire", "Platform"], path: "Benchmarks/ClientBench",
            swiftSettings: settings))
    package.targets.append(
        .executableTarget(
            name: "LookupBench",
            dependencies: ["HTTPWire", "JSONText", "NumbersCore", "NumbersStorage", "Platform", "SQLiteDatabase"],
            path: "Benchmarks/LookupBench", swiftSettings: settings))
    package.targets.append(
        .executableTarget(
            name: "NumberBench", dependencies: ["NumbersCore"], path: "Benchmarks/NumberBench",
            swiftSettings: settings))
}

// What script/crash runs.
if Context.environment["NUMBERS_CRASH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "CrashDrillProgram", dependencies: ["CrashDrill", "Platform", "TestSupport"],
            path: "Benchmarks/CrashDrill", swiftSettings: settings))
}

// What script/fuzz feeds. The runtime of libFuzzer brings a `main` of its own.
if Context.environment["NUMBERS_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "EngineFuzz", dependencies: ["FuzzTargets"], path: "Fuzz/EngineFuzz", swiftSettings: settings))
}
