public import Basics
public import Store

/// Frees bytes that no file and no job needs any more.
public struct AssetCollector: Sendable {
    public let files: any FileStore
    public let assets: AssetStore
    /// Milliseconds for which bytes stay after they came: whoever stored them may be about to name them.
    public static let grace = 86_400_000

    public init(files: any FileStore, assets: AssetStore) { (self.files, self.assets) = (files, assets) }

    /// Forgets what the store no longer needs, and removes its bytes; a step of at most 1,000.
    ///
    /// A reference that comes back meanwhile comes with a new commit of the bytes, which keeps them.
    public func collect(before time: Timestamp, isTrial: Bool) async throws(GateError) -> FileCount {
        var sum = FileCount()
        for asset in try await files.unneeded(isTrial: isTrial) {
            guard !isTrial else {
                sum += FileCount(files: 1, bytes: asset.size)
                continue
            }
            if try await assets.remove(asset.hash, before: time) { sum += FileCount(files: 1, bytes: asset.size) }
        }
        return sum
    }

    /// Removes bytes on the disk that the store does not know, among a 256th of all: what a crash or an earlier, younger
    /// collection has left.
    public func sweep(_ first: UInt8, before time: Timestamp, isTrial: Bool) async throws(GateError) -> FileCount {
        let stored = try await assets.list(first).filter { $0.committed < time }
        let known = try await files.known(stored.map(\.hash))
        var sum = FileCount()
        for asset in stored where !known.contains(asset.hash) {
            guard !isTrial else {
                sum += FileCount(files: 1, bytes: asset.size)
                continue
            }
            if try await assets.remove(asset.hash, before: time) { sum += FileCount(files: 1, bytes: asset.size) }
        }
        return sum
    }

    /// Reads every byte of a 256th of all assets; returns how much is right, and what is lost or damaged.
    public func verify(_ first: UInt8) async throws(GateError) -> (right: FileCount, wrong: [Asset]) {
        var right = FileCount()
        var wrong: [Asset] = []
        for asset in try await files.assets(first) {
            if try await assets.verify(asset.hash) {
                right += FileCount(files: 1, bytes: asset.size)
            } else {
                wrong.append(asset)
            }
        }
        return (right, wrong)
    }
}
