/// The first byte says what is made of the rest; see PictureProperties.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let broken = PictureProperties.broken(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    precondition(broken.isEmpty, broken.joined(separator: "; "))
    return 0
}
