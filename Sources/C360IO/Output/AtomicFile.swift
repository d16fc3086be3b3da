import C360Diagnostics
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that appears under its name whole or not at all: it is written beside its place and
/// renamed into it by `commit`. Devices and pipes are written directly.
///
/// Folders that are missing are made, and go again where nothing comes of it. The file it replaces lends it its permissions.
final class AtomicFile {
  let path: String
  let declaration: Span?
  private(set) var descriptor: Int32
  /// `nil` for devices and pipes.
  private let temporary: String?
  /// Where the name leads, links followed.
  private let target: String
  private var slot: Int?
  /// Those that were missing, the outermost first.
  private(set) var madeFolders: [String] = []
  /// Committed or given up.
  private var isSettled = false

  private static let counter = Atomic<Int>(0)
  /// Without this a file size limit would kill the process before it could tidy up.
  private static let ignoreSizeSignal: Void = { _ = signal(SIGXFSZ, SIG_IGN) }()

  init(path: String, declaration: Span?) throws {
    _ = Self.ignoreSizeSignal
    self.path = path
    self.declaration = declaration
    var status = stat()
    let exists = stat(path, &status) == 0
    let kind = exists ? status.st_mode & S_IFMT : S_IFREG
    if kind == S_IFDIR { throw Self.cannotCreate(path, "it is a folder", declaration) }
    if kind != S_IFREG {
      temporary = nil
      target = path
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        isSettled = true
        throw Self.cannotCreate(path, systemMessage(errno), declaration)
      }
      return
    }
    target = exists ? Self.resolved(path) : path
    let (folder, name) = split(target)
    try Self.makeFolders(folder, path, declaration, &madeFolders)
    let number = Self.counter.add(1, ordering: .relaxed).oldValue
    let beside = "\(folder == "/" ? "" : folder)/.\(name).\(getpid())-\(number).tmp"
    temporary = beside
    // Remembered first: between creation and a signal there must be no gap.
    slot = TemporaryFiles.remember(beside)
    descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      let code = errno
      isSettled = true
      forget()
      throw Self.cannotCreate(path, systemMessage(code), declaration)
    }
    if exists { _ = fchmod(descriptor, status.st_mode & 0o7777) }
  }

  deinit { abort() }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count, let start = bytes.baseAddress {
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, start + done, bytes.count - done)
      #else
        let count = Darwin.write(descriptor, start + done, bytes.count - done)
      #endif
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(systemMessage(count < 0 ? errno : ENOSPC)) }
      done += count
    }
  }

  /// Makes what was written durable; nothing can be written after.
  func finish() throws {
    guard descriptor >= 0 else { return }
    // Devices and pipes have nothing to sync.
    guard temporary == nil || fsync(descriptor) == 0 else { throw failure(systemMessage(errno)) }
    let isClosed = close(descriptor) == 0
    descriptor = -1
    if !isClosed { throw failure(systemMessage(errno)) }
  }

  /// Puts the file in its place, durably.
  func commit() throws {
    guard !isSettled else { return }
    try finish()
    isSettled = true
    guard let temporary else { return }
    guard rename(temporary, target) == 0 else {
      let code = errno
      unlink(temporary)
      forget()
      throw failure(systemMessage(code))
    }
    forget()
    TemporaryFiles.forget(folders: madeFolders)
    // The rename itself is durable once the folder is.
    let folder = open(split(target).folder, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Gives the file up; what was in its place stays. Nothing after `commit`.
  func abort() {
    guard !isSettled else { return }
    isSettled = true
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    if let temporary { unlink(temporary) }
    forget()
    if temporary != nil { TemporaryFiles.removeFolders(around: target) }
  }

  private func forget() {
    if let slot { TemporaryFiles.forget(slot) }
    slot = nil
  }

  /// The complaint about a write that failed.
  func failure(_ message: String) -> DiagnosticError {
    DiagnosticError([
      IODiagnostics.writeFailed.diagnostic(
        "`\(path)` cannot be written: \(message)", at: declaration, data: DataPlace(path: path),
        notes: temporary == nil ? [] : ["a file that was there before is as it was"])
    ])
  }

  private static func cannotCreate(_ path: String, _ message: String, _ declaration: Span?)
    -> DiagnosticError
  {
    DiagnosticError([
      IODiagnostics.cannotCreateOutput.diagnostic(
        "`\(path)` cannot be created: \(message)", at: declaration, data: DataPlace(path: path))
    ])
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func makeFolders(
    _ folder: String, _ path: String, _ declaration: Span?, _ made: inout [String]
  ) throws {
    var status = stat()
    if stat(folder, &status) == 0 { return }
    let parent = split(folder).folder
    if parent != folder { try makeFolders(parent, path, declaration, &made) }
    guard mkdir(folder, 0o777) == 0 else {
      let code = errno
      // Another file of the same run, or somebody else, was faster.
      if code == EEXIST { return }
      TemporaryFiles.removeFolders(around: folder)
      throw cannotCreate(path, "the folder `\(folder)`: \(systemMessage(code))", declaration)
    }
    TemporaryFiles.remember(folder: folder)
    made.append(folder)
  }
}
