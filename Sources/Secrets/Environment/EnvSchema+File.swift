public import Basics

/// Why a schema file cannot be read, and where.
public struct EnvSchemaError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case notJSON(String)
        case notAnObject
        case tooLarge(limit: Int)
        case unknownMember(String, known: [String])
        case badName
        case notText
        case notTruth
        case noList
        case notOneOf([String])
    }

    public let reason: Reason
    /// The member, such as `keys.PORT.form`; empty for the whole document.
    public let place: String

    init(_ reason: Reason, at place: String) { (self.reason, self.place) = (reason, place) }

    public var phrase: Phrase {
        switch reason {
        case .notJSON(let detail): EnvMessages.schemaNotJSON(["detail": detail])
        case .notAnObject where place.isEmpty: EnvMessages.schemaNotADocument()
        case .notAnObject: CredentialMessages.fileNotAnObject(["place": place])
        case .tooLarge(let limit): EnvMessages.schemaTooLarge(["limit": "\(limit)"])
        case .unknownMember(let name, let known) where place.isEmpty:
            EnvMessages.schemaUnknownTop(["name": name, "known": known.joined(separator: ", ")])
        case .unknownMember(let name, let known):
            EnvMessages.schemaUnknownMember(["place": place, "name": name, "known": known.joined(separator: ", ")])
        case .badName: EnvMessages.schemaBadName(["place": place])
        case .notText: CredentialMessages.fileNotText(["place": place])
        case .notTruth: CredentialMessages.fileNotTruth(["place": place])
        case .noList: EnvMessages.schemaNoList(["place": place])
        case .notOneOf(let words):
            CredentialMessages.fileNotOneOf(["place": place, "words": words.joined(separator: ", ")])
        }
    }
}

extension EnvSchema {
    /// Bytes of a schema file, at most.
    public static let fileLimit = 1 << 20

    /// Reads `{"extends": "default", "keys": {"PORT": {"form": "port", "required": false}}}`.
    ///
    /// `extends` is `default` when it is left out: the keys are added to those of `standard`, or replace them; `none`
    /// begins with nothing. Of a key everything may be left out: it is a required, secret text then.
    public init(parsing bytes: [UInt8]) throws(EnvSchemaError) {
        guard bytes.count <= Self.fileLimit else { throw EnvSchemaError(.tooLarge(limit: Self.fileLimit), at: "") }
        let json: JSON
        do {
            json = try JSON(parsing: bytes.starts(with: DotenvBytes.mark) ? Array(bytes.dropFirst(3)) : bytes)
        } catch {
            throw EnvSchemaError(.notJSON("\(error)"), at: "")
        }
        guard let document = json.object else { throw EnvSchemaError(.notAnObject, at: "") }
        try Self.refuseOthers(document, ["keys", "extends"], at: "")
        switch document["extends"] {
        case nil, "default": self.init()
        case "none": self.init([])
        default: throw EnvSchemaError(.notOneOf(["default", "none"]), at: "extends")
        }
        guard let members = document["keys"] else { return }
        guard let members = members.object else { throw EnvSchemaError(.notAnObject, at: "keys") }
        for (name, member) in members.members {
            guard DotenvBytes.isName(Array(name.utf8)), name.utf8.count <= 256 else {
                throw EnvSchemaError(.badName, at: "keys.\(name.prefix(64))")
            }
            set(try Key(name, member, at: "keys.\(name)"))
        }
    }

    fileprivate static func refuseOthers(
        _ object: JSONObject, _ known: [String], at place: String
    ) throws(EnvSchemaError) {
        guard let other = object.keys.first(where: { !known.contains($0) }) else { return }
        throw EnvSchemaError(.unknownMember(other, known: known), at: place)
    }
}

extension EnvSchema.Key {
    fileprivate init(_ name: String, _ json: JSON, at place: String) throws(EnvSchemaError) {
        guard let object = json.object else { throw EnvSchemaError(.notAnObject, at: place) }
        let known = ["form", "required", "secret", "empty", "values", "aliases", "description"]
        try EnvSchema.refuseOthers(object, known, at: place)
        func truth(_ member: String) throws(EnvSchemaError) -> Bool? {
            guard let value = object[member] else { return nil }
            guard let truth = value.bool else { throw EnvSchemaError(.notTruth, at: "\(place).\(member)") }
            return truth
        }
        func texts(_ member: String) throws(EnvSchemaError) -> [String] {
            guard let value = object[member] else { return [] }
            guard let list = value.array, !list.isEmpty else { throw EnvSchemaError(.noList, at: "\(place).\(member)") }
            var texts: [String] = []
            for (index, element) in list.enumerated() {
                guard let text = element.string, !text.isEmpty else {
                    throw EnvSchemaError(.notText, at: "\(place).\(member)[\(index)]")
                }
                texts.append(text)
            }
            return texts
        }
        var form = EnvSchema.Form.text
        if let value = object["form"] {
            guard let choice = value.string.flatMap(EnvSchema.Form.init(rawValue:)) else {
                throw EnvSchemaError(.notOneOf(EnvSchema.Form.allCases.map(\.rawValue)), at: "\(place).form")
            }
            form = choice
        }
        var description = ""
        if let value = object["description"] {
            guard let text = value.string else { throw EnvSchemaError(.notText, at: "\(place).description") }
            description = text
        }
        self.init(
            name, form, isRequired: try truth("required") ?? true, isSecret: try truth("secret"),
            mayBeEmpty: try truth("empty") ?? false, values: try texts("values"), aliases: try texts("aliases"),
            description: description)
    }
}
