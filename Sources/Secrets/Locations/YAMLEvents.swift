internal import CYAML

/// libyaml's events of a document, one after the other; whoever takes them keeps what they need.
enum YAMLEvents {
    /// Mappings and sequences inside one another.
    static let deepest = 64

    /// - Parameters:
    ///   - buffer: UTF-8 without a mark in front.
    ///   - take: Returns how deep it stands now; nil ends the reading before the document's end.
    static func read(
        _ buffer: UnsafeBufferPointer<UInt8>, _ take: (yaml_event_t) -> Int?
    ) throws(YAMLPlace.Failure) {
        // Allocated, because libyaml's parser keeps a pointer to itself and so must not move.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        guard unsafe yaml_parser_initialize(parser) == 1 else { throw .notYAML("out of memory", line: 1) }
        defer { unsafe yaml_parser_delete(parser) }
        unsafe yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &event) == 1 else {
                let words = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "unknown"
                throw .notYAML(words, line: unsafe Int(parser.pointee.problem_mark.line) + 1)
            }
            defer { unsafe yaml_event_delete(&event) }
            if unsafe event.type == YAML_STREAM_END_EVENT { return }
            guard let depth = unsafe take(event) else { return }
            guard depth <= deepest else {
                throw .notYAML("more than \(deepest) levels", line: unsafe Int(event.start_mark.line) + 1)
            }
        }
    }
}
