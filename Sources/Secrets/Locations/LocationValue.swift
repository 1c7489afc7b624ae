public import Basics

extension LocationRule {
    /// A location as people write it: `PATH`, `PATH:KEY` or `PATH:KEY=VALUE`; the key is a dotenv key, JSON pointer or YAML
    /// path, the value one of `Value`.
    ///
    /// - Parameter fallback: The value where none is written and the key is none of `KnownKeys`.
    /// - Throws: As for an element of `locations`.
    public init(parsing text: String, or fallback: Value? = nil) throws(CredentialFileError) {
        var object = JSONObject()
        var path = text[...]
        if let colon = text.lastIndex(of: ":") {
            path = text[..<colon]
            var key = text[text.index(after: colon)...]
            if let equals = key.lastIndex(of: "=") {
                object["value"] = .string(String(key[key.index(after: equals)...]))
                key = key[..<equals]
            } else if let fallback, KnownKeys.values[String(key)] == nil {
                object["value"] = .string(fallback.rawValue)
            }
            object["key"] = .string(String(key))
        }
        object["path"] = .string(String(path))
        try self.init(.object(object), at: text)
    }

    /// What stands at the place, in the bytes of its file; nil when there is nothing.
    ///
    /// - Throws: Why the file cannot be read as its kind.
    public func value(in bytes: [UInt8]) throws(PlaceFailure) -> DotenvValue? {
        switch kind {
        case .tokenFile, .login, .dockerSecret: return DotenvValue(WholeFile.value(in: bytes, of: kind))
        case .dotenv:
            do throws(DotenvError) {
                return try DotenvFile(bytes).written(key ?? "").map { DotenvValue($0) }
            } catch {
                throw PlaceFailure(phrase: error.phrase)
            }
        case .json:
            do throws(JSONPlace.Failure) {
                return try JSONPlace(pointer: key ?? "").value(in: bytes).map { DotenvValue($0.utf8) }
            } catch {
                if case .missing = error { return nil }
                throw PlaceFailure(phrase: error.phrase)
            }
        case .yaml:
            do throws(YAMLPlace.Failure) {
                let text = try YAMLPlace(path: key ?? "").value(in: bytes)
                return DotenvValue((isInterpolated ? ComposeText.value(text) ?? text : text).utf8)
            } catch {
                if error == .missing { return nil }
                throw PlaceFailure(phrase: error.phrase)
            }
        }
    }
}

/// Why a file cannot be read as the kind that its location names.
public struct PlaceFailure: Error, Sendable, Hashable {
    public let phrase: Phrase
}
