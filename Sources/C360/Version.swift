/// The version of the language and its engine, as manifests carry it.
public enum C360Version {
  public static let number = "0.1.0"
  /// The newest language edition that this version reads.
  public static let edition = 2026
  /// One line for people.
  public static var text: String { "c360 \(number) (language edition \(edition))" }
}
