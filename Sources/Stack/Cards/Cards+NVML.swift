internal import CNVML

/// Why NVML tells nothing.
public enum NVMLFailure: Error, Sendable, Hashable {
    /// dlopen's words.
    case noLibrary(String)
    /// The library lacks this function.
    case noFunction(String)
    /// NVML's words and code: no driver, another version of it.
    case refused(String)
}

extension Cards {
    /// The library of the driver. WSL has it in a folder of its own, which its loader knows.
    public static let library = "libnvidia-ml.so.1"

    /// Asks NVML. Blocks for as long as the driver takes: some tenths of a second when no card is in use.
    ///
    /// - Parameter library: A name that the loader looks for, or a path.
    public static func readNVML(_ library: String = Cards.library) throws(NVMLFailure) -> Cards {
        // Of some kilobytes, so not on the stack of a small thread.
        let room = UnsafeMutablePointer<gate_cards>.allocate(capacity: 1)
        defer { unsafe room.deallocate() }
        var reason = [CChar](repeating: 0, count: 256)
        let result = unsafe gate_cards_read(library, room, &reason, reason.count)
        let words = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        switch Int(result) {
        case GATE_CARDS_READ: break
        case GATE_CARDS_NO_LIBRARY: throw .noLibrary(words)
        case GATE_CARDS_NO_FUNCTION: throw .noFunction(words)
        default: throw .refused(words)
        }
        let cuda = unsafe Int(room.pointee.cuda)
        var cards: [Card] = []
        let count = unsafe Int(room.pointee.count)
        for index in 0..<count {
            unsafe withUnsafeBytes(of: &room.pointee.cards) { bytes in
                let one = unsafe bytes.load(fromByteOffset: index * MemoryLayout<gate_card>.stride, as: gate_card.self)
                cards.append(Card(one, index: index))
            }
        }
        return Cards(
            .nvml, driver: unsafe text(room.pointee.driver),
            cuda: cuda > 0 ? "\(cuda / 1_000).\(cuda % 1_000 / 10)" : nil,
            cards)
    }
}

/// A C array of characters as text; nil when it is empty.
private func text<Array>(_ array: Array) -> String? {
    let text = unsafe withUnsafeBytes(of: array) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return text.isEmpty ? nil : text
}

extension Card {
    fileprivate init(_ card: gate_card, index: Int) {
        func known(_ figure: Int64) -> Int? { figure < 0 ? nil : Int(figure) }
        self.init(
            index: index, uuid: text(card.uuid), name: text(card.name), bus: text(card.bus), memory: known(card.memory),
            memoryUsed: known(card.memory_used), temperature: known(card.temperature), load: known(card.load),
            power: known(card.power).map { Double($0) / 1_000 },
            powerLimit: known(card.power_limit).map { Double($0) / 1_000 },
            compute: card.compute_major < 0 ? nil : "\(card.compute_major).\(card.compute_minor)")
    }
}
