import C360IO
import Crypto
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that had a part in a run.
public struct FileRecord: Sendable, Hashable {
  public enum Role: String, Sendable { case script, module, model, warmStart, table }
  public let role: Role
  /// Name of the table; nil for other roles.
  public let table: String?
  public let path: String
  public let byteCount: Int
  /// SHA-256 in hexadecimal.
  public let sha256: String
}

/// What was read, in order, each file once.
final class ReadLog: Sendable {
  private let records = Mutex<[FileRecord]>([])

  func add(_ role: FileRecord.Role, path: String, bytes: [UInt8]) {
    add(
      FileRecord(
        role: role, table: nil, path: path, byteCount: bytes.count, sha256: sha256(bytes)))
  }

  func add(_ record: FileRecord) {
    records.withLock { records in
      if !records.contains(where: {
        $0.path == record.path && $0.role == record.role && $0.table == record.table
      }) {
        records.append(record)
      }
    }
  }

  var all: [FileRecord] { records.withLock { $0 } }
}

/// SHA-256 in hexadecimal.
func sha256(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

func sha256(_ text: String) -> String { sha256(Array(text.utf8)) }

/// SHA-256 of a file in hexadecimal; nil when it cannot be read, and when what is opened, or what it
/// has become once it is read, is not the file of the stamp.
func fileHash(_ stamp: SourceStamp) -> String? {
  let file = open(stamp.path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return nil }
  defer { close(file) }
  var isStamped: Bool {
    SourceStamp(path: stamp.path, descriptor: file)?.isUntouched(since: stamp) ?? false
  }
  guard isStamped else { return nil }
  var hash = SHA256()
  do {
    try FileReading.forEachPiece(of: file) { hash.update(bufferPointer: $0) }
  } catch {
    return nil
  }
  return isStamped ? hexadecimal(hash.finalize()) : nil
}

private func hexadecimal(_ digest: SHA256.Digest) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in digest {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
