public import Basics
public import YAML

/// Where a value came from.
public enum ConfigurationOrigin: Sendable, Hashable {
    case builtIn
    case file(String, TextPosition)
    case environment(String)
    case flag(String)

    /// `comfygate.yaml:12:3`, `COMFYGATE_LOOPS`, `--set`; nil for a default.
    public var place: String? {
        switch self {
        case .builtIn: nil
        case .file(let path, let position): "\(path):\(position.line):\(position.column)"
        case .environment(let name), .flag(let name): name
        }
    }
}

/// One mistake and what to do about it.
public struct ConfigurationProblem: Sendable, Hashable {
    /// With dots; empty for the file as a whole.
    public let key: String
    public let origin: ConfigurationOrigin
    public let what: Phrase
    public let remedy: Phrase?

    init(_ key: String, _ origin: ConfigurationOrigin, _ what: Phrase, _ remedy: Phrase? = nil) {
        (self.key, self.origin, self.what, self.remedy) = (key, origin, what, remedy)
    }

    /// `<place>: <key>`, or the one of them that is known.
    public var place: String { [origin.place, key.isEmpty ? nil : key].compactMap(\.self).joined(separator: ": ") }
}

/// Why a file could not be read, in the system's words.
public struct ConfigurationFileError: Error, Sendable, Hashable {
    public let reason: String
    public init(reason: String) { self.reason = reason }
}
