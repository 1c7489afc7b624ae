/// The first byte says what the rest is; see AgeProperties.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let broken = AgeProperties.broken(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    precondition(broken.isEmpty, broken.joined(separator: "; "))
    return 0
}
