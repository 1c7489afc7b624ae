import TestSupport
import Testing
import Wire

struct WebSocketFrameHeaderTests {
    private func parse(_ bytes: [UInt8], _ role: WebSocketRole) throws(WebSocketError) -> WebSocketFrameHeader? {
        try WebSocketFrameHeader.parse(bytes.span, by: role)
    }

    @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 32, Int.max])
    func everyLengthReadsBackInItsShortestForm(count: Int) throws {
        for mask in [nil, 0x0403_0201] as [UInt32?] {
            let header = WebSocketFrameHeader(.binary, payloadCount: count, isFinal: false, mask: mask)
            var bytes: [UInt8] = []
            header.write(to: &bytes)
            let size = 2 + (count < 126 ? 0 : count < 65_536 ? 2 : 8) + (mask == nil ? 0 : 4)
            #expect(bytes.count == size)
            let role: WebSocketRole = mask == nil ? .client : .server
            #expect(try parse(bytes + [9, 9], role) == header)
            for shorter in 0..<size { #expect(try parse(Array(bytes[..<shorter]), role) == nil) }
            if mask != nil { #expect(bytes.suffix(4) == [1, 2, 3, 4]) }
        }
    }

    @Test(
        arguments: [
            ([0x82, 126, 0, 125], WebSocketError.badLength), ([0x82, 126, 0, 0], .badLength),
            ([0x82, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .badLength),
            ([0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], .badLength),
            ([0x82, 127, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .badLength), ([0xA2, 0], .reservedBits),
            ([0x92, 0], .reservedBits), ([0xC0, 0], .reservedBits), ([0xC8, 0], .reservedBits),
            ([0xC9, 0], .reservedBits),
            ([0x09, 0], .fragmentedControl), ([0x08, 0], .fragmentedControl), ([0x89, 126], .longControl),
            ([0x88, 127], .longControl), ([0x82, 0x80], .badMask),
        ] as [([UInt8], WebSocketError)])
    func refusesWhatTheProtocolForbids(bytes: [UInt8], error: WebSocketError) {
        #expect(throws: error) { try parse(bytes, .client) }
    }

    @Test func serversDemandMasks() {
        #expect(throws: WebSocketError.badMask) { try parse([0x81, 0x00], .server) }
    }

    @Test(arguments: [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8]) func reservedOpcodesAreRefused(opcode: UInt8) {
        #expect(throws: WebSocketError.reservedOpcode(opcode)) { try parse([0x80 | opcode, 0], .client) }
    }

    /// Every pair of first bytes: what is accepted is written back as it came.
    @Test func everyFirstPairOfBytes() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let bytes = [first, second] + [0, 1, 0, 0] + [UInt8](repeating: 0, count: 12)
                let role: WebSocketRole = second & 0x80 != 0 ? .server : .client
                guard let header = try? parse(bytes, role) else { continue }
                var written: [UInt8] = []
                header.write(to: &written)
                #expect(written == Array(bytes[..<written.count]))
            }
        }
    }

    @Test(
        arguments: [
            (0, false), (999, false), (1000, true), (1003, true), (1004, false), (1005, false), (1006, false),
            (1007, true),
            (1014, true), (1015, false), (1016, false), (1100, false), (2999, false), (3000, true), (3999, true),
            (4000, true), (4999, true), (5000, false), (65_535, false),
        ] as [(UInt16, Bool)])
    func closeCodesThatMayBeSent(code: UInt16, isSendable: Bool) {
        #expect(WebSocketCloseCode(rawValue: code).isSendable == isSendable)
    }

    @Test(arguments: 0..<20) func maskingIsItsOwnInverseAndMaySplitAnywhere(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let key = UInt32.random(in: 1 ... .max, using: &generator)
        let plain = generator.bytes(count)
        let expected = plain.indices.map { plain[$0] ^ UInt8(truncatingIfNeeded: key >> (UInt32($0 % 4) * 8)) }
        for split in 0...count {
            var bytes = plain
            unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe WebSocketMask.apply(key, to: .init(rebasing: buffer[..<split]))
                _ = unsafe WebSocketMask.apply(rest, to: .init(rebasing: buffer[split...]))
            }
            #expect(bytes == expected)
        }
    }
}
