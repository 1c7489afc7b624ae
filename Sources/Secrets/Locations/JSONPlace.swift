public import Basics

/// A text in a JSON document by its pointer (RFC 6901), replaced without touching another byte.
public struct JSONPlace: Sendable, Hashable {
    public enum Failure: Error, Sendable, Hashable {
        case notJSON(JSONError)
        /// Not empty, and not beginning with `/`, or with a `~` that is neither `~0` nor `~1`.
        case badPointer
        /// So many names of the pointer were found, the next one was not, and cannot be made.
        case missing(after: Int)
        /// The value is no text, or a name leads through something that is neither object nor array.
        case notText(after: Int)
        /// A member on the way stands there twice: readers differ in which one they take.
        case repeated(String)
    }

    let names: [String]

    public init(pointer: String) throws(Failure) {
        guard pointer.hasPrefix("/") else { throw .badPointer }
        var names: [String] = []
        for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let escapes = part.indices.filter { part[$0] == "~" }
            let areKnown = escapes.allSatisfy { index in
                let next = part[part.index(after: index)...].first
                return next == "0" || next == "1"
            }
            guard areKnown else { throw .badPointer }
            names.append(String(part).replacing("~1", with: "/").replacing("~0", with: "~"))
        }
        self.names = names
    }

    /// Nil when the last member is absent from an object that is there.
    public func value(in bytes: [UInt8]) throws(Failure) -> String? {
        switch find(in: bytes) {
        case .value(let slice):
            guard let text = slice.string(in: bytes.span) else { throw .notText(after: names.count) }
            return text
        case .room: return nil
        case .failed(let failure): throw failure
        }
    }

    /// The document with another text at the place; a missing last member becomes the last one of its object.
    public func replacing(_ text: String, in bytes: [UInt8]) throws(Failure) -> [UInt8] {
        var literal: [UInt8] = []
        JSON.write(text, to: &literal)
        switch find(in: bytes) {
        case .value(let slice):
            guard slice.kind == .string else { throw .notText(after: names.count) }
            return bytes[..<slice.range.lowerBound] + literal + bytes[slice.range.upperBound...]
        case .room(let place, let separator):
            var member = separator
            JSON.write(names[names.count - 1], to: &member)
            member += Array(": ".utf8) + literal
            return bytes[..<place] + member + bytes[place...]
        case .failed(let failure): throw failure
        }
    }

    private enum Found {
        case value(JSONSlice)
        /// Where a new member would stand, and what would stand before it.
        case room(Int, separator: [UInt8])
        case failed(Failure)
    }

    private func find(in bytes: [UInt8]) -> Found {
        do throws(JSONError) {
            try JSONScanner.validate(bytes.span)
            var scanner = JSONScanner()
            for (index, name) in names.enumerated() {
                let isLast = index == names.count - 1
                switch try scanner.kind(in: bytes.span) {
                case .object:
                    switch try Self.member(name, bytes, &scanner) {
                    case .found(let place):
                        scanner = JSONScanner(at: place)
                        if isLast { return .value(try scanner.skipValue(in: bytes.span)) }
                    case .absent(let room, let separator):
                        return isLast ? .room(room, separator: separator) : .failed(.missing(after: index))
                    case .twice: return .failed(.repeated(name))
                    }
                case .array:
                    guard let place = try Self.element(name, bytes, &scanner) else {
                        return .failed(.missing(after: index))
                    }
                    scanner = JSONScanner(at: place)
                    if isLast { return .value(try scanner.skipValue(in: bytes.span)) }
                default: return .failed(.notText(after: index))
                }
            }
            return .failed(.badPointer)
        } catch {
            return .failed(.notJSON(error))
        }
    }

    private enum Member {
        /// Where its value begins.
        case found(Int)
        case absent(room: Int, separator: [UInt8])
        case twice
    }

    private static func member(
        _ name: String, _ bytes: [UInt8], _ scanner: inout JSONScanner
    ) throws(JSONError) -> Member {
        try scanner.enterObject(in: bytes.span)
        var place: Int?
        var room = scanner.offset
        // What a new member has in front: a comma, and the white space that the last one has.
        var separator: [UInt8] = []
        while let key = try scanner.nextKey(in: bytes.span) {
            let value = try scanner.skipValue(in: bytes.span)
            if key.equals(name, in: bytes.span) {
                if place != nil { return .twice }
                place = value.range.lowerBound
            }
            let start = bytes[room..<key.range.lowerBound].firstIndex(of: 0x2C).map { $0 + 1 } ?? room
            separator = [0x2C] + bytes[start..<key.range.lowerBound]
            room = value.range.upperBound
        }
        return place.map { .found($0) } ?? .absent(room: room, separator: separator)
    }

    private static func element(
        _ name: String, _ bytes: [UInt8], _ scanner: inout JSONScanner
    ) throws(JSONError) -> Int? {
        // RFC 6901: digits without a leading zero.
        guard let wanted = Int(name), "\(wanted)" == name, wanted >= 0 else { return nil }
        try scanner.enterArray(in: bytes.span)
        var index = 0
        while try scanner.nextElement(in: bytes.span) {
            let value = try scanner.skipValue(in: bytes.span)
            if index == wanted { return value.range.lowerBound }
            index += 1
        }
        return nil
    }
}
