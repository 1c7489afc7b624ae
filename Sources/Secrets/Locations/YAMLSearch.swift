internal import CYAML
internal import YAML

/// Looks for one scalar while libyaml reads a document. Holds no tree, so aliases cannot grow.
struct YAMLSearch {
    struct Scalar {
        let text: String
        /// In characters, with the quotes.
        let place: Range<Int>
    }

    private struct Frame {
        let isMapping: Bool
        /// The names up to here are those that are looked for.
        let isOnPath: Bool
        /// Of a mapping: the key whose value comes next; nil while a key is awaited.
        var key: Key?
        var count = 0
    }

    private enum Key { case text(String), other }

    private let names: [String]
    private var frames: [Frame] = []
    private(set) var result: Result<Scalar, YAMLPlace.Failure> = .failure(.missing)
    /// Containers on the way that have been met, by depth: a second one of the same name is a repetition.
    private var met: Set<Int> = []

    init(_ names: [String]) { self.names = names }

    /// Reads to the end, so that a document that is broken further down is not changed.
    mutating func run(_ buffer: UnsafeBufferPointer<UInt8>) throws(YAMLPlace.Failure) {
        do throws(YAMLError) {
            try unsafe YAMLEvents.read(buffer, deepest: YAMLPlace.deepest) { event in
                unsafe take(event)
                return frames.count
            }
        } catch {
            throw YAMLPlace.Failure(error)
        }
    }

    private mutating func take(_ event: yaml_event_t) {
        switch unsafe event.type {
        case YAML_MAPPING_START_EVENT: open(isMapping: true)
        case YAML_SEQUENCE_START_EVENT: open(isMapping: false)
        case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT: frames.removeLast()
        case YAML_ALIAS_EVENT: node(nil, isText: false)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let text = unsafe String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let isBlock = unsafe scalar.style == YAML_LITERAL_SCALAR_STYLE || scalar.style == YAML_FOLDED_SCALAR_STYLE
            let place = unsafe Int(event.start_mark.index)..<max(Int(event.start_mark.index), Int(event.end_mark.index))
            // An anchor or tag in front belongs to the event, not to the text.
            let isBare = unsafe scalar.tag == nil && scalar.anchor == nil
            node(Scalar(text: text, place: place), isText: isBare && !isBlock && !place.isEmpty)
        default: break
        }
    }

    private mutating func open(isMapping: Bool) {
        let isOnPath = frames.isEmpty || enter()
        if isOnPath, !frames.isEmpty {
            if frames.count == names.count { settle(.failure(.notText)) }
            if !met.insert(frames.count).inserted { result = .failure(.repeated) }
        }
        frames.append(Frame(isMapping: isMapping, isOnPath: isOnPath))
    }

    /// A scalar or alias: a key, or a value.
    private mutating func node(_ scalar: Scalar?, isText: Bool) {
        guard let frame = frames.last else { return }
        if frame.isMapping, frame.key == nil {
            frames[frames.count - 1].key = scalar.map { .text($0.text) } ?? .other
            return
        }
        guard enter(), frames.count == names.count else { return }
        if let scalar, isText { settle(.success(scalar)) } else { settle(.failure(.notText)) }
    }

    /// Whether the value that begins is on the way; uses up the key.
    private mutating func enter() -> Bool {
        let depth = frames.count
        let frame = frames[depth - 1]
        if frame.isMapping, frame.key == nil {
            // A mapping or list as a key.
            frames[depth - 1].key = .other
            return false
        }
        frames[depth - 1].key = nil
        frames[depth - 1].count += 1
        guard frame.isOnPath, depth <= names.count else { return false }
        switch frame.key {
        case .text(let name): return name.utf8.elementsEqual(names[depth - 1].utf8)
        case .other: return false
        case nil: return "\(frame.count)" == names[depth - 1]
        }
    }

    private mutating func settle(_ found: Result<Scalar, YAMLPlace.Failure>) {
        if case .failure(.missing) = result { result = found } else { result = .failure(.repeated) }
    }
}
