import C360Columns
import C360Plan

/// Where the rows of scanned tables come from: files, databases or memory of the host.
public protocol TableProvider: Sendable {
  /// The rows of a source of the host's list, in the order of the source, with these columns. Texts
  /// are codes of the run's pool.
  func load(source: Int, columns: [String]) throws -> Batch

  /// About how many bytes `load` will take, when that is known before.
  func estimatedBytes(source: Int, columns: [String]) -> Int?
}

extension TableProvider {
  public func estimatedBytes(source: Int, columns: [String]) -> Int? { nil }
}

/// A provider that does not keep its contract.
public struct UnexpectedColumn: Error, Sendable {
  public let source: Int
  public let column: String
  public let expected: PhysicalType
  /// nil: there is no such column.
  public let found: PhysicalType?
}

enum ScanOperator {
  static func run(
    _ step: ScanStep, _ state: inout ExecutionState, provider: any TableProvider
  ) throws(EngineError) {
    let names = step.columns.map(\.name)
    let batch: Batch
    do {
      batch = try provider.load(source: step.source, columns: names)
    } catch let error as EngineError {
      throw error
    } catch is CancellationError {
      throw .cancelled
    } catch {
      throw .source(error)
    }
    guard batch.rowCount < Int(Int32.max) else {
      throw .unusable(
        relation: step.relation, detail: "has \(batch.rowCount) rows, more than 2³¹ − 2")
    }
    var relation = Relation(rowCount: batch.rowCount)
    for (name, column) in step.columns {
      let expected = state.plan[column].type.physical
      let found = batch[name]?.vector
      guard let found, found.type == expected else {
        throw .source(
          UnexpectedColumn(
            source: step.source, column: name, expected: expected, found: found?.type))
      }
      relation.columns[column] = found
    }
    state.relations[step.relation] = relation
  }
}
