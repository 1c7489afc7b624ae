internal import Basics

/// What a diffusion model would have painted: the same picture for the same words, seed and size.
struct Dream: Sendable, Hashable {
    let words: String
    var seed: UInt64
    /// How much of the start picture is painted over, 0 to 1.
    var strength: Double = 1
}

/// Paints dreams: a sky of two hues, clouds of noise, hills in front of each other and a light, all chosen by a hash.
struct DreamPainter {
    private let hash: [UInt8]
    private let seed: UInt32

    init(_ dream: Dream) {
        hash = Digest.sha256(Array("\(dream.seed)\n\(dream.words)".utf8))
        seed = hash[0..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// - Parameters:
    ///   - progress: 0 shows noise only, 1 the finished picture.
    ///   - start: The picture painted over, if any, and how much of it stays, 0 to 1.
    func paint(width: Int, height: Int, progress: Double = 1, start: (Picture, Double)? = nil) -> Picture {
        let hue = Float(hash[4]) / 255
        let second = hue + 0.08 + Float(hash[5]) / 255 * 0.34
        let light = (x: 0.15 + Float(hash[6]) / 255 * 0.7, y: 0.12 + Float(hash[7]) / 255 * 0.3)
        let size = 0.05 + Float(hash[8]) / 255 * 0.08
        let hills = 2 + Int(hash[9]) % 3
        let aspect = Float(width) / Float(height)
        let clear = Float(min(max(progress, 0), 1))
        let base = start.map { ($0.0.scaled(to: width, height), Float($0.1)) }

        // The ridge of each hill, one height a column.
        let ridges = (0..<hills).map { layer in
            (0..<width).map { x in
                let at = Float(x) / Float(width) * (2.5 - Float(layer) * 0.4) * aspect
                return 0.5 + 0.13 * Float(layer) + (noise(at, Float(layer) * 7.3) - 0.5) * 0.34
            }
        }
        return Picture(width: width, height: height) { x, y in
            let u = Float(x) / Float(width)
            let v = Float(y) / Float(height)
            var colour = Self.colour(hue: hue + v * (second - hue), 0.62 - v * 0.3, 0.42 + v * 0.5)
            let cloud = clouds(u * 3.2 * aspect, v * 5.5)
            colour = Self.mix(colour, (1, 0.97, 0.94), max(0, cloud - 0.46) * 1.3 * (1 - v))
            let distance = ((u - light.x) * aspect * (u - light.x) * aspect + (v - light.y) * (v - light.y))
                .squareRoot()
            let glow = max(0, 1 - distance / (size * 6))
            colour = Self.mix(colour, (1, 0.95, 0.8), distance < size ? 0.95 : glow * glow * 0.6)
            for layer in 0..<hills where v > ridges[layer][x] {
                let depth = Float(layer + 1) / Float(hills)
                let shade = Self.colour(
                    hue: second + depth * 0.07, 0.45, 0.62 - depth * 0.45 + (v - ridges[layer][x]) * 0.2)
                colour = Self.mix(shade, colour, 0.1 * (1 - depth))
            }
            if let (picture, keep) = base {
                let old = picture[x, y]
                colour = Self.mix(colour, (Float(old.r) / 255, Float(old.g) / 255, Float(old.b) / 255), keep)
            }
            if clear < 1 {
                let grain = (lattice(x / 2, y / 2, 11), lattice(x / 2, y / 2, 12), lattice(x / 2, y / 2, 13))
                colour = Self.mix(grain, colour, clear * clear * (3 - 2 * clear))
            }
            return Picture.Pixel(r: Self.byte(colour.0), g: Self.byte(colour.1), b: Self.byte(colour.2))
        }
    }

    private typealias Colour = (Float, Float, Float)

    private static func byte(_ value: Float) -> UInt8 { UInt8(min(max(value, 0), 1) * 255) }

    private static func mix(_ left: Colour, _ right: Colour, _ part: Float) -> Colour {
        (left.0 + (right.0 - left.0) * part, left.1 + (right.1 - left.1) * part, left.2 + (right.2 - left.2) * part)
    }

    private static func colour(hue: Float, _ saturation: Float, _ value: Float) -> Colour {
        func channel(_ shift: Float) -> Float {
            let k = (hue * 6 + shift).truncatingRemainder(dividingBy: 6)
            return value - value * saturation * max(0, min(k, 4 - k, 1))
        }
        return (channel(5), channel(3), channel(1))
    }

    private func clouds(_ x: Float, _ y: Float) -> Float {
        noise(x, y) * 0.55 + noise(x * 2.1, y * 2.1 + 9) * 0.28 + noise(x * 4.3, y * 4.3 + 21) * 0.17
    }

    /// Value noise, 0 to 1, smooth between whole numbers.
    private func noise(_ x: Float, _ y: Float) -> Float {
        let (x0, y0) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        func smooth(_ t: Float) -> Float { t * t * (3 - 2 * t) }
        let (tx, ty) = (smooth(x - Float(x0)), smooth(y - Float(y0)))
        let top = lattice(x0, y0, 0) + (lattice(x0 + 1, y0, 0) - lattice(x0, y0, 0)) * tx
        let bottom = lattice(x0, y0 + 1, 0) + (lattice(x0 + 1, y0 + 1, 0) - lattice(x0, y0 + 1, 0)) * tx
        return top + (bottom - top) * ty
    }

    /// A number from 0 to 1 for one corner of the grid.
    private func lattice(_ x: Int, _ y: Int, _ salt: UInt32) -> Float {
        var value = UInt32(truncatingIfNeeded: x) &* 0x9E37_79B1 ^ UInt32(truncatingIfNeeded: y) &* 0x85EB_CA77
        value = (value ^ seed ^ salt &* 0xC2B2_AE3D) &* 0x27D4_EB2F
        value = (value ^ value >> 15) &* 0x2C1B_3C6D
        return Float((value ^ value >> 13) & 0xFFFF) / 65_535
    }
}
