/// A program that reads dotenv files, as it really behaves: the models are compared with recorded answers of the
/// programs.
public enum DotenvReader: String, Sendable, Hashable, CaseIterable {
    /// Docker Compose v2 (compose-go), `.env` and `env_file`.
    case composeV2
    /// docker-compose 1.29, `.env` and `env_file`; it reads with python-dotenv of its time, but drops a byte order
    /// mark.
    case composeV1
    /// `docker run --env-file`.
    case dockerRun
    /// `. file` in a POSIX shell without arguments. Only plain assignments are modelled, nothing is ever run.
    case posixShell
    /// python-dotenv from 1.2.4, `dotenv_values`: earlier lines of the file win over the environment in `${…}`.
    case pythonDotenv
    /// python-dotenv up to 1.2.2, as Debian and most installed programs have it: a byte order mark hides the first key.
    case pythonDotenvOld
    /// A script that looks for `KEY=` at the start of a line and takes the rest, without the line end; the last one
    /// counts.
    case rawLine

    /// Those that agree on every value that is written with care; Docker's own readers keep quotes.
    public static let usual: Set<DotenvReader> = [
        .composeV2, .composeV1, .posixShell, .pythonDotenv, .pythonDotenvOld,
    ]

    /// What this reader sees in a file.
    ///
    /// - Parameter environment: What `${NAME}` falls back on, and where `docker run` finds keys without a value.
    public func read(_ bytes: [UInt8], environment: [String: String] = [:]) -> DotenvView {
        read(bytes) { name in environment[String(decoding: name, as: UTF8.self)].map { Array($0.utf8) } }
    }

    func read(_ bytes: [UInt8], lookup: @escaping DotenvLookup) -> DotenvView {
        switch self {
        case .composeV2: ComposeReader.read(bytes, lookup: lookup)
        case .composeV1: PythonDotenvReader.read(bytes, .upTo122, dropsMark: true, lookup: lookup)
        case .pythonDotenv: PythonDotenvReader.read(bytes, .from124, dropsMark: true, lookup: lookup)
        case .pythonDotenvOld: PythonDotenvReader.read(bytes, .upTo122, dropsMark: false, lookup: lookup)
        case .dockerRun: DockerRunReader.read(bytes, lookup: lookup)
        case .posixShell: ShellReader.read(bytes, lookup: lookup)
        case .rawLine: RawLineReader.read(bytes)
        }
    }
}

/// The value of a variable outside the file, nil when it is not set.
typealias DotenvLookup = ([UInt8]) -> [UInt8]?

/// What one reader gets for one key.
public enum DotenvReading: Sendable, Hashable {
    case value(DotenvValue)
    /// The reader does not set this key.
    case absent
    /// What the reader gets cannot be told, or it refuses.
    case unreadable(DotenvObstacle, line: Int?)
}

/// What one reader sees in a whole file.
public struct DotenvView: Sendable {
    /// The reader refuses the file, or may do anything with it: no key can be told.
    public private(set) var refusal: (obstacle: DotenvObstacle, line: Int?)?
    /// Keys by their bytes: Swift's strings are equal when they look alike.
    private var readings: [[UInt8]: DotenvReading] = [:]

    init() {}
    init(refusal obstacle: DotenvObstacle, line: Int?) { refusal = (obstacle, line) }

    public subscript(key: String) -> DotenvReading { self[Array(key.utf8)] }

    /// The keys the reader sets.
    public var keys: Set<String> {
        Set(readings.filter { $0.value != .absent }.keys.map { String(decoding: $0, as: UTF8.self) })
    }

    subscript(key: [UInt8]) -> DotenvReading {
        get { refusal.map { .unreadable($0.obstacle, line: $0.line) } ?? readings[key] ?? .absent }
        set { readings[key] = newValue }
    }

    /// Whether the key stands in the file, with or without a value.
    func names(_ key: [UInt8]) -> Bool { readings[key] != nil }

    /// The bytes read so far for a key, as variables later in the file see them.
    func bytes(of key: [UInt8]) -> [UInt8]? {
        if case .value(let value) = readings[key] { value.reveal() } else { nil }
    }
}
