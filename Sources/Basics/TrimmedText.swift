extension StringProtocol {
    /// Without these characters at either end.
    public func trimmed(of isLeftOut: (Character) -> Bool) -> String {
        String(drop(while: isLeftOut).reversed().drop(while: isLeftOut).reversed())
    }
}
