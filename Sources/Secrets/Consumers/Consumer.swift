internal import Basics

/// A program that lets people in by a credential: how to ask it, and what makes it read a new value.
public struct Consumer: Sendable, Hashable {
    /// What is run to make it read again.
    public enum Action: Sendable, Hashable {
        /// Words of a program, run without a shell.
        case program([String])
        /// A line for `/bin/sh -c`.
        case shell(String)
    }

    public let name: String
    /// `http://` or `https://`, without the path; nil for one that cannot be asked.
    public let url: String?
    /// Answers 200 to whoever may come in.
    public let path: String
    /// What it takes as its bearer.
    public let value: LocationRule.Value
    /// An account of the gate, for a consumer that is one: after a rotation it may use the old hash until the grace is over.
    public let account: String?
    /// A container in which the new value is looked for after a rotation.
    public let container: String?
    /// The environment variable that holds the value inside, and the file; either or none.
    public let variable: String?
    public let file: String?
    /// After a change of a dotenv file: such a container is made anew.
    public let afterEnvironment: Action?
    /// After a change of another file: such a container is restarted.
    public let afterFile: Action?

    /// - Throws: What is wrong in its object, and where.
    init(_ json: JSON, at place: String) throws(CredentialFileError) {
        guard let object = json.object else { throw .init(.notAnObject, at: place) }
        if let other = object.keys.first(where: { !Self.members.contains($0) }) {
            throw .init(.unknownConsumerMember(other), at: place)
        }
        func text(_ member: String) throws(CredentialFileError) -> String? {
            guard let value = object[member], value != .null else { return nil }
            guard let text = value.string, !text.isEmpty else { throw .init(.notText, at: "\(place).\(member)") }
            return text
        }
        guard let name = try text("name") else { throw .init(.consumerName, at: place) }
        self.name = name
        url = try text("url")
        if let url, !url.hasPrefix("http://"), !url.hasPrefix("https://") {
            throw .init(.consumerURL, at: "\(place).url")
        }
        path = try text("path") ?? "/system_stats"
        let form = try text("value") ?? "hash"
        guard let value = LocationRule.Value(rawValue: form), value != .token else {
            throw .init(.notOneOf(["raw", "hash"]), at: "\(place).value")
        }
        self.value = value
        account = try text("account")
        container = try text("container")
        // Docker would take it for an option.
        if container?.hasPrefix("-") == true { throw .init(.consumerContainer, at: place) }
        variable = try text("variable")
        file = try text("file")
        if container == nil, variable != nil || file != nil { throw .init(.consumerContainer, at: place) }
        afterEnvironment = try Self.action(object["after_env"], at: "\(place).after_env")
        afterFile = try Self.action(object["after_file"], at: "\(place).after_file")
    }

    private static let members: Set<String> = [
        "name", "url", "path", "value", "account", "container", "variable", "file", "after_env", "after_file",
    ]

    private static func action(_ json: JSON?, at place: String) throws(CredentialFileError) -> Action? {
        guard let json, json != .null else { return nil }
        if let line = json.string, !line.isEmpty { return .shell(line) }
        guard let words = json.array?.map(\.string), !words.isEmpty, !words.contains(nil) else {
            throw .init(.noCommand, at: place)
        }
        return .program(words.compactMap(\.self))
    }
}
