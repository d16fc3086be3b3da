#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a user's files are, as the XDG base directories say.
public enum UserFiles {
  public static var history: String? { path("XDG_STATE_HOME", ".local/state", "history") }
  public static var startup: String? { path("XDG_CONFIG_HOME", ".config", "replrc") }

  private static func path(_ variable: String, _ usual: String, _ name: String) -> String? {
    if let folder = value(variable), folder.hasPrefix("/") { return "\(folder)/c360/\(name)" }
    return value("HOME").map { "\($0)/\(usual)/c360/\(name)" }
  }

  private static func value(_ variable: String) -> String? {
    getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
