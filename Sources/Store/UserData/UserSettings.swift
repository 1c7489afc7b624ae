public import Basics

/// Settings of the web UI, each with the text of its value.
public struct UserSettings: Sendable, Hashable {
    public struct Setting: Sendable, Hashable {
        public let key: String
        /// JSON text without white space around it.
        public let value: [UInt8]

        public init(_ key: String, _ value: [UInt8]) { (self.key, self.value) = (key, value) }
    }

    public private(set) var all: [Setting]

    public init(_ all: [Setting]) { self.all = all }

    public init(_ object: JSONObject) { all = object.members.map { Setting($0.key, $0.value.encoded()) } }

    /// - Parameter bytes: One JSON object.
    /// - Throws: `invalidArgument` for anything else.
    public init(parsing bytes: [UInt8]) throws(GateError) {
        guard let object = (try? JSON(parsing: bytes))?.object else { throw StoreRules.noSettings }
        self.init(object)
    }

    /// The whole as one JSON object.
    public var document: [UInt8] {
        var out: [UInt8] = [UInt8(ascii: "{")]
        out.reserveCapacity(all.reduce(2) { $0 + $1.value.count + $1.key.utf8.count + 4 })
        for (index, setting) in all.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            JSON.write(setting.key, to: &out)
            out.append(UInt8(ascii: ":"))
            out.append(contentsOf: setting.value)
        }
        out.append(UInt8(ascii: "}"))
        return out
    }
}
