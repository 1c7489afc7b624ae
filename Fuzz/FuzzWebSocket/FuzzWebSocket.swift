import TestSupport

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTargets.webSocket(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
