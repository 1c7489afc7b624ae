/// What the model-less image nodes do to pictures.
extension Picture {
    private func mapped(_ change: (Pixel) -> Pixel) -> Picture {
        if let plain = plainPixel { return Picture(width: width, height: height, plain: change(plain)) }
        return Picture(width: width, height: height) { change(self[$0, $1]) }
    }

    var inverted: Picture { mapped { Pixel(r: 255 - $0.r, g: 255 - $0.g, b: 255 - $0.b, a: $0.a) } }

    /// Without its alpha, as ComfyUI's images are.
    var opaque: Picture { isOpaque ? self : mapped { Pixel(r: $0.r, g: $0.g, b: $0.b) } }

    /// Grey of one channel: 0 red, 1 green, 2 blue, 3 alpha.
    func channel(_ index: Int, inverted: Bool = false) -> Picture {
        mapped {
            let value = [$0.r, $0.g, $0.b, $0.a][index]
            let grey = inverted ? 255 - value : value
            return Pixel(r: grey, g: grey, b: grey)
        }
    }

    /// With the alpha of another picture, stretched to fit.
    func withAlpha(of other: Picture) -> Picture {
        let mask = other.scaled(to: width, height, nearest: true)
        return Picture(width: width, height: height) { x, y in
            var pixel = self[x, y]
            pixel.a = mask[x, y].a
            return pixel
        }
    }

    /// Bilinear, or the nearest pixel.
    func scaled(to newWidth: Int, _ newHeight: Int, nearest: Bool = false) -> Picture {
        if newWidth == width, newHeight == height { return self }
        if let plain = plainPixel { return Picture(width: newWidth, height: newHeight, plain: plain) }
        let stepX = Float(width) / Float(newWidth)
        let stepY = Float(height) / Float(newHeight)
        return Picture(width: newWidth, height: newHeight) { x, y in
            let fx = (Float(x) + 0.5) * stepX
            let fy = (Float(y) + 0.5) * stepY
            if nearest { return self[min(Int(fx), width - 1), min(Int(fy), height - 1)] }
            let left = max(fx - 0.5, 0)
            let top = max(fy - 0.5, 0)
            let (x0, y0) = (min(Int(left), width - 1), min(Int(top), height - 1))
            let (x1, y1) = (min(x0 + 1, width - 1), min(y0 + 1, height - 1))
            let (tx, ty) = (left - Float(x0), top - Float(y0))
            return Pixel.mix(
                Pixel.mix(self[x0, y0], self[x1, y0], tx), Pixel.mix(self[x0, y1], self[x1, y1], tx), ty)
        }
    }

    func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> Picture {
        let x = min(max(x, 0), width - 1)
        let y = min(max(y, 0), height - 1)
        let newWidth = max(1, min(newWidth, width - x))
        let newHeight = max(1, min(newHeight, height - y))
        if let plain = plainPixel { return Picture(width: newWidth, height: newHeight, plain: plain) }
        return Picture(width: newWidth, height: newHeight) { self[x + $0, y + $1] }
    }

    /// Cuts the middle that has the shape of the wanted size, then scales.
    func fitted(to newWidth: Int, _ newHeight: Int, crop: Bool, nearest: Bool) -> Picture {
        guard crop, width * newHeight != height * newWidth else {
            return scaled(to: newWidth, newHeight, nearest: nearest)
        }
        let keepWidth = min(width, max(1, height * newWidth / newHeight))
        let keepHeight = min(height, max(1, width * newHeight / newWidth))
        return cropped(
            x: (width - keepWidth) / 2, y: (height - keepHeight) / 2, width: keepWidth, height: keepHeight
        ).scaled(to: newWidth, newHeight, nearest: nearest)
    }

    func flipped(vertically: Bool) -> Picture {
        if plainPixel != nil { return self }
        return Picture(width: width, height: height) {
            vertically ? self[$0, height - 1 - $1] : self[width - 1 - $0, $1]
        }
    }

    /// Clockwise by a number of quarter turns.
    func rotated(quarters: Int) -> Picture {
        switch quarters & 3 {
        case 1: Picture(width: height, height: width) { self[$1, height - 1 - $0] }
        case 2: Picture(width: width, height: height) { self[width - 1 - $0, height - 1 - $1] }
        case 3: Picture(width: height, height: width) { self[width - 1 - $1, $0] }
        default: self
        }
    }

    /// - Parameters:
    ///   - mode: As ImageBlend names it; an unknown one is `normal`.
    ///   - factor: 0 shows this picture, 1 the blended one.
    func blended(with other: Picture, mode: String, factor: Double) -> Picture {
        let other = other.scaled(to: width, height)
        func blend(_ a: UInt8, _ b: UInt8) -> UInt8 {
            let (x, y) = (Double(a) / 255, Double(b) / 255)
            let mixed =
                switch mode {
                case "multiply": x * y
                case "screen": 1 - (1 - x) * (1 - y)
                case "overlay": x <= 0.5 ? 2 * x * y : 1 - 2 * (1 - x) * (1 - y)
                case "soft_light": y <= 0.5 ? x - (1 - 2 * y) * x * (1 - x) : x + (2 * y - 1) * (x.squareRoot() - x)
                case "difference": abs(x - y)
                default: y
                }
            return UInt8(min(max((x * (1 - factor) + mixed * factor) * 255, 0), 255))
        }
        return Picture(width: width, height: height) { x, y in
            let (a, b) = (self[x, y], other[x, y])
            return Pixel(r: blend(a.r, b.r), g: blend(a.g, b.g), b: blend(a.b, b.b))
        }
    }

    /// Two pictures side by side, or one above the other; the second takes the first one's height or width.
    func stitched(to other: Picture, direction: String) -> Picture {
        let (first, second) = Self.order(self, other, direction)
        let size = stitchedSize(with: other, direction: direction)
        if Self.isSideways(direction) {
            let scaled = second.scaled(to: size.width - first.width, first.height)
            return Picture(width: size.width, height: size.height) {
                $0 < first.width ? first[$0, $1] : scaled[$0 - first.width, $1]
            }
        }
        let scaled = second.scaled(to: first.width, size.height - first.height)
        return Picture(width: size.width, height: size.height) {
            $1 < first.height ? first[$0, $1] : scaled[$0, $1 - first.height]
        }
    }

    func stitchedSize(with other: Picture, direction: String) -> (width: Int, height: Int) {
        let (first, second) = Self.order(self, other, direction)
        return Self.isSideways(direction)
            ? (first.width + max(1, second.width * first.height / second.height), first.height)
            : (first.width, first.height + max(1, second.height * first.width / second.width))
    }

    private static func isSideways(_ direction: String) -> Bool { direction == "left" || direction == "right" }

    private static func order(_ one: Picture, _ other: Picture, _ direction: String) -> (Picture, Picture) {
        direction == "left" || direction == "up" ? (other, one) : (one, other)
    }
}

extension Picture.Pixel {
    static func mix(_ left: Self, _ right: Self, _ part: Float) -> Self {
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8(Float(a) + (Float(b) - Float(a)) * part) }
        return Self(
            r: mix(left.r, right.r), g: mix(left.g, right.g), b: mix(left.b, right.b), a: mix(left.a, right.a))
    }
}
