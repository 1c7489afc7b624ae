public import Basics

/// Members of `extra_pnginfo`, which become text chunks of saved pictures; each is an object, `workflow` the editor's graph.
///
/// They are most of what an editor sends, and nobody but ComfyUI reads them: they stay as they were spelled.
public struct ExtraPNGInfo: Sendable, Hashable {
    public struct Member: Sendable, Hashable {
        public let key: String
        public let value: JSONText
    }
    public let members: [Member]

    init(_ members: [Member]) { self.members = members }

    public init(_ object: JSONObject) {
        members = object.members.map { Member(key: $0.key, value: JSONText($0.value)) }
    }

    public subscript(key: String) -> JSONText? { members.first { $0.key == key }?.value }

    public var json: JSONObject { JSONObject(members.map { ($0.key, $0.value.json) }) }

    func write(to out: inout [UInt8]) {
        out.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            JSON.write(member.key, to: &out)
            out.append(UInt8(ascii: ":"))
            out.append(contentsOf: member.value.bytes)
        }
        out.append(UInt8(ascii: "}"))
    }
}

extension ExtraPNGInfo: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) { self.init(JSONObject(elements)) }
}
