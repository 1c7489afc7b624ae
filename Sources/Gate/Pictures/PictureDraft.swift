internal import Basics
internal import Fleet
internal import Glibc
internal import Loop
internal import Store

/// A file that is being written; gone with the last reference unless it was put in its place.
final class PictureDraft: Sendable {
    let path: String
    let descriptor: Int32

    init(path: String, descriptor: Int32) { (self.path, self.descriptor) = (path, descriptor) }

    deinit {
        close(descriptor)
        unsafe unlink(path)
    }
}

extension PictureDraft {
    /// Writes the whole of a file behind what is there; blocks.
    func append(_ reader: AssetReader) throws(GateError) {
        try reader.withDescriptor { (from) throws(GateError) in
            var offset = 0
            while offset < reader.size {
                let (bytes, error) = readBytes(of: from, at: Int64(offset), count: min(1 << 20, reader.size - offset))
                guard error == 0, !bytes.isEmpty else { throw Self.failure("read an asset", error) }
                let failure = writeBytes(bytes, to: descriptor)
                guard failure == 0 else { throw Self.failure("write a draft", failure) }
                offset += bytes.count
            }
        }
    }

    /// The bytes from a place on, at most so many; blocks.
    func read(at offset: Int, count: Int) throws(GateError) -> [UInt8] {
        let (bytes, error) = readBytes(of: descriptor, at: Int64(offset), count: count)
        guard error == 0 else { throw Self.failure("read a draft", error) }
        return bytes
    }

    static func failure(_ what: String, _ number: Int32) -> GateError {
        GateError(
            [ENOSPC, EDQUOT].contains(number) ? .storeFull : .storeIO, from: .gateway,
            "The data folder does not work; check its path and its disk.", detail: "\(what): \(systemMessage(number))")
    }
}
