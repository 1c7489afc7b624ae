import Pictures

/// What must hold for any bytes; tests and the fuzzer call it.
enum PictureProperties {
    /// Small, so that the fuzzer looks for crashes and not for time.
    private static let limits: PictureLimits = {
        var limits = PictureLimits()
        (limits.pixels, limits.memory) = (16_384, 131_072)
        return limits
    }()

    /// The properties that `input` breaks, in words; empty when all hold. The first byte chooses the task, and for a mask where
    /// its picture ends.
    static func broken(_ input: [UInt8]) -> [String] {
        guard let choice = input.first else { return [] }
        let file = Array(input.dropFirst())
        let task: PictureTask =
            switch choice {
            case 0: .colors
            case 1: .alpha
            case 2: .preview(.webp, quality: 75, dropsAlpha: false)
            case 3: .preview(.jpeg, quality: 75, dropsAlpha: true)
            default: .mask(choice.isMultiple(of: 2) ? .png : .webp, originalSize: file.count * Int(choice) / 256)
            }
        guard PictureTask(words: task.words) == task else { return ["other words"] }
        guard let made = made(task, file) else { return [] }
        let span = made.span
        guard let format = PictureFormat(sniffing: span), format.mediaType == task.mediaType else {
            return ["another format than was promised"]
        }
        // What is made can be read again.
        return self.made(.preview(.jpeg, quality: 1, dropsAlpha: true), made) == nil ? ["not read back"] : []
    }

    private static func made(_ task: PictureTask, _ file: [UInt8]) -> [UInt8]? {
        let span = file.span
        guard let picture = try? task.run(span, limits: limits) else { return nil }
        return picture.array
    }
}
