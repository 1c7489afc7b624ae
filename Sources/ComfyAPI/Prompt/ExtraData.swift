public import Basics

/// The member `extra_data` of a prompt: small members as a tree, those for pictures as they were spelled.
public struct ExtraData: Sendable, Hashable {
    /// All but `extra_pnginfo`; that stands here only when it is no object of objects.
    public var members: JSONObject
    public var pngInfo: ExtraPNGInfo?

    public init(_ members: JSONObject, pngInfo: ExtraPNGInfo? = nil) {
        (self.members, self.pngInfo) = (members, pngInfo)
    }

    public var isEmpty: Bool { members.isEmpty && pngInfo == nil }

    /// Reads it where it stands alone.
    public init(parsing document: [UInt8]) throws(JSONError) {
        let dialect = JSONDialect.python
        var scanner = JSONScanner(dialect: dialect)
        if let quick = try ExtraData(&scanner, document, dialect) {
            try scanner.finish(in: document.span)
            self = quick
        } else {
            self.init(try JSON(parsing: document, dialect: dialect).object ?? JSONObject())
            guard let info = members["extra_pnginfo"]?.object else { return }
            (members["extra_pnginfo"], pngInfo) = (nil, ExtraPNGInfo(info))
        }
    }

    /// Reads it where the scanner stands. Nil for what a tree must be made of: a name twice, members of the wrong kind.
    init?(_ scanner: inout JSONScanner, _ document: [UInt8], _ dialect: JSONDialect) throws(JSONError) {
        let bytes = document.span
        guard try scanner.kind(in: bytes) == .object else { return nil }
        self.init(JSONObject())
        try scanner.enterObject(in: bytes)
        while let key = try scanner.nextKey(in: bytes) {
            guard let name = key.string(in: bytes), members[name] == nil else { return nil }
            guard name == "extra_pnginfo", try scanner.kind(in: bytes) == .object else {
                members[name] = try JSON(try scanner.skipValue(in: bytes), of: document, dialect: dialect)
                continue
            }
            guard pngInfo == nil else { return nil }
            try scanner.enterObject(in: bytes)
            var found: [ExtraPNGInfo.Member] = []
            while let key = try scanner.nextKey(in: bytes) {
                let value = try scanner.skipValue(in: bytes)
                guard let name = key.string(in: bytes), value.kind == .object,
                    !found.contains(where: { $0.key == name })
                else { return nil }
                found.append(ExtraPNGInfo.Member(key: name, value: JSONText(value, of: document)))
            }
            pngInfo = ExtraPNGInfo(found)
        }
        guard pngInfo == nil || members["extra_pnginfo"] == nil else { return nil }
    }

    public var json: JSONObject {
        var object = members
        if let pngInfo { object["extra_pnginfo"] = .object(pngInfo.json) }
        return object
    }

    public func encoded() -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((pngInfo?.members.reduce(0) { $0 + $1.value.bytes.count } ?? 0) + 512)
        write(to: &out)
        return out
    }

    func write(to out: inout [UInt8]) {
        out.append(UInt8(ascii: "{"))
        for (index, (key, value)) in members.members.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            JSON.write(key, to: &out)
            out.append(UInt8(ascii: ":"))
            out.append(contentsOf: value.encoded())
        }
        if let pngInfo {
            if !members.isEmpty { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: "\"extra_pnginfo\":".utf8)
            pngInfo.write(to: &out)
        }
        out.append(UInt8(ascii: "}"))
    }
}
