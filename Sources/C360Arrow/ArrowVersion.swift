import CArrowShim

/// Version of the linked Arrow C++, such as "26.0.1".
public func arrowVersion() -> String { String(cString: c360_arrow_version()) }
