public import Basics

/// A binary frame of a worker's event socket; integers are big-endian, 32 bits.
///
/// The payload shares the frame's memory. Source: ComfyUI's `protocol.py` and `server.py`.
public enum BinaryFrame: Sendable, Hashable {
    public struct ImageFormat: RawRepresentable, Sendable, Hashable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        public static let jpeg = Self(rawValue: 1)
        public static let png = Self(rawValue: 2)

        /// `image/jpeg` unless it is PNG, as ComfyUI has it.
        public var mediaType: String { self == .png ? "image/png" : "image/jpeg" }
        public init(mediaType: String?) { self = mediaType == "image/png" ? .png : .jpeg }
    }

    /// Type 1: a picture without any id.
    case preview(ImageFormat, image: ArraySlice<UInt8>)
    /// Type 3: a node's text, without a prompt id; core nodes send it to everyone.
    case text(node: String, text: String)
    /// Type 4: a picture and `node_id`, `prompt_id`, `image_type` and more; only after the feature handshake.
    case previewWithMetadata(JSONObject, image: ArraySlice<UInt8>)
    /// Every other type, and known types that are cut short or not UTF-8.
    case other(type: UInt32, payload: ArraySlice<UInt8>)

    /// Longest metadata or node id read, in bytes; a longer one makes the frame `other`.
    public static let maximumHead = 65_536

    /// Nil for fewer than four bytes.
    public init?(_ frame: [UInt8]) {
        guard let type = BinaryFrame.integer(frame[...]) else { return nil }
        let payload = frame.dropFirst(4)
        self = BinaryFrame.known(type, payload) ?? .other(type: type, payload: payload)
    }

    private static func known(_ type: UInt32, _ payload: ArraySlice<UInt8>) -> BinaryFrame? {
        guard let first = integer(payload) else { return nil }
        let rest = payload.dropFirst(4)
        switch type {
        case 1: return .preview(ImageFormat(rawValue: first), image: rest)
        case 3:
            guard let (head, body) = split(rest, at: first), let node = String(validating: head, as: UTF8.self),
                let text = String(validating: body, as: UTF8.self)
            else { return nil }
            return .text(node: node, text: text)
        case 4:
            guard let (head, body) = split(rest, at: first),
                let metadata = try? JSON(parsing: Array(head), dialect: .python), let object = metadata.object
            else { return nil }
            return .previewWithMetadata(object, image: body)
        default: return nil
        }
    }

    private static func split(
        _ bytes: ArraySlice<UInt8>, at length: UInt32
    ) -> (head: ArraySlice<UInt8>, body: ArraySlice<UInt8>)? {
        guard length <= maximumHead, Int(length) <= bytes.count else { return nil }
        return (bytes.prefix(Int(length)), bytes.dropFirst(Int(length)))
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        guard bytes.count >= 4 else { return nil }
        return bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    public func encoded() -> [UInt8] {
        var out: [UInt8] = []
        func append(_ value: UInt32) {
            for shift in [24, 16, 8, 0] as [UInt32] { out.append(UInt8(truncatingIfNeeded: value >> shift)) }
        }
        switch self {
        case .preview(let format, let image):
            append(1)
            append(format.rawValue)
            out += image
        case .text(let node, let text):
            append(3)
            append(UInt32(clamping: node.utf8.count))
            out += node.utf8
            out += text.utf8
        case .previewWithMetadata(let metadata, let image):
            let head = JSON.object(metadata).encoded()
            append(4)
            append(UInt32(clamping: head.count))
            out += head
            out += image
        case .other(let type, let payload):
            append(type)
            out += payload
        }
        return out
    }

    /// What a frame of type 4 says about its run; nil for all others.
    public var promptID: String? {
        if case .previewWithMetadata(let metadata, _) = self { metadata["prompt_id"]?.string } else { nil }
    }

    public var node: String? {
        switch self {
        case .text(let node, _): node
        case .previewWithMetadata(let metadata, _): metadata["node_id"]?.string
        case .preview, .other: nil
        }
    }

    /// A node's result and not a look at one in the making: ComfyUI sends previews as JPEG and whole pictures as PNG.
    public var isWholePicture: Bool {
        guard case .preview(let format, _) = withoutMetadata else { return false }
        return format == .png
    }

    /// Type 4 as type 1, for clients that did not ask for metadata; anything else as it is.
    public var withoutMetadata: BinaryFrame {
        guard case .previewWithMetadata(let metadata, let image) = self else { return self }
        return .preview(ImageFormat(mediaType: metadata["image_type"]?.string), image: image)
    }
}
