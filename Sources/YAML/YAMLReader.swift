internal import CYAML

/// Reads one YAML document by libyaml's events, with limits. Duplicate keys are errors; YAML 1.2, section 3.2.1.3
/// forbids them.
public struct YAMLReader: Sendable {
    /// Bytes of one document.
    public static let largest = 1 << 20

    /// Mappings and sequences inside one another.
    let deepest: Int
    /// Nodes of the tree, each alias counted as all that it stands for; nil: aliases and tags are refused.
    let most: Int?

    /// What a configuration needs: aliases are refused (a few lines of them grow to gigabytes), and so are tags.
    public static let plain = YAMLReader(deepest: 32, most: nil)
    /// With aliases, and `<<`, which takes over another mapping's entries (yaml.org, "Merge Key Language-Independent
    /// Type"), and with tags. As compose files are read.
    public static let full = YAMLReader(deepest: 64, most: 100_000)

    /// - Returns: Nil for a document without content.
    public func read(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode? {
        guard bytes.count <= Self.largest else {
            throw YAMLError(reason: .tooLarge(limit: Self.largest), position: .start)
        }
        // libyaml takes a byte order mark for UTF-16 or UTF-8; this file is UTF-8 whatever stands in front.
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard String(validating: content, as: UTF8.self) != nil else {
            throw YAMLError(reason: .notUTF8, position: Self.firstInvalid(content))
        }
        return try unsafe content.withUnsafeBufferPointer { (buffer) throws(YAMLError) in
            var builder = YAMLBuilder(most: most)
            try unsafe YAMLEvents.read(buffer, deepest: deepest) { (event) throws(YAMLError) in
                unsafe try builder.take(event)
                return builder.depth
            }
            return builder.root
        }
    }

    /// The position of the first byte that is not UTF-8.
    private static func firstInvalid(_ bytes: [UInt8]) -> TextPosition {
        var decoder = UTF8()
        var source = bytes.makeIterator()
        var (line, column) = (1, 1)
        while case .scalarValue(let scalar) = decoder.decode(&source) {
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        return TextPosition(line: line, column: column)
    }
}

/// Builds the tree. Its stack is short, because the depth is judged with each event.
private struct YAMLBuilder {
    private struct Frame {
        let position: TextPosition
        let isMapping: Bool
        let anchor: String?
        let tag: String?
        var items: [YAMLNode] = []
        var entries: [YAMLNode.Entry] = []
        /// Read, while its value is not.
        var key: (name: String, position: TextPosition)?
        /// Where each key stands.
        var seen: [String: TextPosition] = [:]
        /// What `<<` takes over, in this order.
        var merged: [YAMLNode] = []
        /// Nodes below.
        var weight = 1
    }

    private let most: Int?
    private var frames: [Frame] = []
    private var documents = 0
    private var anchors: [String: (node: YAMLNode, weight: Int)] = [:]
    private(set) var root: YAMLNode?

    init(most: Int?) { self.most = most }

    var depth: Int { frames.count }

    mutating func take(_ event: yaml_event_t) throws(YAMLError) {
        let position = TextPosition(unsafe event.start_mark)
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT:
            documents += 1
            guard documents == 1 else { throw YAMLError(reason: .secondDocument, position: position) }
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            // `!` alone means "no plain scalar rules", which every scalar here is anyway; it is refused all the same.
            guard unsafe scalar.tag == nil || most != nil else { throw YAMLError(reason: .tag, position: position) }
            let text = unsafe String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            let node = YAMLNode(
                content: .scalar(text, isPlain: isPlain), position: position, tag: unsafe Self.name(scalar.tag))
            try add(node, weight: 1, anchor: unsafe Self.name(scalar.anchor))
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            guard unsafe start.tag == nil || most != nil else { throw YAMLError(reason: .tag, position: position) }
            frames.append(
                unsafe Frame(
                    position: position, isMapping: false, anchor: Self.name(start.anchor), tag: Self.name(start.tag)))
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            guard unsafe start.tag == nil || most != nil else { throw YAMLError(reason: .tag, position: position) }
            frames.append(
                unsafe Frame(
                    position: position, isMapping: true, anchor: Self.name(start.anchor), tag: Self.name(start.tag)))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            guard let frame = frames.popLast() else { return }
            let content: YAMLNode.Content =
                frame.isMapping ? .mapping(try Self.entries(of: frame)) : .sequence(frame.items)
            let node = YAMLNode(content: content, position: frame.position, tag: frame.tag)
            try add(node, weight: frame.weight, anchor: frame.anchor)
        case YAML_ALIAS_EVENT:
            guard most != nil else { throw YAMLError(reason: .alias, position: position) }
            let name = unsafe Self.name(event.data.alias.anchor) ?? ""
            guard let (node, weight) = anchors[name] else {
                throw YAMLError(reason: .unknownAlias(name), position: position)
            }
            try add(node, weight: weight, anchor: nil, at: position)
        default: break
        }
    }

    private static func name(_ text: UnsafeMutablePointer<UInt8>?) -> String? {
        unsafe text.map { unsafe String(cString: $0) }
    }

    /// Own entries first; what stands in a mapping that is taken over gives way to them.
    private static func entries(of frame: Frame) throws(YAMLError) -> [YAMLNode.Entry] {
        guard !frame.merged.isEmpty else { return frame.entries }
        var entries = frame.entries
        var known = Set(entries.map(\.key))
        for node in frame.merged {
            let mappings = if case .sequence(let nodes) = node.content { nodes } else { [node] }
            for mapping in mappings {
                guard case .mapping(let taken) = mapping.content else {
                    throw YAMLError(reason: .notMapping, position: mapping.position)
                }
                for entry in taken where known.insert(entry.key).inserted { entries.append(entry) }
            }
        }
        return entries
    }

    /// Changes the top frame in place: copying it for each of its children would be quadratic.
    ///
    /// - Parameter place: Of an alias, which stands elsewhere than its node.
    private mutating func add(
        _ node: YAMLNode, weight: Int, anchor: String?, at place: TextPosition? = nil
    ) throws(YAMLError) {
        let position = place ?? node.position
        if let anchor { anchors[anchor] = (node, weight) }
        let top = frames.count - 1
        guard top >= 0 else { return root = node }
        frames[top].weight += weight
        if let most, frames[top].weight > most { throw YAMLError(reason: .tooMany(limit: most), position: position) }
        guard frames[top].isMapping else { return frames[top].items.append(node) }
        if let key = frames[top].key {
            frames[top].key = nil
            if most != nil, key.name == "<<" { return frames[top].merged.append(node) }
            frames[top].entries.append(YAMLNode.Entry(key: key.name, position: key.position, value: node))
            return
        }
        guard case .scalar(let text, _) = node.content else {
            throw YAMLError(reason: .complexKey, position: position)
        }
        if let first = frames[top].seen.updateValue(position, forKey: text) {
            throw YAMLError(reason: .duplicateKey(text, first: first), position: position)
        }
        frames[top].key = (text, position)
    }
}
