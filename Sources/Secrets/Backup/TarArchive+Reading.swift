internal import Basics

extension TarArchive {
    /// Reads an archive of plain files, strictly: what another program could take for something else is refused.
    ///
    /// - Throws: `notTar`, `cutOff`, `notAFile`, `unknownHeader`, `badPath`, `twice`, and the limits.
    public init(reading bytes: [UInt8], limits: TarLimits = TarLimits()) throws(TarError) {
        var reader = TarReader(bytes: bytes, limits: limits)
        members = try reader.members()
    }
}

private struct TarReader {
    private let bytes: [UInt8]
    private var check: TarCheck
    private var at = 0
    /// Bytes of an extended header: room for a path and its times.
    private static let extendedLimit = 65_536
    /// What changes where or what a member is, and is not read here.
    private static let unread = ["GNU.sparse.", "hdrcharset", "linkpath", "size"]

    init(bytes: [UInt8], limits: TarLimits) {
        self.bytes = bytes
        check = TarCheck(limits)
    }

    mutating func members() throws(TarError) -> [TarArchive.Member] {
        var found: [TarArchive.Member] = []
        var extended: [String: [UInt8]] = [:]
        while let header = try header() {
            switch header.type {
            case UInt8(ascii: "x"), UInt8(ascii: "g"):
                // A second one would say something else of the same member.
                guard extended.isEmpty else { throw TarError(.unknownHeader) }
                let records = try records(header)
                if header.type == UInt8(ascii: "g") {
                    // Words of the archive itself.
                    guard records.keys.allSatisfy({ $0 == "comment" }) else { throw TarError(.unknownHeader) }
                } else {
                    extended = records
                }
            default:
                found.append(try member(header, extended))
                extended = [:]
            }
        }
        guard extended.isEmpty else { throw TarError(.cutOff) }
        return found
    }

    private mutating func member(
        _ header: TarHeader, _ extended: [String: [UInt8]]
    ) throws(TarError) -> TarArchive.Member {
        guard let path = String(validating: extended["path"] ?? header.path, as: UTF8.self) else {
            throw TarError(.badPath, TarCheck.printable(String(decoding: header.path, as: UTF8.self)))
        }
        guard header.type == UInt8(ascii: "0") || header.type == 0 else {
            throw TarError(.notAFile, TarCheck.printable(path))
        }
        guard !extended.keys.contains(where: { key in Self.unread.contains { key.hasPrefix($0) } }) else {
            throw TarError(.unknownHeader, TarCheck.printable(path))
        }
        try check.add(path, header.size)
        return TarArchive.Member(
            path: path, mode: header.mode, modified: header.modified, bytes: Array(try content(header.size)))
    }

    private mutating func records(_ header: TarHeader) throws(TarError) -> [String: [UInt8]] {
        guard header.size <= Self.extendedLimit else { throw TarError(.unknownHeader) }
        guard let records = PaxRecords.parse(try content(header.size)) else { throw TarError(.notTar) }
        return records
    }

    /// The next one; nil at the end, behind which only zeros may stand.
    private mutating func header() throws(TarError) -> TarHeader? {
        guard bytes.count - at >= TarHeader.block else { throw TarError(at == 0 ? .notTar : .cutOff) }
        let block = bytes[at..<(at + TarHeader.block)]
        if block.allSatisfy({ $0 == 0 }) {
            guard bytes.count - at >= 2 * TarHeader.block else { throw TarError(.cutOff) }
            guard bytes[at...].allSatisfy({ $0 == 0 }) else { throw TarError(.notTar) }
            return nil
        }
        guard let header = TarHeader(parsing: block) else { throw TarError(.notTar) }
        at += TarHeader.block
        return header
    }

    /// What stands in the last block behind the content is passed over, as tar does.
    private mutating func content(_ count: Int) throws(TarError) -> ArraySlice<UInt8> {
        let blocks = (count + TarHeader.block - 1) / TarHeader.block
        guard blocks * TarHeader.block <= bytes.count - at else { throw TarError(.cutOff) }
        defer { at += blocks * TarHeader.block }
        return bytes[at..<(at + count)]
    }
}
