import C360Diagnostics
import C360Syntax

/// Reads what a script names; checking itself reads nothing.
public protocol ProgramResolver: Sendable {
  /// The text of a module of the standard library such as `std.rfm`; nil when there is none.
  func standardModule(_ name: String) -> SourceFile?
  /// The file of `use "path"`; `path` as written, relative to `directory`.
  func file(_ path: String, from directory: String) throws(Diagnostic) -> SourceFile
  /// The bytes of a model file.
  func model(_ path: String, from directory: String) throws(Diagnostic) -> [UInt8]
  /// What tells the bytes of one model file from those of another.
  func digest(of bytes: [UInt8]) -> String
}

extension ProgramResolver {
  /// FNV-1a of 64 bits, for hosts that need no more.
  public func digest(of bytes: [UInt8]) -> String {
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return String(hash, radix: 16)
  }
}

/// What a run says beside the script.
public struct CheckOptions: Sendable {
  /// `--set name=text`
  public var parameters: [String: String]
  /// The instant of the run, µs UTC.
  public var runTime: Int64
  public var seed: UInt64
  /// Directory of the root script, to which its paths are relative.
  public var directory: String

  public init(
    parameters: [String: String] = [:], runTime: Int64, seed: UInt64 = 0, directory: String = "."
  ) {
    self.parameters = parameters
    self.runTime = runTime
    self.seed = seed
    self.directory = directory
  }
}

/// Checks a script with the modules it uses. The program is nil when any diagnostic is an error;
/// diagnostics are those of all phases, parsing included, in the order of the text.
public func check(
  _ root: SyntaxTree, options: CheckOptions, resolver: any ProgramResolver
) -> (program: Program?, diagnostics: [Diagnostic]) {
  let checker = Checker(options: options, resolver: resolver)
  checker.load(root)
  checker.collectDeclarations()
  checker.checkDeclarations()
  return checker.finish()
}
