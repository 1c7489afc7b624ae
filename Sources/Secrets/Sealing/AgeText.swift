internal import Basics

/// Base64 as age's header has it: the standard alphabet, no padding, no stray bits (RFC 4648, sections 3.2, 3.5 and 4).
enum AgeText {
    static func encode(_ bytes: [UInt8]) -> String {
        let padded = Base64.encode(bytes)
        return String(padded.prefix { $0 != "=" })
    }

    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.allSatisfy(isDigit) else { return nil }
        return Base64.decode(String(decoding: text, as: UTF8.self))
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2B, 0x2F: true
        default: false
        }
    }
}

/// The form of an age file that survives mail: strict PEM (RFC 7468) with the label `AGE ENCRYPTED FILE`.
enum AgeArmor {
    private static let begin = Array("-----BEGIN AGE ENCRYPTED FILE-----".utf8)
    private static let end = Array("-----END AGE ENCRYPTED FILE-----".utf8)
    private static let columns = 64

    static func isArmored(_ bytes: [UInt8]) -> Bool { bytes.drop(while: isSpace).starts(with: begin) }

    /// The file inside. White space may stand around the armor, nothing else; lines end with LF or CRLF.
    static func decode(_ text: [UInt8]) throws(AgeError) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 4 * 3)
        var isInside = false
        var isOver = false
        var isLast = false
        for (index, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let flaw = AgeError.armor(line: index + 1)
            let line = line.last == 0x0D ? line.dropLast() : line
            guard isInside else {
                if line.elementsEqual(begin), !isOver {
                    isInside = true
                } else if !line.allSatisfy(isSpace) {
                    throw flaw
                }
                continue
            }
            if line.elementsEqual(end) {
                (isInside, isOver) = (false, true)
                continue
            }
            guard !isLast, (1...columns).contains(line.count), line.count.isMultiple(of: 4) else { throw flaw }
            let digits = line.last == 0x3D ? (line.dropLast().last == 0x3D ? line.dropLast(2) : line.dropLast()) : line
            guard let bytes = AgeText.decode(digits) else { throw flaw }
            out += bytes
            isLast = line.count < columns || digits.count < line.count
        }
        guard isOver else { throw .armor(line: text.count { $0 == 0x0A } + 1) }
        return out
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
