import C360Diagnostics

/// One text made of pieces of others, and for each of its places the place that it comes from.
struct Composite: Sendable {
  enum Piece {
    /// Written by nobody: `show ` before what was typed.
    case words(String)
    case part(SourceFile, Range<Int>)
  }
  private struct Region {
    let start: Int
    let source: SourceFile
    let range: Range<Int>
  }
  let source: SourceFile
  private let regions: [Region]
  /// Where each piece begins.
  let starts: [Int]

  init(_ pieces: [Piece], name: String) {
    var bytes: [UInt8] = []
    var regions: [Region] = []
    var starts: [Int] = []
    for piece in pieces {
      starts.append(bytes.count)
      switch piece {
      case .words(let words): bytes += Array(words.utf8)
      case .part(let source, let range):
        regions.append(Region(start: bytes.count, source: source, range: range))
        bytes += source.bytes[range.clamped(to: 0..<source.bytes.count)]
      }
    }
    source = SourceFile(name: name, bytes: bytes)
    self.regions = regions
    self.starts = starts
  }

  /// The same complaint at the places that people wrote.
  func relocated(_ diagnostic: Diagnostic) -> Diagnostic {
    var moved = diagnostic
    moved.primary = diagnostic.primary.flatMap(relocated)
    moved.secondary = diagnostic.secondary.compactMap(relocated)
    moved.fixes = diagnostic.fixes.compactMap { fix in
      let edits = fix.edits.compactMap { edit in
        relocated(edit.span).map { Fix.Edit(span: $0, replacement: edit.replacement) }
      }
      return edits.count == fix.edits.count ? Fix(fix.title, edits: edits) : nil
    }
    return moved
  }

  private func relocated(_ labeled: LabeledSpan) -> LabeledSpan? {
    relocated(labeled.span).map { LabeledSpan($0, labeled.label) }
  }

  /// nil: it is of words that nobody wrote.
  func relocated(_ span: Span) -> Span? {
    guard span.file === source else { return span }
    let region = regions.last { region in
      region.start <= span.range.lowerBound
        && span.range.lowerBound <= region.start + region.range.count
    }
    guard let region else { return nil }
    let lower = region.range.lowerBound + span.range.lowerBound - region.start
    let upper = min(region.range.upperBound, lower + span.range.count)
    return Span(file: region.source, range: lower..<max(lower, upper))
  }
}
