internal import CYAML

/// Reads one YAML document by libyaml's events, with limits.
///
/// Aliases are refused (a few lines of them grow to gigabytes), so are tags and a second document: a configuration needs
/// none of them. Duplicate keys are errors; YAML 1.2, section 3.2.1.3 forbids them.
struct YAMLReader {
    /// Bytes of one document.
    static let largest = 1 << 20
    /// Mappings and sequences inside one another.
    static let deepest = 32

    /// - Returns: Nil for a document without content.
    static func read(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode? {
        let start = TextPosition(line: 1, column: 1)
        guard bytes.count <= largest else { throw YAMLError(reason: .tooLarge(limit: largest), position: start) }
        // libyaml takes a byte order mark for UTF-16 or UTF-8; this file is UTF-8 whatever stands in front.
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard String(validating: content, as: UTF8.self) != nil else {
            throw YAMLError(reason: .notUTF8, position: firstInvalid(content))
        }
        var builder = YAMLBuilder()
        let events = try unsafe content.withUnsafeBufferPointer { (buffer) throws(YAMLError) in
            try unsafe parse(buffer)
        }
        for event in events { try builder.take(event) }
        return builder.root
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

    /// Runs libyaml over the buffer. The parser and each event are freed on every way out.
    private static func parse(_ buffer: UnsafeBufferPointer<UInt8>) throws(YAMLError) -> [YAMLEvent] {
        // Allocated, because libyaml's parser keeps a pointer to itself and so must not move.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            throw YAMLError(reason: .syntax("out of memory"), position: TextPosition(line: 1, column: 1))
        }
        defer { unsafe yaml_parser_delete(parser) }
        unsafe yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        var events: [YAMLEvent] = []
        var depth = 0
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw unsafe failure(of: parser) }
            defer { unsafe yaml_event_delete(&event) }
            let kind = unsafe event.type
            if kind == YAML_STREAM_END_EVENT { return events }
            guard let read = try unsafe YAMLEvent(event) else { continue }
            // Judged here and not in the builder, so that a deep document is not first held in memory.
            depth += read.depthChange
            guard depth <= deepest else { throw YAMLError(reason: .tooDeep(limit: deepest), position: read.position) }
            events.append(read)
        }
    }

    private static func failure(of parser: UnsafeMutablePointer<yaml_parser_t>) -> YAMLError {
        let mark = unsafe parser.pointee.problem_mark
        let words = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "unknown"
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) + ": " } ?? ""
        return YAMLError(reason: .syntax(context + words), position: TextPosition(mark))
    }
}

extension TextPosition {
    init(_ mark: yaml_mark_t) { self.init(line: mark.line + 1, column: mark.column + 1) }
}

/// One event that matters, copied out of libyaml's memory.
struct YAMLEvent: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case scalar(String, isPlain: Bool)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd, documentStart
    }
    let kind: Kind
    let position: TextPosition

    var depthChange: Int {
        switch kind {
        case .sequenceStart, .mappingStart: 1
        case .sequenceEnd, .mappingEnd: -1
        case .scalar, .documentStart: 0
        }
    }

    /// Nil for events without meaning here.
    init?(_ event: yaml_event_t) throws(YAMLError) {
        position = TextPosition(unsafe event.start_mark)
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            // `!` alone means "no plain scalar rules", which every scalar here is anyway; it is refused all the same.
            guard unsafe scalar.tag == nil else { throw YAMLError(reason: .tag, position: position) }
            let text = unsafe String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            kind = .scalar(text, isPlain: unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE)
        case YAML_SEQUENCE_START_EVENT:
            guard unsafe event.data.sequence_start.tag == nil else { throw YAMLError(reason: .tag, position: position) }
            kind = .sequenceStart
        case YAML_MAPPING_START_EVENT:
            guard unsafe event.data.mapping_start.tag == nil else { throw YAMLError(reason: .tag, position: position) }
            kind = .mappingStart
        case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_ALIAS_EVENT: throw YAMLError(reason: .alias, position: position)
        default: return nil
        }
    }
}

/// Builds the tree; the depth was judged before, so its stack is short.
struct YAMLBuilder {
    private struct Frame {
        let position: TextPosition
        let isMapping: Bool
        var items: [YAMLNode] = []
        var entries: [YAMLNode.Entry] = []
        /// Read, while its value is not.
        var key: (name: String, position: TextPosition)?
        /// Where each key stands.
        var seen: [String: TextPosition] = [:]
    }
    private var frames: [Frame] = []
    private var documents = 0
    private(set) var root: YAMLNode?

    mutating func take(_ event: YAMLEvent) throws(YAMLError) {
        switch event.kind {
        case .documentStart:
            documents += 1
            guard documents == 1 else { throw YAMLError(reason: .secondDocument, position: event.position) }
        case .scalar(let text, let isPlain):
            try add(YAMLNode(content: .scalar(text, isPlain: isPlain), position: event.position))
        case .sequenceStart, .mappingStart:
            frames.append(Frame(position: event.position, isMapping: event.kind == .mappingStart))
        case .sequenceEnd, .mappingEnd:
            guard let frame = frames.popLast() else { return }
            let content = frame.isMapping ? YAMLNode.Content.mapping(frame.entries) : .sequence(frame.items)
            try add(YAMLNode(content: content, position: frame.position))
        }
    }

    /// Changes the top frame in place: copying it for each of its children would be quadratic.
    private mutating func add(_ node: YAMLNode) throws(YAMLError) {
        let top = frames.count - 1
        guard top >= 0 else { return root = node }
        guard frames[top].isMapping else { return frames[top].items.append(node) }
        if let key = frames[top].key {
            frames[top].entries.append(YAMLNode.Entry(key: key.name, position: key.position, value: node))
            frames[top].key = nil
            return
        }
        guard case .scalar(let text, _) = node.content else {
            throw YAMLError(reason: .complexKey, position: node.position)
        }
        if let first = frames[top].seen.updateValue(node.position, forKey: text) {
            throw YAMLError(reason: .duplicateKey(text, first: first), position: node.position)
        }
        frames[top].key = (text, node.position)
    }
}
