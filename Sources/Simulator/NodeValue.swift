internal import Basics

/// What flows along a link of a graph.
enum NodeValue: Sendable {
    /// A batch.
    case images([Picture])
    case masks([Picture])
    case latent(Latent)
    case conditioning(String)
    case model(String)
    case literal(JSON)
    /// Something of this type that the simulator only carries.
    case opaque(String)

    /// The type ComfyUI calls it; nil for a literal, which may be several.
    var type: String? {
        switch self {
        case .images: "IMAGE"
        case .masks: "MASK"
        case .latent: "LATENT"
        case .conditioning: "CONDITIONING"
        case .model: "MODEL"
        case .literal(let value):
            switch value {
            case .string: "STRING"
            case .bool: "BOOLEAN"
            case .number(let number): number.isInteger ? "INT" : "FLOAT"
            default: nil
            }
        case .opaque(let type): type
        }
    }

    /// Bytes it holds in memory.
    var cost: Int {
        switch self {
        case .images(let pictures), .masks(let pictures): pictures.reduce(0) { $0 + $1.cost }
        case .latent(let latent): latent.start.reduce(0) { $0 + $1.cost }
        default: 0
        }
    }

    /// As `execution_error` prints an input.
    var printed: JSON {
        switch self {
        case .literal(let value): value
        case .images(let pictures), .masks(let pictures): .string("tensor(\(pictures.count) pictures)")
        case .latent(let latent): .string("{'samples': tensor(\(latent.batch), \(latent.height), \(latent.width))}")
        case .conditioning(let words): .string("[[tensor, '\(words)']]")
        case .model(let name): .string("<ModelPatcher \(name)>")
        case .opaque(let type): .string("<\(type)>")
        }
    }
}

/// A picture not yet painted; sizes in pixels.
struct Latent: Sendable {
    var width: Int
    var height: Int
    var batch: Int
    /// What it was encoded from.
    var start: [Picture] = []
    var dream: Dream?

    /// The pictures a VAE would decode.
    func decoded() -> [Picture] {
        (0..<max(1, batch)).map { index in
            let begin = start.isEmpty ? nil : start[index % start.count]
            guard var dream = dream else {
                return begin?.scaled(to: width, height)
                    ?? Picture(width: width, height: height, plain: Picture.Pixel(r: 127, g: 127, b: 127))
            }
            dream.seed &+= UInt64(index)
            return DreamPainter(dream).paint(
                width: width, height: height, start: begin.map { ($0, 1 - dream.strength) })
        }
    }
}

/// Why a node raised.
struct NodeFailure: Error {
    /// As `execution_error` names it, for instance `PIL.UnidentifiedImageError`.
    let type: String
    /// Without the line end that ComfyUI adds.
    let message: String

    static let outOfMemory = NodeFailure(
        type: "torch.OutOfMemoryError",
        message: """
            Allocation on device \nThis error means you ran out of memory on your GPU.

            TIPS: If the workflow worked before you might have accidentally set the batch_size to a large number.
            """)
}

struct NodeResult: Sendable {
    var outputs: [NodeValue]
    /// What `executed` and the history show; nil for a node without UI output.
    var ui: JSONObject?
    /// Sent to everyone as a TEXT frame.
    var text: String?
    /// Sent to the owner, whole and as PNG, and kept nowhere.
    var sent: [Picture] = []

    init(_ outputs: [NodeValue] = [], ui: JSONObject? = nil, text: String? = nil) {
        (self.outputs, self.ui, self.text) = (outputs, ui, text)
    }
}

/// One node about to run, its links resolved.
struct NodeCall {
    let id: String
    let classType: String
    let inputs: [String: NodeValue]
    /// Names in the order of the document.
    let names: [String]
    let info: JSON

    func int(_ name: String, _ fallback: Int) -> Int {
        guard case .literal(let value)? = inputs[name] else { return fallback }
        // Values that come over a link were never judged.
        guard let number = value.double, number.isFinite else { return fallback }
        return Int(max(min(number, 1e9), -1e9))
    }

    func double(_ name: String, _ fallback: Double) -> Double {
        guard case .literal(let value)? = inputs[name] else { return fallback }
        guard let number = value.double, number.isFinite else { return fallback }
        return max(min(number, 1e9), -1e9)
    }

    func seed(_ name: String) -> UInt64 {
        guard case .literal(let value)? = inputs[name] else { return 0 }
        return value.number?.unsigned ?? UInt64(bitPattern: Int64(value.int ?? 0))
    }

    func text(_ name: String, _ fallback: String = "") -> String {
        guard case .literal(let value)? = inputs[name] else { return fallback }
        return value.string ?? fallback
    }

    func images(_ name: String) -> [Picture] {
        switch inputs[name] {
        case .images(let pictures)?, .masks(let pictures)?: pictures
        case .latent(let latent)?: latent.decoded()
        default: []
        }
    }

    /// An empty latent of 512 pixels where there is none.
    func latent(_ name: String) -> Latent {
        guard case .latent(let latent)? = inputs[name] else { return Latent(width: 512, height: 512, batch: 1) }
        return latent
    }

    func words(_ name: String) -> String {
        switch inputs[name] {
        case .conditioning(let words)?: words
        case .literal(let value)?: value.string ?? ""
        default: ""
        }
    }

    func model(_ name: String) -> String {
        if case .model(let model)? = inputs[name] { model } else { "" }
    }

    /// The declared output types in order.
    var outputTypes: [String] { info["output"]?.array?.map { $0.string ?? "COMBO" } ?? [] }
}
