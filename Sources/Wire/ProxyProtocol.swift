/// The binary header in front of a connection that a load balancer passes on.
///
/// Source: HAProxy's proxy-protocol.txt, version 2. Version 1, datagrams and unknown families are refused.
public struct ProxyProtocolHeader: Sendable, Hashable {
    /// Nil for the balancer's own health checks (`LOCAL`), unspecified families and unix sockets: the peer is then the
    /// socket's.
    public let source: Endpoint?
    public let destination: Endpoint?
    /// The balancer ended TLS with the client.
    public let isSecure: Bool

    public struct Endpoint: Sendable, Hashable {
        public let address: IPAddress
        public let port: Int

        public init(address: IPAddress, port: Int) { (self.address, self.port) = (address, port) }
    }
}

/// Collects and reads one such header from slices of any size.
public struct ProxyProtocolReader: Sendable {
    public enum Failure: Error, Sendable, Hashable {
        /// The first bytes are not the signature: somebody reached the port without the balancer.
        case notPresent
        case unsupported
        case malformed
        case tooLong(limit: Int)
        /// The CRC-32C the balancer added does not fit.
        case invalidChecksum
    }

    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    private let limit: Int
    private var bytes: [UInt8] = []

    /// - Parameter limit: bytes of the whole header; TLS details and certificates' names make it long.
    public init(limit: Int = 2_048) { self.limit = limit }

    /// Takes what it needs of the slice.
    ///
    /// - Returns: the bytes taken, and the header once it is whole; what is behind belongs to the connection. After the
    ///   header or a failure the reader must not be used again.
    public mutating func feed(
        _ input: Span<UInt8>
    ) throws(Failure) -> (taken: Int, header: ProxyProtocolHeader?) {
        var taken = 0
        while taken < input.count {
            bytes.append(input[taken])
            taken += 1
            if try isWhole() { return (taken, try parse()) }
        }
        return (taken, nil)
    }

    private func isWhole() throws(Failure) -> Bool {
        let count = bytes.count
        if count <= 12 {
            guard bytes[count - 1] == Self.signature[count - 1] else { throw .notPresent }
            return false
        }
        // LOCAL or PROXY of version 2.
        if count == 13, bytes[12] != 0x20, bytes[12] != 0x21 { throw .unsupported }
        guard count >= 16 else { return false }
        let whole = 16 + (Int(bytes[14]) << 8 | Int(bytes[15]))
        guard whole <= limit else { throw .tooLong(limit: limit) }
        return count == whole
    }

    private func parse() throws(Failure) -> ProxyProtocolHeader {
        let addressBytes: Int
        switch bytes[13] {
        case 0x00: addressBytes = 0
        case 0x11: addressBytes = 12
        case 0x21: addressBytes = 36
        case 0x31: addressBytes = 216
        default:
            guard bytes[12] == 0x20 else { throw .unsupported }
            return ProxyProtocolHeader(source: nil, destination: nil, isSecure: false)
        }
        // A health check may come with anything behind it, and an unspecified family with addresses of any shape.
        guard bytes[12] == 0x21, bytes[13] != 0x00 else {
            return ProxyProtocolHeader(source: nil, destination: nil, isSecure: false)
        }
        guard bytes.count >= 16 + addressBytes else { throw .malformed }
        let isSecure = try extensions(from: 16 + addressBytes)
        let width = bytes[13] == 0x11 ? 4 : 16
        guard bytes[13] != 0x31,
            let source = IPAddress(octets: Array(bytes[16..<16 + width])),
            let destination = IPAddress(octets: Array(bytes[16 + width..<16 + 2 * width]))
        else { return ProxyProtocolHeader(source: nil, destination: nil, isSecure: isSecure) }
        let ports = 16 + 2 * width
        return ProxyProtocolHeader(
            source: .init(address: source, port: number(ports)),
            destination: .init(address: destination, port: number(ports + 2)), isSecure: isSecure)
    }

    /// Type, length, value; tells whether TLS was used.
    private func extensions(from start: Int) throws(Failure) -> Bool {
        var isSecure = false
        var index = start
        while index < bytes.count {
            guard index + 3 <= bytes.count else { throw .malformed }
            let value = index + 3
            let length = number(index + 1)
            guard value + length <= bytes.count else { throw .malformed }
            switch bytes[index] {
            case 0x03:
                guard length == 4 else { throw .malformed }
                guard checksum(without: value) == number(value) << 16 | number(value + 2) else {
                    throw .invalidChecksum
                }
            case 0x20:
                guard length >= 5 else { throw .malformed }
                isSecure = bytes[value] & 1 != 0
            default: break
            }
            index = value + length
        }
        return isSecure
    }

    private func number(_ at: Int) -> Int { Int(bytes[at]) << 8 | Int(bytes[at + 1]) }

    /// CRC-32C of the header with the four bytes of the checksum taken as zero.
    private func checksum(without at: Int) -> Int {
        var crc: UInt32 = .max
        for (index, byte) in bytes.enumerated() {
            crc ^= index >= at && index < at + 4 ? 0 : UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 != 0 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        return Int(~crc)
    }
}
