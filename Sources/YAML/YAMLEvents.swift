public import CYAML

/// libyaml's events of a document, one after the other; whoever takes them keeps what they need.
public enum YAMLEvents {
    /// - Parameters:
    ///   - buffer: UTF-8 without a mark in front.
    ///   - deepest: Mappings and sequences inside one another.
    ///   - take: Returns how deep it stands now; nil ends the reading before the document's end.
    public static func read(
        _ buffer: UnsafeBufferPointer<UInt8>, deepest: Int, _ take: (yaml_event_t) throws(YAMLError) -> Int?
    ) throws(YAMLError) {
        // Allocated, because libyaml's parser keeps a pointer to itself and so must not move.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            throw YAMLError(reason: .syntax("out of memory"), position: .start)
        }
        defer { unsafe yaml_parser_delete(parser) }
        unsafe yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw unsafe failure(of: parser) }
            defer { unsafe yaml_event_delete(&event) }
            if unsafe event.type == YAML_STREAM_END_EVENT { return }
            guard let depth = unsafe try take(event) else { return }
            guard depth <= deepest else {
                throw YAMLError(reason: .tooDeep(limit: deepest), position: TextPosition(unsafe event.start_mark))
            }
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
    static let start = TextPosition(line: 1, column: 1)

    init(_ mark: yaml_mark_t) { self.init(line: mark.line + 1, column: mark.column + 1) }
}
