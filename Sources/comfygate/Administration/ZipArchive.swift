internal import Basics

/// A ZIP archive being written; entries are stored as they are, because pictures do not get smaller.
///
/// Source: PKWARE's APPNOTE 6.3.9; entries and archives beyond 4 GiB have the fields of ZIP64.
final class ZipArchive: Sendable {
    private struct Entry: Sendable {
        let name: [UInt8]
        let offset: Int
        let size: Int
        var crc: UInt32 = 0
    }
    private struct State: Sendable {
        var entries: [Entry] = []
        var current: (entry: Entry, crc: CRC32, count: Int)?
        var size = 0
    }

    private let file: ExportFile
    private let state = Locked(State())

    init(creating path: String) throws { file = try ExportFile(creating: path) }

    /// Bytes so far.
    var size: Int { state.withLock { $0.size } }

    func add(_ name: String, _ bytes: [UInt8]) throws {
        _ = try begin(name, size: bytes.count)
        try append(bytes)
        try end()
    }

    /// - Parameter size: Bytes that will come.
    /// - Returns: What `abandon` wants.
    func begin(_ name: String, size: Int) throws -> Int {
        let offset = state.withLock { $0.size }
        let entry = Entry(name: Array(name.utf8), offset: offset, size: size)
        try write(Self.localHeader(entry))
        state.withLock { $0.current = (entry, CRC32(), 0) }
        return offset
    }

    func append(_ bytes: [UInt8]) throws {
        try write(bytes)
        state.withLock { state in
            state.current?.crc.add(bytes)
            state.current?.count += bytes.count
        }
    }

    func end() throws {
        guard let current = state.withLock({ $0.current }) else { return }
        precondition(current.count == current.entry.size, "an entry has the bytes that were announced")
        var entry = current.entry
        entry.crc = current.crc.result
        // The checksum stands before the bytes it is of.
        try file.write(Self.bytes(entry.crc), at: entry.offset + 14)
        let finished = entry
        state.withLock { state in
            state.entries.append(finished)
            state.current = nil
        }
    }

    /// Takes the entry under way back.
    func abandon(_ offset: Int) throws {
        try file.cut(to: offset)
        state.withLock { state in
            state.current = nil
            state.size = offset
        }
    }

    func finish() throws {
        let (entries, start) = state.withLock { ($0.entries, $0.size) }
        for entry in entries { try write(Self.centralHeader(entry)) }
        let end = state.withLock { $0.size }
        try write(Self.endRecords(count: entries.count, start: start, size: end - start))
        file.close()
    }

    func remove() {
        file.close()
        file.remove()
    }

    private func write(_ bytes: [UInt8]) throws {
        try file.write(bytes)
        state.withLock { $0.size += bytes.count }
    }

    // MARK: Records

    private static let largest = 0xFFFF_FFFF
    /// 1980-01-01, the earliest that the format knows: an archive of the same things is the same bytes.
    private static let date = bytes(UInt16(0)) + bytes(UInt16(0x21))
    /// Names are UTF-8.
    private static let flags = bytes(UInt16(0x0800))

    private static func localHeader(_ entry: Entry) -> [UInt8] {
        let isLarge = entry.size >= largest
        let size = bytes(UInt32(isLarge ? largest : entry.size))
        let extra = isLarge ? bytes(UInt16(1)) + bytes(UInt16(16)) + wide(entry.size) + wide(entry.size) : []
        return bytes(UInt32(0x0403_4B50)) + bytes(UInt16(isLarge ? 45 : 20)) + flags + bytes(UInt16(0)) + date
            + bytes(UInt32(0)) + size + size + bytes(UInt16(entry.name.count)) + bytes(UInt16(extra.count)) + entry.name
            + extra
    }

    private static func centralHeader(_ entry: Entry) -> [UInt8] {
        var values: [UInt8] = []
        let size = bytes(UInt32(min(entry.size, largest)))
        if entry.size >= largest { values += wide(entry.size) + wide(entry.size) }
        if entry.offset >= largest { values += wide(entry.offset) }
        let extra = values.isEmpty ? [] : bytes(UInt16(1)) + bytes(UInt16(values.count)) + values
        let version = bytes(UInt16(extra.isEmpty ? 20 : 45))
        return bytes(UInt32(0x0201_4B50)) + version + version + flags + bytes(UInt16(0)) + date + bytes(entry.crc)
            + size
            + size + bytes(UInt16(entry.name.count)) + bytes(UInt16(extra.count)) + bytes(UInt16(0)) + bytes(UInt16(0))
            + bytes(UInt16(0)) + bytes(UInt32(0)) + bytes(UInt32(min(entry.offset, largest))) + entry.name + extra
    }

    private static func endRecords(count: Int, start: Int, size: Int) -> [UInt8] {
        var out: [UInt8] = []
        if count >= 0xFFFF || start >= largest || size >= largest {
            out += bytes(UInt32(0x0606_4B50)) + wide(44) + bytes(UInt16(45)) + bytes(UInt16(45)) + bytes(UInt32(0))
            out += bytes(UInt32(0)) + wide(count) + wide(count) + wide(size) + wide(start)
            out += bytes(UInt32(0x0706_4B50)) + bytes(UInt32(0)) + wide(start + size) + bytes(UInt32(1))
        }
        let short = bytes(UInt16(min(count, 0xFFFF)))
        return out + bytes(UInt32(0x0605_4B50)) + bytes(UInt16(0)) + bytes(UInt16(0)) + short + short
            + bytes(UInt32(min(size, largest))) + bytes(UInt32(min(start, largest))) + bytes(UInt16(0))
    }

    /// Little-endian.
    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    private static func wide(_ value: Int) -> [UInt8] { bytes(UInt64(value)) }
}
