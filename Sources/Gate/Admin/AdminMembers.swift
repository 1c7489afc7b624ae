internal import Basics
internal import Store

/// The members of a request's body, each read with its type; one that is unknown is a mistake, never passed over.
struct AdminMembers {
    private let object: JSONObject

    /// - Throws: `invalidArgument`, as everything here does.
    init(_ body: JSON, allowed: Set<String>) throws(GateError) {
        switch body {
        case .null: object = JSONObject()
        case .object(let object): self.object = object
        default: throw Self.invalid("Send a JSON object.")
        }
        let unknown = object.keys.filter { !allowed.contains($0) }
        guard unknown.isEmpty else {
            throw Self.invalid(
                "Unknown members: \(unknown.sorted().joined(separator: ", ")); there are "
                    + "\(allowed.sorted().joined(separator: ", ")).")
        }
    }

    /// The names given, `null` included.
    var names: [String] { object.keys }
    func has(_ name: String) -> Bool { object[name].map { !$0.isNull } ?? false }

    func string(_ name: String) throws(GateError) -> String? {
        guard has(name) else { return nil }
        guard let value = object[name]?.string else { throw Self.invalid("\(name) must be a string.") }
        return value
    }

    func required(_ name: String) throws(GateError) -> String {
        guard let value = try string(name) else { throw Self.invalid("\(name) is missing.") }
        return value
    }

    func bool(_ name: String) throws(GateError) -> Bool {
        guard has(name) else { return false }
        guard let value = object[name]?.bool else { throw Self.invalid("\(name) must be true or false.") }
        return value
    }

    func secret(_ name: String) throws(GateError) -> Secret? { try string(name).map { Secret($0) } }

    /// At most 1,000 strings.
    func strings(_ name: String) throws(GateError) -> [String] {
        guard has(name) else { return [] }
        guard let items = object[name]?.array, items.count <= 1_000 else {
            throw Self.invalid("\(name) must be a list of strings.")
        }
        var strings: [String] = []
        for item in items {
            guard let text = item.string else { throw Self.invalid("\(name) must be a list of strings.") }
            strings.append(text)
        }
        return strings
    }

    func role(_ name: String = "role") throws(GateError) -> Role? {
        guard let text = try string(name) else { return nil }
        guard let role = Role(rawValue: text) else { throw Self.invalid("The role is user, operator or admin.") }
        return role
    }

    func scopes(_ name: String = "scopes") throws(GateError) -> Scopes {
        var scopes: Scopes = []
        for word in try strings(name) {
            guard let scope = Scopes(name: word) else {
                throw Self.invalid("A scope is one of \(Scopes.all.names.joined(separator: ", ")).")
            }
            scopes.formUnion(scope)
        }
        return scopes
    }

    /// A span from now such as `90d`, or a day such as `2026-12-31`, which means its end in UTC.
    func end(_ name: String, now: Timestamp) throws(GateError) -> Timestamp? {
        guard let text = try string(name) else { return nil }
        if let span = Duration(parsing: text) { return now.advanced(byMilliseconds: span.wholeMilliseconds) }
        if let day = ValueReader.day.read(text) { return day }
        throw Self.invalid("\(name) is a span such as 90d, or a day such as 2026-12-31.")
    }

    static func invalid(_ message: String) -> GateError { GateError(.invalidArgument, from: .client, message) }
}
