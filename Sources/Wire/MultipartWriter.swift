/// Writes multipart/form-data for clients, piece by piece, so that a file need not be held in memory.
///
/// A body is any number of `field` and `fileHead` + the file's bytes + `fileEnd`, then `end`; its length is the sum.
public struct MultipartWriter: Sendable {
    public enum Failure: Error, Sendable, Hashable {
        case invalidBoundary
        /// A name, file name or content type holds a control byte.
        case invalidHeader
    }

    private let boundary: String

    /// - Parameter boundary: must occur in no part: use at least 128 random bits. Same rules as the reader's.
    public init(boundary: String) throws(Failure) {
        guard MultipartReader.isBoundary(boundary) else { throw .invalidBoundary }
        self.boundary = boundary
    }

    public var contentType: String { "multipart/form-data; boundary=\"\(boundary)\"" }

    public func field(_ name: String, _ value: String) throws(Failure) -> [UInt8] {
        Array((try head(name, fileName: nil, contentType: nil) + value + "\r\n").utf8)
    }

    /// What stands before the bytes of a file.
    public func fileHead(
        _ name: String, fileName: String, contentType: String = "application/octet-stream"
    ) throws(Failure) -> [UInt8] {
        Array(try head(name, fileName: fileName, contentType: contentType).utf8)
    }

    /// What stands behind them.
    public var fileEnd: [UInt8] { [0x0D, 0x0A] }

    public var end: [UInt8] { Array("--\(boundary)--\r\n".utf8) }

    /// Quotes and backslashes are escaped as in RFC 9110, which ComfyUI's server (aiohttp) undoes.
    private func head(_ name: String, fileName: String?, contentType: String?) throws(Failure) -> String {
        guard let name = HeaderParameters.quote(name) else { throw .invalidHeader }
        var text = "--\(boundary)\r\nContent-Disposition: form-data; name=\(name)"
        if let fileName {
            guard let fileName = HeaderParameters.quote(fileName) else { throw .invalidHeader }
            text += "; filename=\(fileName)"
        }
        if let contentType {
            guard !contentType.utf8.contains(where: ASCII.isControl) else { throw .invalidHeader }
            text += "\r\nContent-Type: \(contentType)"
        }
        return text + "\r\n\r\n"
    }
}
