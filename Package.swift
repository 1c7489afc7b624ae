// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is compiled with these; a warning is an error.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func library(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: strict)
}

func tests(
    of name: String, _ extra: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.byName(name: name), "TestSupport"] + extra,
        exclude: exclude,
        resources: resources,
        swiftSettings: strict)
}

let package = Package(
    name: "ComfyGate",
    products: [
        .executable(name: "comfygate", targets: ["comfygate"]),
        .library(name: "ComfyAPI", targets: ["ComfyAPI", "Basics"]),
    ],
    targets: [
        // System libraries: a module map and a shim each.
        .target(name: "CLinux"),
        .target(name: "CNVML"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CPictures", linkerSettings: [.linkedLibrary("png16")]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebpdemux", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),

        // Each target imports only targets above it.
        library("Basics", ["COpenSSL"]),
        library("YAML", ["Basics", "CYAML"]),
        library("Pictures", ["CPictures", "CJPEG", "CWebP", "CZlib"]),
        library("Wire", ["Basics", "CZlib"]),
        library("Loop", ["Basics", "CLinux", "COpenSSL"]),
        library("HTTP", ["Basics", "Wire", "Loop", "CLinux"]),
        library("Telemetry", ["Basics", "Loop"]),
        library("ComfyAPI", ["Basics", "Wire", "Loop", "HTTP"]),
        library("Store", ["Basics"]),
        library("StoreSQLite", ["Basics", "Loop", "Store", "CSQLite", "CLinux"]),
        library("Identity", ["Basics", "Loop", "Store", "CCrypt"]),
        library("Fleet", ["Basics", "Wire", "Loop", "HTTP", "ComfyAPI", "Store", "CLinux"]),
        library("Secrets", ["Basics", "YAML", "Loop", "Identity", "CLinux", "CYAML", "CSodium"]),
        library(
            "Gate",
            [
                "Basics", "YAML", "Pictures", "Wire", "Loop", "HTTP", "Telemetry", "ComfyAPI", "Store", "Fleet",
                "Identity",
                "CLinux",
            ]),
        library("Stack", ["Basics", "YAML", "Wire", "Loop", "HTTP", "Secrets", "CLinux", "CNVML"]),
        library("Checkup", ["Basics", "YAML", "Wire", "Loop", "HTTP", "Secrets", "Stack"]),
        // The resources are read from a folder at run time: a bundle accessor would pull Foundation in.
        library(
            "Simulator", ["Basics", "Wire", "Loop", "HTTP", "ComfyAPI", "CPNG", "CJPEG", "CZlib"],
            exclude: ["Resources"]),
        library("CommandLineKit", ["Basics", "CLinux"]),
        .executableTarget(
            name: "comfygate",
            dependencies: [
                "Basics", "YAML", "Wire", "Loop", "HTTP", "Telemetry", "ComfyAPI", "Store", "StoreSQLite", "Identity",
                "Secrets", "Stack", "Checkup", "Fleet", "Gate", "Simulator", "CommandLineKit", "CLinux",
            ],
            // Swift 6.3.1 stops with "circular reference" when it inlines ComfyAPI's actor into another module; the
            // command line has no hot path to lose.
            swiftSettings: strict + [.unsafeFlags(["-Onone"], .when(configuration: .release))],
            // One file that runs where no Swift is, starts sooner and calls the runtime without a detour.
            linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]),
        .executableTarget(
            name: "generate", dependencies: ["Basics", "ComfyAPI"], path: "examples/Generate", swiftSettings: strict),
        library("TestSupport", ["Basics", "Wire", "Loop", "Store", "CLinux"]),
        .target(name: "CBench", dependencies: ["COpenSSL"], path: "Benchmarks/CBench"),
        .executableTarget(
            name: "GateBench",
            dependencies: [
                "Basics", "Wire", "Loop", "ComfyAPI", "Store", "StoreSQLite", "Identity", "Fleet", "Simulator",
                "CLinux",
                "COpenSSL", "CSQLite", "CBench",
            ],
            path: "Benchmarks/GateBench", swiftSettings: strict),

        tests(of: "Basics", resources: [.copy("Corpus")]),
        tests(of: "YAML", ["Basics"]),
        tests(of: "Pictures", exclude: ["Corpus"]),
        tests(of: "Wire", ["Basics", "CZlib"], exclude: ["Corpus"]),
        tests(of: "Loop", ["Basics"]),
        tests(of: "HTTP", ["Basics", "Wire", "Loop"]),
        tests(of: "Telemetry", ["Basics", "Loop"]),
        tests(of: "ComfyAPI", ["Basics", "Wire", "Loop", "HTTP"], resources: [.copy("Fixtures")]),
        .executableTarget(
            name: "StoreCrashHelper", dependencies: ["Basics", "Loop", "Store", "StoreSQLite"],
            path: "Tests/StoreCrashHelper", swiftSettings: strict),
        tests(of: "Store", ["Basics", "Loop", "StoreSQLite", "CSQLite", "StoreCrashHelper"]),
        tests(of: "Fleet", ["Basics", "Wire", "Loop", "HTTP", "ComfyAPI", "Store"]),
        tests(of: "Identity", ["Basics", "Loop", "Store", "StoreSQLite"]),
        .executableTarget(
            name: "TransactionCrashHelper", dependencies: ["Basics", "Secrets"], path: "Tests/TransactionCrashHelper",
            exclude: ["crashes.py"], swiftSettings: strict),
        tests(
            of: "Secrets", ["Basics", "Loop", "Identity", "CLinux", "TransactionCrashHelper"], exclude: ["Corpus"],
            resources: [.copy("Fixtures")]),
        tests(of: "Stack", ["Basics", "YAML", "Loop", "Secrets"]),
        tests(of: "Checkup", ["Basics", "YAML", "Wire", "Loop", "Identity", "Secrets", "Stack"]),
        tests(
            of: "Simulator", ["Basics", "Wire", "Loop", "HTTP", "ComfyAPI"], resources: [.copy("Fixtures")]),
        // The process that the gate has pictures made by, where the test program stands in for the gate.
        .executableTarget(
            name: "PictureHelper", dependencies: ["Gate"], path: "Tests/PictureHelper", swiftSettings: strict),
        tests(
            of: "Gate",
            [
                "Basics", "YAML", "Pictures", "Wire", "Loop", "HTTP", "Telemetry", "ComfyAPI", "Store", "StoreSQLite",
                "Fleet",
                "Identity", "Simulator", "PictureHelper",
            ]),
        // Only tests use it: the WebSocket conformance suite drives it as a process.
        .executableTarget(
            name: "ConformancePeer", dependencies: ["Basics", "Wire", "Loop", "HTTP"], swiftSettings: strict),
        tests(of: "CommandLineKit", ["Basics"]),
        tests(
            of: "comfygate",
            [
                "Basics", "CommandLineKit", "ComfyAPI", "Gate", "HTTP", "Identity", "Loop", "Simulator", "Store",
                "StoreSQLite", "Telemetry", "Wire",
            ]),
    ]
)

/// libFuzzer programs, only when asked for: they have no `main` without `--sanitize=fuzzer`. See Fuzz/README.md.
if Context.environment["COMFYGATE_FUZZ"] == "1" {
    for name in [
        "FuzzHead", "FuzzChunk", "FuzzTarget", "FuzzCookie", "FuzzMultipart", "FuzzRange", "FuzzWebSocket",
        "FuzzEvents", "FuzzJSON", "FuzzDotenv", "FuzzAge", "FuzzPicture",
    ] {
        package.targets.append(
            .executableTarget(
                name: name,
                dependencies: ["FuzzDotenv", "FuzzAge"].contains(name)
                    ? ["Basics", "Secrets"] : name == "FuzzPicture" ? ["Pictures"] : ["TestSupport"],
                path: "Fuzz/\(name)",
                swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
    }
}

/// `COMFYGATE_TESTS=Loop,HTTP` leaves the tests of these targets and what they need, so that a sanitizer builds no more.
if let wanted = Context.environment["COMFYGATE_TESTS"] {
    var kept = Set(wanted.split(separator: ",").map { "\($0)Tests" })
    // A target stands behind those it needs.
    for target in package.targets.reversed() where kept.contains(target.name) {
        for case .byNameItem(let name, _) in target.dependencies { kept.insert(name) }
    }
    package.targets.removeAll { !kept.contains($0.name) }
    package.products = []
}
