import Testing

@testable import Pictures

/// Rows of two pixels, and what is seen of them.
struct PNGKind: Sendable, CustomTestStringConvertible {
    let name: String
    let depth: UInt8
    let type: UInt8
    let row: [UInt8]
    var chunks: [String: [UInt8]] = [:]
    let rgba: [UInt8]
    let alpha: PictureHeader.Alpha
    var key: [UInt8]?
    var testDescription: String { name }
}

extension PNGKind {
    static let all: [PNGKind] = [
        PNGKind(name: "1 bit", depth: 1, type: 0, row: [0x40], rgba: [0, 0, 0, 255, 255, 255, 255, 255], alpha: .none),
        PNGKind(
            name: "2 bits", depth: 2, type: 0, row: [0x60], rgba: [85, 85, 85, 255, 170, 170, 170, 255], alpha: .none),
        PNGKind(name: "grey", depth: 8, type: 0, row: [7, 9], rgba: [7, 7, 7, 255, 9, 9, 9, 255], alpha: .none),
        PNGKind(
            name: "grey with a key", depth: 8, type: 0, row: [7, 9], chunks: ["tRNS": [0, 9]],
            rgba: [7, 7, 7, 255, 9, 9, 9, 0], alpha: .implied, key: [9, 9, 9]),
        PNGKind(
            name: "grey of 16 bits", depth: 16, type: 0, row: [0, 7, 1, 0], rgba: [7, 7, 7, 255, 255, 255, 255, 255],
            alpha: .none),
        PNGKind(
            name: "grey and alpha", depth: 8, type: 4, row: [7, 8, 9, 10], rgba: [7, 7, 7, 8, 9, 9, 9, 10],
            alpha: .implied),
        PNGKind(
            name: "grey and alpha of 16 bits", depth: 16, type: 4, row: [7, 1, 8, 1, 9, 1, 10, 1],
            rgba: [7, 7, 7, 8, 9, 9, 9, 10], alpha: .channel),
        PNGKind(
            name: "colours", depth: 8, type: 2, row: [1, 2, 3, 4, 5, 6], rgba: [1, 2, 3, 255, 4, 5, 6, 255],
            alpha: .none),
        PNGKind(
            name: "colours with a key", depth: 8, type: 2, row: [1, 2, 3, 4, 5, 6],
            chunks: ["tRNS": [0, 4, 0, 5, 0, 6]],
            rgba: [1, 2, 3, 255, 4, 5, 6, 0], alpha: .key, key: [4, 5, 6]),
        PNGKind(
            name: "colours of 16 bits", depth: 16, type: 2, row: [1, 9, 2, 9, 3, 9, 4, 9, 5, 9, 6, 9],
            rgba: [1, 2, 3, 255, 4, 5, 6, 255], alpha: .none),
        PNGKind(
            name: "palette", depth: 8, type: 3, row: [1, 0], chunks: ["PLTE": [1, 2, 3, 4, 5, 6]],
            rgba: [4, 5, 6, 255, 1, 2, 3, 255], alpha: .none),
        PNGKind(
            name: "palette with one transparent colour", depth: 8, type: 3, row: [1, 0],
            chunks: ["PLTE": [1, 2, 3, 4, 5, 6], "tRNS": [255, 0]], rgba: [4, 5, 6, 0, 1, 2, 3, 255], alpha: .implied,
            key: [4, 5, 6]),
        PNGKind(
            name: "palette with alphas", depth: 8, type: 3, row: [1, 0],
            chunks: ["PLTE": [1, 2, 3, 4, 5, 6], "tRNS": [9, 0]], rgba: [4, 5, 6, 0, 1, 2, 3, 9], alpha: .implied),
        PNGKind(
            name: "everything", depth: 8, type: 6, row: [1, 2, 3, 4, 5, 6, 7, 8], rgba: [1, 2, 3, 4, 5, 6, 7, 8],
            alpha: .channel),
        // Read as it is: what a file says of gamma changes no colour.
        PNGKind(
            name: "gamma", depth: 8, type: 2, row: [1, 2, 3, 100, 5, 6], chunks: ["gAMA": [0, 1, 0x86, 0xA0]],
            rgba: [1, 2, 3, 255, 100, 5, 6, 255], alpha: .none),
    ]
}
