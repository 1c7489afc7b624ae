internal import CYAML
internal import YAML

/// A scalar of a YAML document and the names on its way.
struct YAMLScalar: Hashable {
    /// Members by their names, elements of lists by number, as `YAMLPlace` takes them.
    let names: [String]
    let text: String
    /// Written without quotes.
    let isPlain: Bool

    /// As a JSON pointer (RFC 6901).
    var pointer: String { Pointer.text(names) }
}

/// Writes JSON pointers.
enum Pointer {
    static func text(_ names: [String]) -> String {
        names.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
    }
}

/// Every scalar of a YAML document in order. Aliases are not followed, so a document cannot grow.
struct YAMLScalars {
    private struct Frame {
        let isMapping: Bool
        /// Of a mapping: the key whose value comes next; nil while a key is awaited.
        var key: String?
        var count = 0
    }

    /// Scalars that are read; a file of configuration has some hundred.
    static let most = 50_000

    private var frames: [Frame] = []
    private var found: [YAMLScalar] = []

    static func read(_ bytes: [UInt8]) throws(YAMLPlace.Failure) -> [YAMLScalar] {
        let start = bytes.starts(with: DotenvBytes.mark) ? 3 : 0
        let content = Array(bytes[start...])
        guard String(validating: content, as: UTF8.self) != nil else { throw .notUTF8 }
        return try unsafe content.withUnsafeBufferPointer { (buffer) throws(YAMLPlace.Failure) in
            var scalars = YAMLScalars()
            try unsafe scalars.run(buffer)
            return scalars.found
        }
    }

    private mutating func run(_ buffer: UnsafeBufferPointer<UInt8>) throws(YAMLPlace.Failure) {
        do throws(YAMLError) {
            try unsafe YAMLEvents.read(buffer, deepest: YAMLPlace.deepest) { event in
                unsafe take(event)
                return found.count < Self.most || frames.count > YAMLPlace.deepest ? frames.count : nil
            }
        } catch {
            throw YAMLPlace.Failure(error)
        }
    }

    private mutating func take(_ event: yaml_event_t) {
        switch unsafe event.type {
        case YAML_MAPPING_START_EVENT, YAML_SEQUENCE_START_EVENT:
            let isMapping = unsafe event.type == YAML_MAPPING_START_EVENT
            // A mapping as a key of another has no name: nothing below it can be pointed at.
            if let last = frames.indices.last, frames[last].isMapping, frames[last].key == nil { frames[last].key = "" }
            frames.append(Frame(isMapping: isMapping))
        case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT:
            frames.removeLast()
            pass()
        case YAML_ALIAS_EVENT:
            if let last = frames.indices.last, frames[last].isMapping, frames[last].key == nil {
                frames[last].key = ""
            } else {
                pass()
            }
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let text = unsafe String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            guard let last = frames.indices.last else { return }
            if frames[last].isMapping, frames[last].key == nil {
                frames[last].key = text
                return
            }
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            found.append(YAMLScalar(names: names, text: text, isPlain: isPlain))
            pass()
        default: break
        }
    }

    private var names: [String] { frames.map { $0.isMapping ? $0.key ?? "" : "\($0.count)" } }

    /// A value has ended.
    private mutating func pass() {
        guard let last = frames.indices.last else { return }
        if frames[last].isMapping { frames[last].key = nil } else { frames[last].count += 1 }
    }
}
