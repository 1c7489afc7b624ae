/// A line typed without echo: bytes of a terminal in raw mode in, a line out.
///
/// Raw, because with the kernel's own editing Ctrl-C would end the process while the echo is off.
struct LineEditor {
    enum Outcome: Sendable, Hashable { case more, done([UInt8]), cancelled, tooLong }

    private var line: [UInt8] = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func feed(_ byte: UInt8) -> Outcome {
        switch byte {
        case 0x0A, 0x0D: return .done(line)
        case 0x03: return .cancelled
        // Ctrl-D ends the input: with nothing typed there is no answer.
        case 0x04: return line.isEmpty ? .cancelled : .done(line)
        case 0x08, 0x7F:
            // One character is one byte of start and its continuation bytes.
            while let last = line.popLast(), last & 0xC0 == 0x80 {}
            return .more
        case 0x15:
            line.removeAll()
            return .more
        default:
            guard line.count < limit else { return .tooLong }
            line.append(byte)
            return .more
        }
    }
}
