import C360Display

/// Reports write values as tables show them.
typealias ValueText = C360Display.ValueText
