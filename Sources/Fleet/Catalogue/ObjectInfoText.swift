internal import Basics
internal import ComfyAPI

/// Which of an account's files a loader offers.
public enum OfferedFiles: Sendable, Hashable {
    case pictures, sounds, films, any

    /// By the media type of the bytes.
    public func includes(_ mediaType: String) -> Bool {
        switch self {
        case .pictures: mediaType.hasPrefix("image/")
        case .sounds: mediaType.hasPrefix("audio/") || mediaType.hasPrefix("video/")
        case .films: mediaType.hasPrefix("video/")
        case .any: true
        }
    }
}

/// The text of `/object_info` with holes where a worker lists its own input files: each account's own go there.
///
/// The worker's input folder holds what everybody sent; nobody may see those names. The text is walked once, and an answer
/// is its pieces copied.
struct ObjectInfoText: Sendable {
    private struct Hole: Sendable {
        let range: Range<Int>
        let files: OfferedFiles
        /// Choices that are no files, as JSON texts with a comma behind each.
        let constants: [UInt8]
    }

    private let bytes: [UInt8]
    /// In the order of the text.
    private var holes: [Hole] = []
    /// A class's key and value, by its name.
    private var classes: [String: Range<Int>] = [:]

    /// - Parameter bytes: Read as object_info before, in Python's dialect.
    init(_ bytes: [UInt8], _ check: GraphCheck) throws(JSONError) {
        self.bytes = bytes
        let span = bytes.span
        var scanner = JSONScanner(dialect: .python)
        try scanner.enterObject(in: span)
        while let key = try scanner.nextKey(in: span) {
            let name = key.string(in: span) ?? ""
            let value = try scanner.skipValue(in: span)
            guard value.kind == .object else { continue }
            classes[name] = key.range.lowerBound..<value.range.upperBound
            if let traits = check.traits.fresh(name), traits.readsFiles {
                try findHoles(value, span, name, traits, check.objectInfo[name])
            }
        }
    }

    private mutating func findHoles(
        _ nodeClass: JSONSlice, _ span: Span<UInt8>, _ name: String, _ traits: ClassTraits, _ declared: NodeClass?
    ) throws(JSONError) {
        guard let input = try Self.member("input", of: nodeClass, span) else { return }
        for group in ["required", "optional"] {
            guard let members = try Self.member(group, of: input, span), members.kind == .object else { continue }
            var scanner = JSONScanner(at: members.range.lowerBound, dialect: .python)
            try scanner.enterObject(in: span)
            while let key = try scanner.nextKey(in: span) {
                let value = try scanner.skipValue(in: span)
                let input = key.string(in: span) ?? ""
                guard case .read(isObject: false, let constants)? = traits.roles[input],
                    let range = try Self.choices(of: value, span)
                else { continue }
                var fixed: [UInt8] = []
                for constant in constants where !constant.isEmpty {
                    JSON.write(constant, to: &fixed)
                    fixed.append(UInt8(ascii: ","))
                }
                holes.append(Hole(range: range, files: Self.files(declared?.input(input)), constants: fixed))
            }
        }
    }

    private static func files(_ spec: InputSpec?) -> OfferedFiles {
        guard let spec else { return .any }
        if spec.options["image_upload"] != nil { return .pictures }
        if spec.options["audio_upload"] != nil { return .sounds }
        return spec.options["video_upload"] != nil ? .films : .any
    }

    private static func member(
        _ name: String, of object: JSONSlice, _ span: Span<UInt8>
    ) throws(JSONError) -> JSONSlice? {
        guard object.kind == .object else { return nil }
        var scanner = JSONScanner(at: object.range.lowerBound, dialect: .python)
        try scanner.enterObject(in: span)
        while let key = try scanner.nextKey(in: span) {
            let value = try scanner.skipValue(in: span)
            if key.equals(name, in: span) { return value }
        }
        return nil
    }

    /// Where an input's list of choices stands: in the place of its type, or in its options.
    private static func choices(of input: JSONSlice, _ span: Span<UInt8>) throws(JSONError) -> Range<Int>? {
        guard input.kind == .array else { return nil }
        var scanner = JSONScanner(at: input.range.lowerBound, dialect: .python)
        try scanner.enterArray(in: span)
        guard try scanner.nextElement(in: span) else { return nil }
        let type = try scanner.skipValue(in: span)
        if type.kind == .array { return type.range }
        guard try scanner.nextElement(in: span) else { return nil }
        let options = try scanner.skipValue(in: span)
        let list = try member("options", of: options, span)
        return list?.kind == .array ? list?.range : nil
    }

    /// Whether an answer depends on who asks.
    var offersFiles: Bool { !holes.isEmpty }

    /// The whole text, or one class as `{name: …}`; an empty object for a class that is not there.
    ///
    /// - Parameter files: The names that go into a hole.
    func text(of nodeClass: String? = nil, files: (OfferedFiles) -> [String]) -> [UInt8] {
        guard let nodeClass else { return filled(bytes.indices, files) }
        guard let range = classes[nodeClass] else { return Array("{}".utf8) }
        return [UInt8(ascii: "{")] + filled(range, files) + [UInt8(ascii: "}")]
    }

    private func filled(_ range: Range<Int>, _ files: (OfferedFiles) -> [String]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(range.count + 4_096)
        var lists: [OfferedFiles: [UInt8]] = [:]
        var at = range.lowerBound
        for hole in holes where hole.range.lowerBound >= range.lowerBound && hole.range.upperBound <= range.upperBound {
            out.append(contentsOf: bytes[at..<hole.range.lowerBound])
            at = hole.range.upperBound
            if lists[hole.files] == nil {
                var list: [UInt8] = []
                for name in files(hole.files) {
                    JSON.write(name, to: &list)
                    list.append(UInt8(ascii: ","))
                }
                lists[hole.files] = list
            }
            var items = hole.constants + (lists[hole.files] ?? [])
            if !items.isEmpty { items.removeLast() }
            out.append(UInt8(ascii: "["))
            out.append(contentsOf: items)
            out.append(UInt8(ascii: "]"))
        }
        out.append(contentsOf: bytes[at..<range.upperBound])
        return out
    }
}

extension ClassTraits {
    var readsFiles: Bool {
        roles.values.contains { role in if case .read(isObject: false, _) = role { true } else { false } }
    }
}
