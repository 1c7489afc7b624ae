/// Writes Content-Disposition for a response. Source: RFC 6266, section 4.
public enum ContentDisposition {
    public enum Kind: String, Sendable, Hashable { case inline, attachment }

    /// Scalars of a file name that are sent; the end, with the extension, is kept.
    public static let nameLimit = 200

    /// `attachment; filename="a_.png"; filename*=UTF-8''a%C3%A9.png`.
    ///
    /// No name can end the header or the quoted text: slashes, quotes, controls and direction marks become `_`, and the
    /// plain form is ASCII. The second form is there only when it says more.
    public static func header(_ kind: Kind, fileName: String) -> String {
        var name = ""
        for scalar in fileName.unicodeScalars.suffix(nameLimit) {
            name.unicodeScalars.append(isHarmful(scalar) ? "_" : scalar)
        }
        // A leading dot hides the file, an empty name is made up by the browser.
        if name.hasPrefix(".") || name.isEmpty { name = "_" + name }
        var plain = ""
        for scalar in name.unicodeScalars {
            // Some browsers decode `%41` in the plain form.
            plain.unicodeScalars.append(scalar.isASCII && scalar != "%" ? scalar : "_")
        }
        let header = "\(kind.rawValue); filename=\"\(plain)\""
        guard plain != name else { return header }
        var encoded: [UInt8] = []
        PercentEncoding.encode(name, .parameter, into: &encoded)
        return header + "; filename*=UTF-8''" + String(decoding: encoded, as: UTF8.self)
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "/", "\\", "\"": return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return true
        default: return false
        }
    }
}
