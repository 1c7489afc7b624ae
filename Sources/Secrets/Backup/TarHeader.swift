internal import Basics

/// The block of 512 bytes in front of each member.
///
/// Source: POSIX 1003.1, "pax", "ustar Interchange Format" and "pax Extended Header".
struct TarHeader {
    static let block = 512
    /// What tar reads and writes at once.
    static let record = 20 * block
    /// Eleven octal digits.
    static let largestNumber: Int64 = 1 << 33 - 1

    var path: [UInt8]
    var mode: UInt32
    var size: Int
    var modified: Int64
    /// `0` or NUL a file, `x` and `g` extended headers, others are no files.
    var type: UInt8

    // MARK: Writing

    static func append(_ member: TarArchive.Member, to out: inout [UInt8]) {
        let path = Array(member.path.utf8)
        var header = TarHeader(
            path: path, mode: member.mode, size: member.bytes.count, modified: member.modified,
            type: UInt8(ascii: "0"))
        if path.contains(where: { $0 >= 0x80 }) || split(path) == nil {
            let line = PaxRecords.line("path", path)
            let extended = TarHeader(
                path: Array("PaxHeader".utf8), mode: 0o600, size: line.count, modified: member.modified,
                type: UInt8(ascii: "x"))
            append(extended, line, to: &out)
            // Only for programs that pass over extended headers.
            header.path = Array(path.suffix(90).map { $0 >= 0x80 || $0 == 0x2F ? 0x5F : $0 })
        }
        append(header, member.bytes, to: &out)
    }

    private static func append(_ header: TarHeader, _ content: [UInt8], to out: inout [UInt8]) {
        out += header.encoded
        out += content
        let rest = content.count % block
        if rest > 0 { out += [UInt8](repeating: 0, count: block - rest) }
    }

    /// At a slash: at most 155 bytes before it and 100 behind; nil when there is no such place.
    static func split(_ path: [UInt8]) -> (prefix: ArraySlice<UInt8>, name: ArraySlice<UInt8>)? {
        if path.count <= 100 { return ([], path[...]) }
        for place in path.indices.reversed() where path[place] == 0x2F {
            let name = path[(place + 1)...]
            if name.count > 100 { return nil }
            if place <= 155 { return (path[..<place], name) }
        }
        return nil
    }

    private var encoded: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.block)
        func put(_ content: some Collection<UInt8>, _ at: Int) {
            bytes.replaceSubrange(at..<(at + content.count), with: content)
        }
        func octal(_ number: Int64, _ digits: Int) -> [UInt8] {
            let text = Array(String(number, radix: 8).utf8)
            return [UInt8](repeating: 0x30, count: digits - text.count) + text
        }
        let (prefix, name) = Self.split(path) ?? ([], path.suffix(100))
        put(name, 0)
        put(octal(Int64(mode), 7), 100)
        put(octal(0, 7), 108)
        put(octal(0, 7), 116)
        put(octal(Int64(size), 11), 124)
        put(octal(modified, 11), 136)
        bytes[156] = type
        put("ustar\u{0}00".utf8, 257)
        put(prefix, 345)
        put(octal(Int64(Self.sum(bytes[...])), 6) + [0, 0x20], 148)
        return bytes
    }

    // MARK: Reading

    /// - Parameter block: 512 bytes.
    init?(parsing block: ArraySlice<UInt8>) {
        let bytes = Array(block)
        func field(_ at: Int, _ count: Int) -> ArraySlice<UInt8> { bytes[at..<(at + count)].prefix { $0 != 0 } }
        guard bytes[257..<265].elementsEqual("ustar\u{0}00".utf8),
            Self.octal(bytes[148..<156]) == Int64(Self.sum(bytes[...])),
            let mode = Self.octal(bytes[100..<108]), let size = Self.octal(bytes[124..<136]),
            let modified = Self.octal(bytes[136..<148]), mode <= 0o177_7777
        else { return nil }
        let (prefix, name) = (field(345, 155), field(0, 100))
        path = prefix.isEmpty ? Array(name) : prefix + [0x2F] + name
        (self.mode, self.size, self.modified, type) = (UInt32(mode & 0o7777), Int(size), modified, bytes[156])
    }

    private init(path: [UInt8], mode: UInt32, size: Int, modified: Int64, type: UInt8) {
        (self.path, self.mode, self.size, self.modified, self.type) = (path, mode, size, modified, type)
    }

    /// Digits, spaces around them, and a NUL behind; nil for the binary numbers of other formats.
    private static func octal(_ field: ArraySlice<UInt8>) -> Int64? {
        let digits = field.drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        let rest = field[digits.endIndex...]
        guard !digits.isEmpty, digits.count <= 12, rest.allSatisfy({ $0 == 0 || $0 == 0x20 }) else { return nil }
        return digits.reduce(0) { $0 << 3 | Int64($1 - 0x30) }
    }

    /// Of all bytes, those of the sum itself counted as spaces.
    private static func sum(_ block: ArraySlice<UInt8>) -> Int {
        var sum = 8 * 0x20
        for (index, byte) in block.enumerated() where !(148..<156).contains(index) { sum += Int(byte) }
        return sum
    }
}

/// The lines of an extended header: `COUNT KEY=VALUE` and a line feed, the count of the whole line in decimal.
enum PaxRecords {
    static func line(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(key)=".utf8) + value + [0x0A]
        var count = rest.count
        // The count counts its own digits.
        while String(count).utf8.count + rest.count != count { count = String(count).utf8.count + rest.count }
        return Array(String(count).utf8) + rest
    }

    /// Nil for lines that are no records. A key that stands twice has its last value.
    static func parse(_ bytes: ArraySlice<UInt8>) -> [String: [UInt8]]? {
        var found: [String: [UInt8]] = [:]
        var rest = bytes
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...8).contains(digits.count), let count = Int(String(decoding: digits, as: UTF8.self)),
                count <= rest.count, count > digits.count + 2
            else { return nil }
            let line = rest.prefix(count)
            let record = line.dropFirst(digits.count + 1).dropLast()
            guard line.last == 0x0A, line[digits.endIndex] == 0x20, let middle = record.firstIndex(of: 0x3D),
                let key = String(validating: record[..<middle], as: UTF8.self), !key.isEmpty
            else { return nil }
            found[key] = Array(record[(middle + 1)...])
            rest = rest.dropFirst(count)
        }
        return found
    }
}
